//! Tokens that were sent by mail, in the users table. Only their digests are kept, and events carry no
//! more than their ids: a token itself is made anew, of its id, where the mail is written.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | token | `user/<id>` | `token/<purpose>` |
//!
//! | access | cost |
//! |---|---|
//! | find a token | 1 read unit |
//! | stage or spend one | 2 write units in a transaction |

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::{MailedTokenId, UserId};
use domain::mailed::{MailedPurpose, MailedToken};
use domain::session::SecretHash;

use crate::db::{from_item, key, number, text};
use crate::error::StoreError;
use crate::handle::Handle;
use crate::tx::{Terms, Tx, stored};
use crate::users::{Deletes, Reads, UsersRoom, Writes, account_pk};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenItem {
    v: u8,
    id: MailedTokenId,
    user: UserId,
    purpose: MailedPurpose,
    hash: String,
    address: Email,
    issued_at: Timestamp,
}

impl From<&MailedToken> for TokenItem {
    fn from(token: &MailedToken) -> Self {
        let MailedToken {
            id,
            user,
            purpose,
            hash,
            address,
            issued_at,
        } = token.clone();
        Self {
            v: 1,
            id,
            user,
            purpose,
            hash: hash.as_str().to_owned(),
            address,
            issued_at,
        }
    }
}

impl From<TokenItem> for MailedToken {
    fn from(item: TokenItem) -> Self {
        let TokenItem {
            v: _,
            id,
            user,
            purpose,
            hash,
            address,
            issued_at,
        } = item;
        Self {
            id,
            user,
            purpose,
            hash: SecretHash::of(hash),
            address,
            issued_at,
        }
    }
}

fn token_sk(purpose: MailedPurpose) -> String {
    format!("token/{purpose}")
}

impl<M: Reads> Handle<UsersRoom, M> {
    /// The token that a person was sent last for a purpose, unless it was used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn mailed(
        &self,
        user: UserId,
        purpose: MailedPurpose,
    ) -> Result<Option<MailedToken>, StoreError> {
        let item = self
            .db
            .get_now(&account_pk(user), &token_sk(purpose))
            .await?;
        let item = item.map(from_item::<TokenItem>).transpose()?;
        Ok(item.map(MailedToken::from))
    }
}

impl<M: Writes> Handle<UsersRoom, M> {
    /// Stages a token in the place of any before it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_mailed(&self, tx: &mut Tx, token: &MailedToken) -> Result<(), StoreError> {
        self.stage(tx, token, Terms::default())
    }

    /// Stages a token in the place of the one that was read, or of none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_mailed_over(
        &self,
        tx: &mut Tx,
        token: &MailedToken,
        before: Option<&MailedToken>,
    ) -> Result<(), StoreError> {
        let terms = before.map_or_else(Terms::absent, unspent);
        self.stage(tx, token, terms)
    }

    fn stage(&self, tx: &mut Tx, token: &MailedToken, terms: Terms) -> Result<(), StoreError> {
        let form = TokenItem::from(token);
        let sk = token_sk(token.purpose);
        let mut item = stored(account_pk(token.user), &sk, "token", &form)?;
        let expires = token.expires_at().as_seconds();
        item.insert("expiresAt".to_owned(), number(expires));
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        Ok(())
    }
}

impl<M: Deletes> Handle<UsersRoom, M> {
    /// Stages the use of a token: a second one, or one of a token that another has replaced, fails
    /// with all that is staged beside it.
    pub fn spend(&self, tx: &mut Tx, token: &MailedToken) {
        let key = key(&account_pk(token.user), &token_sk(token.purpose));
        tx.delete(self.db.table(), key, unspent(token), |_| StoreError::Stale);
    }

    /// Stages that whatever was sent for a purpose is good for nothing any more.
    pub fn drop_mailed(&self, tx: &mut Tx, user: UserId, purpose: MailedPurpose) {
        let key = key(&account_pk(user), &token_sk(purpose));
        tx.delete(self.db.table(), key, Terms::default(), |_| {
            StoreError::Stale
        });
    }
}

fn unspent(token: &MailedToken) -> Terms {
    Terms {
        condition: Some("#id = :id".to_owned()),
        names: vec![("#id", "id")],
        values: vec![(":id", text(token.id.to_string()))],
    }
}
