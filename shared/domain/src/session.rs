//! Sessions: for how long somebody stays signed in, and which refresh tokens carry it on.
//!
//! Every use of a refresh token gives a successor. The one that was used stays good for a short
//! grace, because its reply may have been lost and because two tabs may use it at once: each use
//! within the grace gives a successor of its own, and all of them go on. A token that comes later than
//! that is a copy. Nobody can tell which side holds it, so that the session ends for both.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{SessionId, UserId};
use crate::user::{User, UserStatus};

/// For how long a session lives on after its last use.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// For how long a refresh token stays good after its first use.
pub const GRACE: Duration = Duration::from_secs(10);
/// The most tokens that a session knows. Beyond them the oldest is forgotten, as if it had been used
/// long ago.
pub const MOST_TOKENS: usize = 20;

/// The digest of a secret, which alone is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHash(String);

/// A refresh token that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveToken {
    /// What is kept of it.
    pub hash: SecretHash,
    /// When it was given.
    pub issued_at: Timestamp,
    /// When it was first used, if it was.
    pub rotated_at: Option<Timestamp>,
}

/// Who somebody is signed in as, since when, from where, and which tokens carry it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names the session.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserId,
    /// The account's epoch in which they last showed that they know the password.
    pub epoch: u32,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When they last signed in or refreshed.
    pub last_used_at: Timestamp,
    /// What the client calls itself.
    pub agent: Option<String>,
    /// The network address of its last use.
    pub address: String,
    /// The refresh tokens that are still good, the oldest first.
    pub tokens: Vec<LiveToken>,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// It was good; this is the session with its successor.
    Renewed(Session),
    /// It was good once: the session must end.
    Replayed,
    /// The session is over.
    Over,
}

/// From where a session is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What the client calls itself.
    pub agent: Option<String>,
    /// The network address.
    pub address: String,
}

impl SecretHash {
    /// The hash as it was computed or kept.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LiveToken {
    fn fresh(hash: SecretHash, now: Timestamp) -> Self {
        Self {
            hash,
            issued_at: now,
            rotated_at: None,
        }
    }

    fn is_good(&self, now: Timestamp) -> bool {
        self.rotated_at
            .is_none_or(|rotated_at| now < rotated_at.plus(GRACE))
    }
}

impl Session {
    /// A new session of `user`, with its first refresh token.
    #[must_use]
    pub fn open(
        id: SessionId,
        user: &User,
        client: Client,
        first: SecretHash,
        now: Timestamp,
    ) -> Self {
        let Client { agent, address } = client;
        Self {
            id,
            user: user.id,
            epoch: user.epoch,
            created_at: now,
            last_used_at: now,
            agent,
            address,
            tokens: vec![LiveToken::fresh(first, now)],
            version: 1,
        }
    }

    /// When it ends by itself.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.last_used_at.plus(LIFETIME)
    }

    /// Whether it still is what somebody is signed in with.
    #[must_use]
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        now < self.expires_at() && user.status == UserStatus::Active && self.epoch == user.epoch
    }

    /// What the use of a refresh token makes of the session.
    #[must_use]
    pub fn refresh(
        &self,
        user: &User,
        client: Client,
        presented: &SecretHash,
        successor: SecretHash,
        now: Timestamp,
    ) -> Refreshed {
        if !self.is_live(user, now) {
            return Refreshed::Over;
        }
        let mut tokens = self.tokens.clone();
        tokens.retain(|token| token.is_good(now));
        let Some(used) = tokens.iter_mut().find(|token| token.hash == *presented) else {
            return Refreshed::Replayed;
        };
        // The grace runs from the first use: it must not be stretched by using the token again.
        used.rotated_at = used.rotated_at.or(Some(now));
        tokens.push(LiveToken::fresh(successor, now));
        let surplus = tokens.len().saturating_sub(MOST_TOKENS);
        tokens.drain(..surplus);
        let Client { agent, address } = client;
        Refreshed::Renewed(Self {
            last_used_at: now,
            agent,
            address,
            tokens,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// The session in the account's present epoch, once its owner has shown again that they know the
    /// password.
    #[must_use]
    pub fn carried_over(&self, user: &User) -> Self {
        Self {
            epoch: user.epoch,
            version: 1,
            ..self.clone()
        }
    }
}
