//! Sessions, in the users table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | session, with the digests of its refresh tokens | `user/<id>` | `session/<epoch>/<id>` |
//!
//! An account whose sessions all end goes on to its next epoch: what stands under an earlier one is
//! never looked at again, and vanishes when it would have expired. A session that ends alone is deleted.
//!
//! | access | cost |
//! |---|---|
//! | open, refresh or end a session | one transaction: 2 write units per KB of the session, of which there are at most 3 |
//! | page of n of a person's sessions, newest first | an account, and half a read unit per 4 KB of sessions |

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{CartId, SessionId, UserId};
use domain::session::{LiveToken, SecretHash, Session};
use domain::user::User;

use crate::db::{Filter, Item, Range, from_item, key, number};
use crate::error::StoreError;
use crate::event::{BroughtCart, Event};
use crate::handle::Handle;
use crate::page::{Bounds, Page};
use crate::tx::{Terms, Tx, stored};
use crate::users::{
    Deletes, ListSessions, LogIn, Reads, Users, UsersRoom, Writes, account_pk, unchanged,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionItem {
    v: u8,
    id: SessionId,
    user: UserId,
    epoch: u32,
    created_at: Timestamp,
    last_used_at: Timestamp,
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
            epoch,
            created_at,
            last_used_at,
            agent,
            address,
            tokens,
            version,
        } = session.clone();
        Self {
            v: 1,
            id,
            user,
            epoch,
            created_at,
            last_used_at,
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
            epoch,
            created_at,
            last_used_at,
            agent,
            address,
            tokens,
            version,
        } = item;
        Self {
            id,
            user,
            epoch,
            created_at,
            last_used_at,
            agent,
            address,
            tokens: tokens.into_iter().map(LiveToken::from).collect(),
            version,
        }
    }
}

/// What the keys of all sessions of an epoch begin with.
fn of_epoch(epoch: u32) -> String {
    format!("session/{epoch}/")
}

fn session_sk(epoch: u32, id: SessionId) -> String {
    format!("{}{id}", of_epoch(epoch))
}

impl<M: Reads> Handle<UsersRoom, M> {
    /// A session of a person, unless it has ended. Consistent, so that what has ended has ended for
    /// everybody.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn session(&self, user: &User, id: SessionId) -> Result<Option<Session>, StoreError> {
        let sk = session_sk(user.epoch, id);
        let item = self.db.get_now(&account_pk(user.id), &sk).await?;
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
        let sk = session_sk(session.epoch, session.id);
        let mut item = stored(account_pk(session.user), &sk, "session", &form)?;
        let expires = session.expires_at().as_seconds();
        item.insert("expiresAt".to_owned(), number(expires));
        tx.put(self.db.table(), item, Terms::over(session.version), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl Users<LogIn> {
    /// Stages the news that somebody signed in with a guest's cart in their hands.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn brought_cart(
        &self,
        tx: &mut Tx,
        session: &Session,
        cart: CartId,
    ) -> Result<(), StoreError> {
        let event = Event::CartBrought(BroughtCart {
            user_id: session.user,
            cart_id: cart,
        });
        let account = account_pk(session.user);
        tx.emit(self.db.table(), &account, session.version, event)
    }
}

impl<M: Deletes> Handle<UsersRoom, M> {
    /// Stages the end of a session.
    pub fn end_session(&self, tx: &mut Tx, session: &Session) {
        let sk = session_sk(session.epoch, session.id);
        let key = key(&account_pk(session.user), &sk);
        tx.delete(self.db.table(), key, unchanged(session.version), |_| {
            StoreError::Stale
        });
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
        // The table deletes what has expired in its own time.
        let live = Filter {
            condition: "#expires > :now",
            names: &[("#expires", "expiresAt")],
            values: vec![(":now", number(now.as_seconds()))],
        };
        let range = Range {
            filter: Some(live),
            ..Range::of(account_pk(user.id)).below(&of_epoch(user.epoch))
        };
        self.db.page(&[range], bounds).await?.try_map(session)
    }
}

fn session(item: Item) -> Result<Session, StoreError> {
    Ok(from_item::<SessionItem>(item)?.into())
}
