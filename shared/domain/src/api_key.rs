//! API keys: what servers show instead of signing in.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::ApiKeyId;
use crate::role::Permission;
use crate::rule::Broken;
use crate::text::{LINE, line};
use crate::value::{string_value, word_enum};

/// How long a key is good for unless its maker says.
pub const USUAL_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long a key can be good for: a leap year.
pub const LONGEST_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

string_value! {
    /// What a key is for, 1 to 100 characters.
    pub struct KeyName {
        format: "key-name",
        length: 1..=100,
        pattern: LINE,
        check: |text| line(text, 100, "must be 1 to 100 characters"),
    }
}

word_enum! {
    /// Whether a key opens anything.
    pub enum KeyStatus {
        /// It does.
        Active => "active",
        /// Its time is over.
        Expired => "expired",
        /// Somebody took it back.
        Revoked => "revoked",
    }
}

/// A key, without its secret.
///
/// It belongs to the shop and not to whoever made it: it outlives their account, until it expires or
/// is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: KeyName,
    /// How its text begins, so that people can tell which one they hold.
    pub prefix: String,
    /// What it allows; one permission or more.
    pub scopes: BTreeSet<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, as the audit trail names them.
    pub created_by: String,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Until when a key that is made now is good: as wished, or for the usual time.
    ///
    /// # Errors
    /// The rule that the wish breaks.
    pub fn expiry(wished: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Broken> {
        let expiry = wished.unwrap_or_else(|| now.plus(USUAL_LIFETIME));
        if expiry > now && expiry <= now.plus(LONGEST_LIFETIME) {
            Ok(expiry)
        } else {
            Err(Broken("must be in the future and at most 366 days away"))
        }
    }

    /// What the key is worth at a moment.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        if self.revoked_at.is_some() {
            KeyStatus::Revoked
        } else if self.expires_at <= now {
            KeyStatus::Expired
        } else {
            KeyStatus::Active
        }
    }
}
