//! Tokens that were sent by mail, in the users table. Only their digests are kept, and events carry no
//! more than their ids: a token itself is made anew, of its id, where the mail is written. One that was
//! used stays until it would have run out.
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

use crate::db::{from_item, number, text};
use crate::error::StoreError;
use crate::handle::Handle;
use crate::tx::{Terms, Tx, stored};
use crate::users::{Reads, UsersRoom, Writes, account_pk};

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
    /// This and the next are absent in tokens that were written before they could be sent again.
    #[serde(default)]
    sent_at: Option<Timestamp>,
    #[serde(default)]
    wish: Option<MailedTokenId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spent_at: Option<Timestamp>,
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
            sent_at,
            wish,
            spent_at,
        } = token.clone();
        Self {
            v: 1,
            id,
            user,
            purpose,
            hash: hash.as_str().to_owned(),
            address,
            issued_at,
            sent_at: Some(sent_at),
            wish: Some(wish),
            spent_at,
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
            sent_at,
            wish,
            spent_at,
        } = item;
        Self {
            id,
            user,
            purpose,
            hash: SecretHash::of(hash),
            address,
            issued_at,
            sent_at: sent_at.unwrap_or(issued_at),
            wish: wish.unwrap_or(id),
            spent_at,
        }
    }
}

fn token_sk(purpose: MailedPurpose) -> String {
    format!("token/{purpose}")
}

impl<M: Reads> Handle<UsersRoom, M> {
    /// The token that a person was sent last for a purpose, used or not.
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

    /// Stages a token in the place of the one that was read, or of none: if that was used or sent
    /// meanwhile, it fails with all that is staged beside it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_mailed_over(
        &self,
        tx: &mut Tx,
        token: &MailedToken,
        before: Option<&MailedToken>,
    ) -> Result<(), StoreError> {
        let terms = before.map_or_else(Terms::absent, unsent);
        self.stage(tx, token, terms)
    }

    /// Stages the use of a token: a second one, or one of a token that another has replaced, fails
    /// with all that is staged beside it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn spend(
        &self,
        tx: &mut Tx,
        token: &MailedToken,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.stage(tx, &token.spent(now), unspent(token))
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

/// The token must still be there and good.
fn unspent(token: &MailedToken) -> Terms {
    Terms {
        condition: Some("#id = :id AND attribute_not_exists(#spent)".to_owned()),
        names: vec![("#id", "id"), ("#spent", "spentAt")],
        values: vec![(":id", text(token.id.to_string()))],
    }
}

/// The token must be as it was read.
fn unsent(token: &MailedToken) -> Terms {
    let spent = match token.spent_at {
        Some(_) => "attribute_exists(#spent)",
        None => "attribute_not_exists(#spent)",
    };
    let sent = "(#wish = :wish OR attribute_not_exists(#wish))";
    Terms {
        condition: Some(format!("#id = :id AND {sent} AND {spent}")),
        names: vec![("#id", "id"), ("#wish", "wish"), ("#spent", "spentAt")],
        values: vec![
            (":id", text(token.id.to_string())),
            (":wish", text(token.wish.to_string())),
        ],
    }
}
