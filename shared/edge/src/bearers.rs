//! Secrets that whoever holds them may use: refresh tokens, and tokens that are sent by mail.
//!
//! Each is sealed, so that what was not made here is known for a forgery before any table is asked. It
//! is made of ids alone, so that it can be made again where it is needed again, and is kept nowhere.

use std::fmt;

use data_encoding::HEXLOWER;
use domain::clock::Entropy;
use domain::id::{MailedTokenId, SessionId, UserId};
use domain::mailed::MailedPurpose;
use domain::session::SecretHash;
use serde::{Deserialize, Serialize};
use store::digest::digest;

use crate::seal::Seal;

const REFRESH_PREFIX: &str = "rt_";
const REFRESH: &str = "refresh token";
const NONCE_BYTES: usize = 16;

/// What a refresh token is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefreshToken {
    /// Who is signed in.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// What tells it from the session's other tokens: 128 random bits.
    nonce: String,
}

/// What a mailed token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailedSecret {
    /// What it is for.
    pub purpose: MailedPurpose,
    /// Whose account it is for.
    pub user: UserId,
    /// Which one.
    pub id: MailedTokenId,
}

impl RefreshToken {
    /// A new token for a session.
    #[must_use]
    pub fn new(user: UserId, session: SessionId, entropy: &dyn Entropy) -> Self {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        Self {
            user,
            session,
            nonce: HEXLOWER.encode(&nonce),
        }
    }

    /// The token that clients carry.
    #[must_use]
    pub fn sealed(&self, seal: &Seal) -> String {
        format!("{REFRESH_PREFIX}{}", seal.seal(REFRESH, &self.to_string()))
    }

    /// What a token is made of, unless it was not made here.
    #[must_use]
    pub fn open(seal: &Seal, token: &str) -> Option<Self> {
        let message = seal.open(REFRESH, token.strip_prefix(REFRESH_PREFIX)?)?;
        let mut parts = message.splitn(3, ' ');
        Some(Self {
            user: parts.next()?.parse().ok()?,
            session: parts.next()?.parse().ok()?,
            nonce: parts.next()?.to_owned(),
        })
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self, seal: &Seal) -> SecretHash {
        SecretHash::of(digest(&[&self.sealed(seal)]))
    }
}

impl fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.user, self.session, self.nonce)
    }
}

impl MailedSecret {
    /// The token that is sent.
    #[must_use]
    pub fn sealed(self, seal: &Seal) -> String {
        seal.seal(
            &purpose_of(self.purpose),
            &format!("{} {}", self.user, self.id),
        )
    }

    /// What a token for this purpose is made of, unless it was not made here.
    #[must_use]
    pub fn open(seal: &Seal, purpose: MailedPurpose, token: &str) -> Option<Self> {
        let message = seal.open(&purpose_of(purpose), token)?;
        let (user, id) = message.split_once(' ')?;
        Some(Self {
            purpose,
            user: user.parse().ok()?,
            id: id.parse().ok()?,
        })
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(self, seal: &Seal) -> SecretHash {
        SecretHash::of(digest(&[&self.sealed(seal)]))
    }
}

fn purpose_of(purpose: MailedPurpose) -> String {
    format!("mailed token {purpose}")
}

#[cfg(test)]
mod tests {
    use domain::id::{MailedTokenId, SessionId, UserId};
    use domain::mailed::MailedPurpose;

    use super::{MailedSecret, RefreshToken};
    use crate::seal::Seal;
    use crate::system::SystemEntropy;

    #[test]
    fn a_refresh_token_opens_to_what_it_was_made_of() {
        let seal = Seal::new(b"a secret that is long enough to use");
        let (user, session) = (UserId::from_u128(1), SessionId::from_u128(2));
        let token = RefreshToken::new(user, session, &SystemEntropy);
        let sealed = token.sealed(&seal);
        assert_eq!(RefreshToken::open(&seal, &sealed), Some(token.clone()));
        assert_eq!(RefreshToken::open(&seal, &sealed[3..]), None);
        assert_eq!(RefreshToken::open(&seal, &format!("{sealed}A")), None);
        let other = Seal::new(b"another secret that is long enough");
        assert_eq!(RefreshToken::open(&other, &sealed), None);
        let next = RefreshToken::new(user, session, &SystemEntropy);
        assert_ne!(next.hash(&seal), token.hash(&seal));
    }

    #[test]
    fn a_mailed_token_is_for_its_purpose_alone() {
        let seal = Seal::new(b"a secret that is long enough to use");
        let secret = MailedSecret {
            purpose: MailedPurpose::PasswordReset,
            user: UserId::from_u128(1),
            id: MailedTokenId::from_u128(2),
        };
        let sealed = secret.sealed(&seal);
        let open = |purpose| MailedSecret::open(&seal, purpose, &sealed);
        assert_eq!(open(MailedPurpose::PasswordReset), Some(secret));
        assert_eq!(open(MailedPurpose::EmailVerification), None);
    }
}
