//! The users table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | account | `user/<id>` | `user` |
//! | login: who has an address, and their password's hash | `email/<address, lower case>` | `login` |
//! | outbox | `user/<id>` | `event/<version>/<event>` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! | access | cost |
//! |---|---|
//! | register | one transaction: account, login, event, record: 8 write units |
//! | log in | two consistent reads: 2 read units |
//! | read an account | half a read unit |
//! | change an account | one consistent read, one conditional write: 1 read unit, 1 write unit |

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};

use crate::db::{from_item, read_text};
use crate::error::{StoreError, Unique};
use crate::event::{Event, UserFacts};
use crate::grant::{GET, Grant, PUT};
use crate::handle::{Handle, modes};
use crate::once::Remembers;
use crate::tables::USERS;
use crate::tx::{Terms, Tx, stored};

/// The users table, as far as `M` allows.
pub type Users<M> = Handle<UsersRoom, M>;

modes! { UsersRoom = USERS;
    /// Opens accounts.
    Register = [Grant::table(&USERS, &[GET, PUT])];
    /// Finds the login of an address, and remembers that a session was opened.
    LogIn = [Grant::table(&USERS, &[GET, PUT])];
    /// Reads accounts.
    Read = [Grant::table(&USERS, &[GET])];
    /// Changes accounts.
    Edit = [Grant::table(&USERS, &[GET, PUT])];
}

impl Remembers for Register {}
impl Remembers for LogIn {}

/// Who has an address, and their password's hash.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub user: UserId,
    /// The hash, in PHC format.
    pub password_hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserItem {
    v: u8,
    id: UserId,
    email: Email,
    email_verified: bool,
    name: PersonName,
    roles: BTreeSet<Role>,
    status: UserStatus,
    country: Option<Country>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginItem {
    v: u8,
    user_id: UserId,
    password_hash: String,
}

const ACCOUNT: &str = "user";
const LOGIN: &str = "login";

fn account_pk(id: UserId) -> String {
    format!("user/{id}")
}

fn login_pk(email: &Email) -> String {
    format!("email/{}", email.canonical())
}

impl From<&User> for UserItem {
    fn from(user: &User) -> Self {
        let User {
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            created_at,
            updated_at,
            version,
        } = user.clone();
        Self {
            v: 1,
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            created_at,
            updated_at,
            version,
        }
    }
}

impl From<UserItem> for User {
    fn from(item: UserItem) -> Self {
        let UserItem {
            v: _,
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            created_at,
            updated_at,
            version,
        } = item;
        Self {
            id,
            email,
            email_verified,
            name,
            roles,
            status,
            country,
            created_at,
            updated_at,
            version,
        }
    }
}

impl Users<Register> {
    /// Stages a new account with its login and the news of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`Unique::Email`] if the address is taken.
    pub fn register(
        &self,
        tx: &mut Tx,
        user: &User,
        password_hash: String,
    ) -> Result<(), StoreError> {
        let login = LoginItem {
            v: 1,
            user_id: user.id,
            password_hash,
        };
        let login = stored(login_pk(&user.email), LOGIN, "login", &login)?;
        tx.put(self.db.table(), login, Terms::absent(), |_| {
            StoreError::Taken(Unique::Email)
        });
        let pk = account_pk(user.id);
        let account = stored(pk.clone(), ACCOUNT, "user", &UserItem::from(user))?;
        tx.put(self.db.table(), account, Terms::absent(), |_| {
            StoreError::Stale
        });
        let facts = UserFacts {
            user_id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
        };
        tx.emit(
            self.db.table(),
            &pk,
            user.version,
            Event::UserRegistered(facts),
        )
    }

    /// Whether an address is taken, at half a read unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn is_taken(&self, email: &Email) -> Result<bool, StoreError> {
        Ok(self.db.get(&login_pk(email), LOGIN).await?.is_some())
    }
}

impl Users<LogIn> {
    /// The login of an address.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn login(&self, email: &Email) -> Result<Option<Login>, StoreError> {
        // Consistent, so that an account works as soon as it is open.
        let Some(item) = self.db.get_now(&login_pk(email), LOGIN).await? else {
            return Ok(None);
        };
        let LoginItem {
            v: _,
            user_id,
            password_hash,
        } = from_item(item)?;
        Ok(Some(Login {
            user: user_id,
            password_hash,
        }))
    }

    /// The account of a login.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let item = self.db.get_now(&account_pk(id), ACCOUNT).await?;
        item.map(user).transpose()
    }
}

impl Users<Read> {
    /// An account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: UserId) -> Result<User, StoreError> {
        let item = self.db.get(&account_pk(id), ACCOUNT).await?;
        user(item.ok_or(StoreError::NotFound)?)
    }
}

impl Users<Edit> {
    /// An account, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: UserId) -> Result<User, StoreError> {
        let item = self.db.get_now(&account_pk(id), ACCOUNT).await?;
        user(item.ok_or(StoreError::NotFound)?)
    }

    /// Writes an account over the version before it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the account changed meanwhile, [`StoreError::Unavailable`].
    pub async fn save(&self, user: &User) -> Result<(), StoreError> {
        let item = stored(account_pk(user.id), ACCOUNT, "user", &UserItem::from(user))?;
        self.db.put_version(item, user.version - 1).await
    }
}

fn user(item: crate::db::Item) -> Result<User, StoreError> {
    if read_text(&item, "kind") != Some("user") {
        return Err(StoreError::corrupt("no account where one was sought"));
    }
    Ok(from_item::<UserItem>(item)?.into())
}
