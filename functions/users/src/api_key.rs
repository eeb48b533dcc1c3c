//! An API key on the wire.

use std::collections::BTreeSet;

use domain::api_key::{ApiKey, KeyName, KeyStatus};
use domain::clock::Timestamp;
use domain::id::ApiKeyId;
use domain::role::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key that servers show instead of signing in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ApiKey")]
pub(crate) struct ApiKeyView {
    id: ApiKeyId,
    name: KeyName,
    /// How its text begins.
    #[schemars(length(min = 12, max = 12), regex(pattern = r"^sk_[0-9a-f]{9}$"))]
    prefix: String,
    /// What it allows.
    #[schemars(length(min = 1, max = 100))]
    scopes: BTreeSet<Permission>,
    status: KeyStatus,
    created_at: Timestamp,
    /// Who made it: `user/<id>` or `key/<id>`.
    #[schemars(
        length(min = 1, max = 64),
        regex(pattern = r"^(user|key)/[0-9a-f-]{36}$")
    )]
    created_by: String,
    /// From when on it opens nothing.
    expires_at: Timestamp,
    /// When it was last used, exact to five minutes; null if it never was.
    last_used_at: Option<Timestamp>,
    /// When it was revoked; null if it was not.
    revoked_at: Option<Timestamp>,
}

impl ApiKeyView {
    /// A key as it looks at a moment.
    pub(crate) fn of(key: ApiKey, last_used_at: Option<Timestamp>, now: Timestamp) -> Self {
        let status = key.status(now);
        let ApiKey {
            id,
            name,
            prefix,
            scopes,
            created_at,
            created_by,
            expires_at,
            revoked_at,
        } = key;
        Self {
            id,
            name,
            prefix,
            scopes,
            status,
            created_at,
            created_by,
            expires_at,
            last_used_at,
            revoked_at,
        }
    }
}
