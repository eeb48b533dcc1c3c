//! Tokens that are sent by mail: whoever brings one back has shown that they read the address.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::email::Email;
use crate::id::{MailedTokenId, UserId};
use crate::session::SecretHash;
use crate::value::word_enum;

word_enum! {
    /// What a mailed token is for.
    pub enum MailedPurpose {
        /// Showing that an address is read by its owner: at registration, or before a move to it.
        EmailVerification => "emailVerification",
        /// Choosing a new password.
        PasswordReset => "passwordReset",
    }
}

/// The least time between two mails that let the same account choose a new password.
pub const RESET_PAUSE: Duration = Duration::from_secs(60);

impl MailedPurpose {
    /// For how long such a token is good.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::EmailVerification => Duration::from_secs(24 * 60 * 60),
            Self::PasswordReset => Duration::from_secs(60 * 60),
        }
    }
}

/// A token that was sent, as far as it is kept. An account has at most one for each purpose: a newer
/// one takes the place of the older.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedToken {
    /// Names the token.
    pub id: MailedTokenId,
    /// Whose account it is for.
    pub user: UserId,
    /// What for.
    pub purpose: MailedPurpose,
    /// What is kept of it.
    pub hash: SecretHash,
    /// Where it was sent.
    pub address: Email,
    /// When.
    pub issued_at: Timestamp,
}

impl MailedToken {
    /// When it stops being good.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at.plus(self.purpose.lifetime())
    }

    /// Whether this is the token that was sent, in time.
    #[must_use]
    pub fn is_good(&self, id: MailedTokenId, hash: &SecretHash, now: Timestamp) -> bool {
        self.id == id && self.hash == *hash && now < self.expires_at()
    }

    /// Whether it is too early to send another.
    #[must_use]
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now < self.issued_at.plus(RESET_PAUSE)
    }
}
