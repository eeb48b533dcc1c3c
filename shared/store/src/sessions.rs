//! Sessions, in the users table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | session, with the digests of its refresh tokens | `user/<id>` | `session/<id>` |
//!
//! | access | cost |
//! |---|---|
//! | open, refresh or end a session | one transaction: 2 write units per KB of the session, of which there are at most 3 |
//! | page of n of a person's sessions, newest first | an account, and half a read unit per 4 KB of sessions, also of those that are over |

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{SessionId, UserId};
use domain::session::{LiveToken, SecretHash, Session};
use domain::user::User;

use crate::db::{Filter, Item, Range, from_item, number, text};
use crate::error::StoreError;
use crate::handle::Handle;
use crate::page::{Bounds, Page};
use crate::tx::{Terms, Tx, stored};
use crate::users::{ListSessions, Reads, Users, UsersRoom, Writes, account_pk};

const SESSIONS: &str = "session/";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionItem {
    v: u8,
    id: SessionId,
    user: UserId,
    created_at: Timestamp,
    assured_at: Timestamp,
    last_used_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    agent: Option<String>,
    address: String,
    tokens: Vec<TokenItem>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenItem {
    hash: String,
    issued_at: Timestamp,
    rotated_at: Option<Timestamp>,
}

impl From<LiveToken> for TokenItem {
    fn from(token: LiveToken) -> Self {
        let LiveToken {
            hash,
            issued_at,
            rotated_at,
        } = token;
        Self {
            hash: hash.as_str().to_owned(),
            issued_at,
            rotated_at,
        }
    }
}

impl From<TokenItem> for LiveToken {
    fn from(item: TokenItem) -> Self {
        let TokenItem {
            hash,
            issued_at,
            rotated_at,
        } = item;
        Self {
            hash: SecretHash::of(hash),
            issued_at,
            rotated_at,
        }
    }
}

impl From<&Session> for SessionItem {
    fn from(session: &Session) -> Self {
        let Session {
            id,
            user,
            created_at,
            assured_at,
            last_used_at,
            ended_at,
            agent,
            address,
            tokens,
            version,
        } = session.clone();
        Self {
            v: 1,
            id,
            user,
            created_at,
            assured_at,
            last_used_at,
            ended_at,
            agent,
            address,
            tokens: tokens.into_iter().map(TokenItem::from).collect(),
            version,
        }
    }
}

impl From<SessionItem> for Session {
    fn from(item: SessionItem) -> Self {
        let SessionItem {
            v: _,
            id,
            user,
            created_at,
            assured_at,
            last_used_at,
            ended_at,
            agent,
            address,
            tokens,
            version,
        } = item;
        Self {
            id,
            user,
            created_at,
            assured_at,
            last_used_at,
            ended_at,
            agent,
            address,
            tokens: tokens.into_iter().map(LiveToken::from).collect(),
            version,
        }
    }
}

fn session_sk(id: SessionId) -> String {
    format!("{SESSIONS}{id}")
}

impl<M: Reads> Handle<UsersRoom, M> {
    /// A session of a person, if there is or was one of this id. Consistent, so that what has ended
    /// has ended for everybody.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn session(
        &self,
        user: UserId,
        id: SessionId,
    ) -> Result<Option<Session>, StoreError> {
        let item = self.db.get_now(&account_pk(user), &session_sk(id)).await?;
        item.map(session).transpose()
    }
}

impl<M: Writes> Handle<UsersRoom, M> {
    /// Stages a session: a new one, or one over the version before it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_session(&self, tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
        let form = SessionItem::from(session);
        let sk = session_sk(session.id);
        let mut item = stored(account_pk(session.user), &sk, "session", &form)?;
        let expires = session.expires_at().as_seconds();
        item.insert("expiresAt".to_owned(), number(expires));
        tx.put(self.db.table(), item, Terms::over(session.version), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl Users<ListSessions> {
    /// A page of a person's sessions that still are, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn sessions_of(
        &self,
        user: &User,
        bounds: &Bounds,
        now: Timestamp,
    ) -> Result<Page<Session>, StoreError> {
        let since = user.sessions_since.unwrap_or(Timestamp::EPOCH);
        let live = Filter {
            condition: "#expires > :now AND #assured > :since AND attribute_not_exists(#ended)",
            names: &[
                ("#expires", "expiresAt"),
                ("#assured", "assuredAt"),
                ("#ended", "endedAt"),
            ],
            values: vec![
                (":now", number(now.as_seconds())),
                (":since", text(since.to_string())),
            ],
        };
        let range = Range {
            filter: Some(live),
            ..Range::of(account_pk(user.id)).below(SESSIONS)
        };
        self.db.page(&[range], bounds).await?.try_map(session)
    }
}

fn session(item: Item) -> Result<Session, StoreError> {
    Ok(from_item::<SessionItem>(item)?.into())
}
