//! People with an account.

use std::collections::BTreeSet;
use std::fmt;

use crate::clock::Timestamp;
use crate::country::Country;
use crate::email::Email;
use crate::id::UserId;
use crate::machine::Machine;
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

impl Machine for UserStatus {
    const NAME: &'static str = "account";
    const STARTS: &'static [Self] = &[Self::Active];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Active, Self::Suspended),
        (Self::Active, Self::Erased),
        (Self::Suspended, Self::Active),
        (Self::Suspended, Self::Erased),
    ];
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
    /// Counts how often all sessions were ended. Those of another epoch are over, whatever the clocks
    /// of the machines say that opened them.
    pub epoch: u32,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What staff may write anew of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administered {
    /// What the person is called.
    pub name: PersonName,
    /// Where the person lives, if told.
    pub country: Option<Country>,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// Whether the account can be used.
    pub status: UserStatus,
}

/// Why an account cannot be changed like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untouchable {
    /// There is nothing left of it.
    Erased,
    /// Nobody takes their own admin role.
    OwnAdminRole,
    /// Nobody suspends themselves.
    OwnStatus,
    /// Nobody erases themselves.
    OwnAccount,
    /// Without this account the shop would have no active administrator.
    LastAdmin,
}

impl fmt::Display for Untouchable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Erased => "status: the account is erased; nothing follows",
            Self::OwnAdminRole => "roles: nobody can take their own admin role",
            Self::OwnStatus => "status: nobody can suspend themselves",
            Self::OwnAccount => "nobody can erase themselves",
            Self::LastAdmin => "the shop would have no active admin",
        })
    }
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
            epoch: 0,
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

    /// The account under another address, which its owner has shown to read.
    #[must_use]
    pub fn with_email(&self, email: Email, now: Timestamp) -> Self {
        Self {
            email,
            email_verified: true,
            ..self.changed(now)
        }
    }

    /// The account with all its sessions ended.
    #[must_use]
    pub fn without_sessions(&self, now: Timestamp) -> Self {
        Self {
            epoch: self.epoch + 1,
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

    /// The account as staff write it anew; its sessions end when it is suspended.
    ///
    /// # Errors
    /// Why `by`, who may be this very person, cannot do that.
    pub fn administered(
        &self,
        wished: Administered,
        by: Option<UserId>,
        now: Timestamp,
    ) -> Result<Self, Untouchable> {
        let Administered {
            name,
            country,
            roles,
            status,
        } = wished;
        if self.status.next().is_empty() {
            return Err(Untouchable::Erased);
        }
        let suspended = status == UserStatus::Suspended && self.status != status;
        let demoted = self.roles.contains(&Role::Admin) && !roles.contains(&Role::Admin);
        match by == Some(self.id) {
            true if suspended => return Err(Untouchable::OwnStatus),
            true if demoted => return Err(Untouchable::OwnAdminRole),
            _ => {}
        }
        Ok(Self {
            name,
            country,
            roles,
            status,
            epoch: self.epoch + u32::from(suspended),
            ..self.changed(now)
        })
    }

    /// What is left of the account once its owner's data is gone: the id, which orders name.
    ///
    /// # Errors
    /// Why `by`, who may be this very person, cannot do that.
    pub fn erased(&self, by: Option<UserId>, now: Timestamp) -> Result<Self, Untouchable> {
        if by == Some(self.id) {
            return Err(Untouchable::OwnAccount);
        }
        Ok(Self {
            email: Email::of_erased(self.id),
            email_verified: false,
            name: PersonName::of_erased(),
            roles: BTreeSet::new(),
            status: UserStatus::Erased,
            country: None,
            epoch: self.epoch + 1,
            ..self.changed(now)
        })
    }

    /// Whether the account is that of an administrator who can act.
    #[must_use]
    pub fn is_active_admin(&self) -> bool {
        self.status == UserStatus::Active && self.roles.contains(&Role::Admin)
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
