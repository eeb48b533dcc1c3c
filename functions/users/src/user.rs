//! A user on the wire.

use std::collections::BTreeSet;

use domain::clock::Timestamp;
use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};
use edge::{Code, Failure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which user.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UserPath {
    /// The user's id.
    pub(crate) id: UserId,
}

/// A person with an account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
pub(crate) struct UserView {
    /// The account's id.
    id: UserId,
    /// Where mail goes, and what the person signs in with.
    email: Email,
    /// Whether the owner of the address has shown that they read it.
    email_verified: bool,
    name: PersonName,
    /// What the person may do, by role.
    #[schemars(length(max = 5))]
    roles: BTreeSet<Role>,
    status: UserStatus,
    /// Where the person lives; null if they do not say.
    country: Option<Country>,
    /// When the account was opened.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User {
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            epoch: _,
            created_at,
            updated_at,
            version,
        } = user;
        Self {
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            created_at,
            updated_at,
            version,
        }
    }
}

/// The account of whoever is signed in. A token outlives its account's suspension or erasure by some
/// minutes, and must not change it then.
///
/// # Errors
/// 401 if it cannot be used.
pub(crate) fn usable(user: Option<User>) -> Result<User, Failure> {
    user.filter(|user| user.status == UserStatus::Active)
        .ok_or_else(|| Failure::new(Code::Unauthenticated))
}
