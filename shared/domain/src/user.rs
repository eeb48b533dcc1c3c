//! People with an account.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::country::Country;
use crate::email::Email;
use crate::id::UserId;
use crate::role::{Permission, Role};
use crate::text::PersonName;
use crate::value::word_enum;

word_enum! {
    /// Whether an account can be used.
    pub enum UserStatus {
        /// It can.
        Active => "active",
        /// Staff has closed it; it may be opened again.
        Suspended => "suspended",
        /// Its owner's data is gone; only the id is left.
        Erased => "erased",
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Names the user.
    pub id: UserId,
    /// Where mail goes; unique by its canonical form.
    pub email: Email,
    /// The owner of the address has shown that they read it.
    pub email_verified: bool,
    /// What the person is called.
    pub name: PersonName,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// Whether the account can be used.
    pub status: UserStatus,
    /// Where the person lives, if told.
    pub country: Option<Country>,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

impl User {
    /// A new account: active, a customer, its address not yet verified.
    #[must_use]
    pub fn register(
        id: UserId,
        email: Email,
        name: PersonName,
        country: Option<Country>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            email,
            email_verified: false,
            name,
            roles: BTreeSet::from([Role::Customer]),
            status: UserStatus::Active,
            country,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The account with another name and country.
    #[must_use]
    pub fn with_profile(&self, name: PersonName, country: Option<Country>, now: Timestamp) -> Self {
        Self {
            name,
            country,
            ..self.changed(now)
        }
    }

    /// The account once its address is known to be read by its owner.
    #[must_use]
    pub fn with_verified_email(&self, now: Timestamp) -> Self {
        Self {
            email_verified: true,
            ..self.changed(now)
        }
    }

    /// The account with other roles.
    #[must_use]
    pub fn with_roles(&self, roles: BTreeSet<Role>, now: Timestamp) -> Self {
        Self {
            roles,
            ..self.changed(now)
        }
    }

    /// The account with another status.
    #[must_use]
    pub fn with_status(&self, status: UserStatus, now: Timestamp) -> Self {
        Self {
            status,
            ..self.changed(now)
        }
    }

    /// Everything that the roles permit; nothing while the account cannot be used.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<Permission> {
        if self.status != UserStatus::Active {
            return BTreeSet::new();
        }
        self.roles
            .iter()
            .flat_map(|role| role.permissions())
            .copied()
            .collect()
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }
}
