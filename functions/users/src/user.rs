//! A user on the wire.

use std::collections::BTreeSet;

use domain::clock::Timestamp;
use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person with an account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
pub(crate) struct UserView {
    id: UserId,
    email: Email,
    /// Whether the owner of the address has shown that they read it.
    email_verified: bool,
    name: PersonName,
    roles: BTreeSet<Role>,
    status: UserStatus,
    country: Option<Country>,
    created_at: Timestamp,
    updated_at: Timestamp,
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
