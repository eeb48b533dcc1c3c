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
/// one takes the place of the older. What was used is kept until it would have run out, so that
/// nothing brings it back.
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
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Timestamp,
    /// The last wish that it was sent for; a token is named by the first.
    pub wish: MailedTokenId,
    /// Since when it is good for nothing: it was used, or its account has another password.
    pub spent_at: Option<Timestamp>,
}

/// That somebody wants a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Names the wish, and the token that is made for it. Sorts by when it was made.
    pub id: MailedTokenId,
    /// When it was made.
    pub at: Timestamp,
}

/// What is done about a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A new token is sent.
    Anew,
    /// The one that is out is sent again.
    Again,
    /// None is.
    Nothing,
}

impl Wish {
    /// What is done about it, given the token that the account was last sent.
    ///
    /// A wish may come late and more than once. What one of them has brought about, another delivery
    /// does not repeat, and no wish from before a token's use brings a token after it. Whoever wishes
    /// on somebody's behalf does not take a good token out of their hands: it is sent again while it
    /// has half of its life before it.
    #[must_use]
    pub fn answer(
        self,
        before: Option<&MailedToken>,
        purpose: MailedPurpose,
        address: &Email,
        now: Timestamp,
    ) -> Answer {
        if now >= self.at.plus(purpose.lifetime()) {
            return Answer::Nothing;
        }
        let Some(before) = before else {
            return Answer::Anew;
        };
        let is_answered = self.id <= before.wish
            || before.spent_at.is_some_and(|spent_at| self.at <= spent_at)
            || now < before.sent_at.plus(RESET_PAUSE);
        if is_answered {
            return Answer::Nothing;
        }
        let is_fresh = now.plus(purpose.lifetime() / 2) <= before.expires_at();
        if before.spent_at.is_none() && is_fresh && before.address == *address {
            Answer::Again
        } else {
            Answer::Anew
        }
    }
}

impl MailedToken {
    /// When it stops being good.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at.plus(self.purpose.lifetime())
    }

    /// Whether this is the token that was sent, in time and for the first time.
    #[must_use]
    pub fn is_good(&self, id: MailedTokenId, hash: &SecretHash, now: Timestamp) -> bool {
        self.spent_at.is_none() && self.id == id && self.hash == *hash && now < self.expires_at()
    }

    /// The token once it is sent again.
    #[must_use]
    pub fn sent_again(&self, wish: MailedTokenId, now: Timestamp) -> Self {
        Self {
            sent_at: now,
            wish,
            ..self.clone()
        }
    }

    /// The token once it is good for nothing any more.
    #[must_use]
    pub fn spent(&self, now: Timestamp) -> Self {
        Self {
            spent_at: self.spent_at.or(Some(now)),
            ..self.clone()
        }
    }
}
