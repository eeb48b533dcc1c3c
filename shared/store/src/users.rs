//! The users table: accounts and logins. What else it holds stands in modules of its own.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | account | `user/<id>` | `user` |
//! | login: who has an address, their password's hash, where they signed in from | `email/<address, lower case>` | `login` |
//! | session ([`crate::sessions`]) | `user/<id>` | `session/<epoch>/<id>` |
//! | mailed token ([`crate::mailed`]) | `user/<id>` | `token/<purpose>` |
//! | who was made admin ([`crate::appointments`]) | `appointed/<digest>` | `appointed` |
//! | tries of a password ([`crate::attempts`]) | `attempts/<digest>` | `foreign`, `known/<digest>` |
//! | outbox | `user/<id>` | `event/<version>/<event>` |
//! | outbox of requests for a new password | `reset/<digest of the email>` | `event/<version>/<event>` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! The places of an account in the lists of people are written down in `people.rs`, the audit trail in
//! `audit.rs`.
//!
//! | access | cost |
//! |---|---|
//! | register | one transaction: account, login, token, event, record: 10 write units; its places in the lists: 4, or 8 with a country |
//! | log in | login, tries and account: 3 read units; tries, then session and login: 6 write units |
//! | read an account | half a read unit |
//! | change an account | one consistent read, one conditional write: 1 read unit, 1 write unit; one transaction where its places change too |
//! | change what one signs in with | one transaction: account, login, event, entry of the audit trail and what else is concerned: 2 write units each |

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use domain::attempts::met;
use domain::clock::Timestamp;
use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::mailed::MailedToken;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};

use crate::appointments::Appoints;
use crate::attempts::{Guards, origin};
use crate::audit::Audits;
use crate::db::{Item, from_item, key, number, read_text, text};
use crate::digest::digest;
use crate::error::{StoreError, Unique};
use crate::event::{Event, ResetWish, Stamp, UserFacts};
use crate::grant::{CHECK, DELETE, GET, Grant, PUT, QUERY};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::people;
use crate::tables::USERS;
use crate::tx::{Terms, Tx, stored};

/// The users table, as far as `M` allows.
pub type Users<M> = Handle<UsersRoom, M>;

modes! { UsersRoom = USERS;
    /// Opens accounts.
    Register = [Grant::table(&USERS, &[GET, PUT])];
    /// Finds the login of an address, and opens sessions.
    LogIn = [Grant::table(&USERS, &[GET, PUT, CHECK])];
    /// Says what a caller's account may do this moment.
    Vouch = [Grant::table(&USERS, &[GET])];
    /// Reads accounts.
    Read = [Grant::table(&USERS, &[GET])];
    /// Changes accounts.
    Edit = [Grant::table(&USERS, &[GET, PUT, DELETE])];
    /// Carries sessions on.
    Refresh = [Grant::table(&USERS, &[GET, PUT, DELETE])];
    /// Signs out.
    EndSession = [Grant::table(&USERS, &[GET, DELETE])];
    /// Ends sessions elsewhere, and puts it down.
    RevokeSession = [Grant::table(&USERS, &[GET, PUT, DELETE])];
    /// Lists a person's sessions.
    ListSessions = [Grant::table(&USERS, &[GET, QUERY])];
    /// Changes passwords.
    ChangePassword = [Grant::table(&USERS, &[GET, PUT, DELETE])];
    /// Asks whether an address is read by whoever wants to have it.
    AskAddress = [Grant::table(&USERS, &[GET, PUT])];
    /// Takes the answer to that.
    VerifyAddress = [Grant::table(&USERS, &[GET, PUT, DELETE])];
    /// Puts down who wants a new password.
    WishReset = [Grant::table(&USERS, &[GET, PUT])];
    /// Finds out whose wish that was.
    IssueReset = [Grant::table(&USERS, &[GET, PUT])];
    /// Sets a new password for whoever reads the account's mail.
    ResetPassword = [Grant::table(&USERS, &[GET, PUT, DELETE])];
}

/// Marks the modes that read single items.
pub trait Reads: Mode<Room = UsersRoom> {}
/// Marks the modes that write items.
pub trait Writes: Mode<Room = UsersRoom> {}
/// Marks the modes that delete items.
pub trait Deletes: Mode<Room = UsersRoom> {}

macro_rules! marked {
    ($($mark:ident: $($mode:ident)+;)*) => { $($(impl $mark for $mode {})+)* };
}

marked! {
    Reads: Vouch LogIn Edit Refresh EndSession RevokeSession ListSessions ChangePassword AskAddress VerifyAddress IssueReset
        ResetPassword;
    Writes: Register LogIn Refresh RevokeSession ChangePassword AskAddress VerifyAddress IssueReset
        ResetPassword;
    Deletes: Refresh EndSession RevokeSession ChangePassword VerifyAddress ResetPassword;
    Appoints: VerifyAddress ResetPassword;
    Guards: LogIn ChangePassword AskAddress;
    Audits: LogIn Refresh RevokeSession ChangePassword AskAddress VerifyAddress ResetPassword;
    Remembers: Register LogIn Refresh VerifyAddress WishReset;
}
/// Who has an address, and their password's hash.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub user: UserId,
    /// The hash, in PHC format.
    pub password_hash: String,
    /// Digests of the addresses they signed in from, the last one first.
    pub known: Vec<String>,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// A new account and what belongs to it.
#[derive(Debug, Clone)]
pub struct Registration<'a> {
    /// The account.
    pub user: &'a User,
    /// The hash of its password, in PHC format.
    pub password_hash: String,
    /// The network address it was opened from, if it was opened over the network.
    pub address: Option<&'a str>,
    /// The token that its owner is to bring back, if the address is to be verified.
    pub token: Option<&'a MailedToken>,
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
    #[serde(default)]
    epoch: u32,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginItem {
    v: u8,
    user_id: UserId,
    password_hash: String,
    #[serde(default)]
    known: Vec<String>,
    /// Absent in logins that were written before they could change.
    #[serde(default)]
    version: u64,
}

impl From<&Login> for LoginItem {
    fn from(login: &Login) -> Self {
        let Login {
            user,
            password_hash,
            known,
            version,
        } = login.clone();
        Self {
            v: 1,
            user_id: user,
            password_hash,
            known,
            version,
        }
    }
}

impl From<LoginItem> for Login {
    fn from(item: LoginItem) -> Self {
        let LoginItem {
            v: _,
            user_id,
            password_hash,
            known,
            version,
        } = item;
        Self {
            user: user_id,
            password_hash,
            known,
            version,
        }
    }
}

impl Login {
    /// The login after its owner was there at a network address.
    #[must_use]
    pub fn met_at(&self, address: &str) -> Self {
        Self {
            known: met(&self.known, &origin(Some(self), address)),
            ..self.changed()
        }
    }

    /// Whether its owner was last seen at this network address.
    #[must_use]
    pub fn was_last_at(&self, address: &str) -> bool {
        self.known.first() == Some(&origin(Some(self), address))
    }

    /// The login with a password that its owner, whose mail shows that it is them, has set at a network
    /// address.
    #[must_use]
    pub fn reset_at(&self, address: &str, password_hash: String) -> Self {
        Self {
            password_hash,
            ..self.met_at(address)
        }
    }

    /// The login with another password.
    #[must_use]
    pub fn with_password(&self, password_hash: String) -> Self {
        Self {
            password_hash,
            ..self.changed()
        }
    }

    fn changed(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }
}

pub(crate) const ACCOUNT: &str = "user";
pub(crate) const LOGIN: &str = "login";

pub(crate) fn account_pk(id: UserId) -> String {
    format!("user/{id}")
}

pub(crate) fn login_pk(email: &Email) -> String {
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
            epoch,
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
            epoch,
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
            epoch,
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
            epoch,
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
    pub fn register(&self, tx: &mut Tx, registration: Registration<'_>) -> Result<(), StoreError> {
        let Registration {
            user,
            password_hash,
            address,
            token,
        } = registration;
        let login = Login {
            user: user.id,
            password_hash,
            known: Vec::new(),
            version: 1,
        };
        let known = address.map(|address| origin(Some(&login), address));
        let login = Login {
            known: known.into_iter().collect(),
            ..login
        };
        self.put_new_login(tx, &user.email, &login)?;
        let pk = account_pk(user.id);
        tx.put(self.db.table(), account(user)?, Terms::absent(), |_| {
            StoreError::Stale
        });
        people::place(&self.db, tx, None, user)?;
        if let Some(token) = token {
            self.put_mailed(tx, token)?;
        }
        let facts = UserFacts::of(user, token.map(|token| token.id));
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

impl<M: Reads> Handle<UsersRoom, M> {
    /// The login of an address.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn login(&self, email: &Email) -> Result<Option<Login>, StoreError> {
        // Consistent, so that an account works as soon as it is open.
        let item = self.db.get_now(&login_pk(email), LOGIN).await?;
        let item = item.map(from_item::<LoginItem>).transpose()?;
        Ok(item.map(Login::from))
    }

    /// An account, as it stands this moment, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn account(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let item = self.db.get_now(&account_pk(id), ACCOUNT).await?;
        item.map(user).transpose()
    }

    /// The login of an account that was read just now, and is not erased.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`]; [`StoreError::Stale`] if the account
    /// moved to another address or was erased in between.
    pub async fn login_of(&self, user: &User) -> Result<Login, StoreError> {
        let login = self.login(&user.email).await?;
        let login = login.filter(|login| login.user == user.id);
        login.ok_or(StoreError::Stale)
    }
}

impl<M: Writes> Handle<UsersRoom, M> {
    /// Stages an account over what it was before, and its places in the lists.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_account(&self, tx: &mut Tx, old: &User, new: &User) -> Result<(), StoreError> {
        people::rewrite(&self.db, tx, old, new)
    }

    /// Stages a login over the version before it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_login(&self, tx: &mut Tx, email: &Email, login: &Login) -> Result<(), StoreError> {
        let item = stored(login_pk(email), LOGIN, "login", &LoginItem::from(login))?;
        let terms = unchanged(login.version.saturating_sub(1));
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        Ok(())
    }

    /// Stages the login of an address that nobody has yet.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`Unique::Email`] if the address is taken.
    pub fn put_new_login(
        &self,
        tx: &mut Tx,
        email: &Email,
        login: &Login,
    ) -> Result<(), StoreError> {
        let item = stored(login_pk(email), LOGIN, "login", &LoginItem::from(login))?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Taken(Unique::Email)
        });
        Ok(())
    }

    /// Stages the news of something about an account.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn tell(&self, tx: &mut Tx, user: &User, event: Event) -> Result<(), StoreError> {
        tx.emit(self.db.table(), &account_pk(user.id), user.version, event)
    }
}

impl<M: Deletes> Handle<UsersRoom, M> {
    /// Stages that an address is nobody's any more.
    pub fn drop_login(&self, tx: &mut Tx, email: &Email, login: &Login) {
        let key = key(&login_pk(email), LOGIN);
        tx.delete(self.db.table(), key, unchanged(login.version), |_| {
            StoreError::Stale
        });
    }
}

impl Users<LogIn> {
    /// Makes the transaction depend on the login being as it was read: a session must not outlive the
    /// password that it was opened with.
    pub fn check_login(&self, tx: &mut Tx, email: &Email, login: &Login) {
        let key = key(&login_pk(email), LOGIN);
        let terms = Terms {
            condition: Some("#hash = :hash".to_owned()),
            names: vec![("#hash", "passwordHash")],
            values: vec![(":hash", text(&login.password_hash))],
        };
        tx.check(self.db.table(), key, terms, |_| StoreError::Stale);
    }
}

impl Users<WishReset> {
    /// Stages the news that somebody wants a new password for the account of an address. Whether there
    /// is one is not asked here, so that the answer cannot tell.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn wish_reset(&self, tx: &mut Tx, email: &Email) -> Result<(), StoreError> {
        let aggregate = format!("reset/{}", digest(&[&email.canonical()]));
        let wish = ResetWish {
            email: email.clone(),
        };
        let event = Event::PasswordResetRequested(wish);
        tx.emit(self.db.table(), &aggregate, 1, event)
    }
}

impl Users<Read> {
    /// An account, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn find(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let item = self.db.get(&account_pk(id), ACCOUNT).await?;
        item.map(user).transpose()
    }
}

impl Users<Edit> {
    /// Writes an account over what it was before.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the account changed meanwhile, [`StoreError::Unavailable`].
    pub async fn save(&self, stamp: &Stamp, old: &User, new: &User) -> Result<(), StoreError> {
        if people::same_places(old, new) {
            return self.db.put_version(account(new)?, old.version).await;
        }
        let mut tx = self.begin(stamp);
        people::rewrite(&self.db, &mut tx, old, new)?;
        tx.commit().await
    }
}

/// The item of an account.
pub(crate) fn account(user: &User) -> Result<Item, StoreError> {
    stored(account_pk(user.id), ACCOUNT, "user", &UserItem::from(user))
}

/// The account that an item holds.
pub(crate) fn user(item: Item) -> Result<User, StoreError> {
    if read_text(&item, "kind") != Some("user") {
        return Err(StoreError::corrupt("no account where one was sought"));
    }
    Ok(from_item::<UserItem>(item)?.into())
}

/// The item must still be of the version that was read.
pub(crate) fn unchanged(read: u64) -> Terms {
    match read {
        0 => Terms {
            condition: Some("attribute_exists(pk) AND attribute_not_exists(#version)".to_owned()),
            names: vec![("#version", "version")],
            values: Vec::new(),
        },
        read => Terms {
            condition: Some("#version = :read".to_owned()),
            names: vec![("#version", "version")],
            values: vec![(":read", number(read))],
        },
    }
}
