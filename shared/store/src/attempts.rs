//! How often an account's password was tried, in the users table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | tries from addresses the account does not know | `attempts/<digest of the email>` | `foreign` |
//! | tries from one that it knows | `attempts/<digest of the email>` | `known/<digest of the network>` |
//!
//! | access | cost |
//! |---|---|
//! | reserve a try, and put down what became of it | a consistent read, two conditional writes: 1 read unit, 2 write units |
//! | refuse a try | 1 read unit |
//!
//! There are such items for every address that somebody tried, whether it has an account or not; they
//! expire when they have nothing more to say.

use serde::{Deserialize, Serialize};

use domain::attempts::{Attempts, Budget, Reserved, TooMany, Try, network};
use domain::audit::AuditEntry;
use domain::clock::Timestamp;
use domain::email::Email;

use crate::audit::Audits;
use crate::db::{Item, from_item, number};
use crate::digest::digest;
use crate::error::StoreError;
use crate::event::Stamp;
use crate::handle::Handle;
use crate::tx::{Terms, Tx, stored};
use crate::users::{Deletes, Login, Reads, UsersRoom, Writes};

/// How often a write is tried again that others came before. Each of them has used up a try, and of
/// those there are at most twenty in a window, counted twice: once reserved, once settled.
const ROUNDS: usize = 24;
const FOREIGN: &str = "foreign";

/// Marks the modes that let passwords be tried.
pub trait Guards: Reads + Writes + Audits {}

/// Whose password is tried, and from where.
#[derive(Debug, Clone)]
pub struct Guard {
    pk: String,
    sk: String,
    budget: Budget,
    from: String,
}

/// A try that was reserved.
#[derive(Debug)]
pub struct Reservation {
    guard: Guard,
    attempts: Attempts,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttemptsItem {
    v: u8,
    tries: Vec<TryItem>,
    reported_at: Option<Timestamp>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TryItem {
    at: Timestamp,
    from: String,
    failed: bool,
}

impl From<Try> for TryItem {
    fn from(one: Try) -> Self {
        let Try { at, from, failed } = one;
        Self { at, from, failed }
    }
}

impl From<TryItem> for Try {
    fn from(item: TryItem) -> Self {
        let TryItem { at, from, failed } = item;
        Self { at, from, failed }
    }
}

impl From<AttemptsItem> for Attempts {
    fn from(item: AttemptsItem) -> Self {
        let AttemptsItem {
            v: _,
            tries,
            reported_at,
            version,
        } = item;
        Self {
            tries: tries.into_iter().map(Try::from).collect(),
            reported_at,
            version,
        }
    }
}

impl From<&Attempts> for AttemptsItem {
    fn from(attempts: &Attempts) -> Self {
        let Attempts {
            tries,
            reported_at,
            version,
        } = attempts.clone();
        Self {
            v: 1,
            tries: tries.into_iter().map(TryItem::from).collect(),
            reported_at,
            version,
        }
    }
}

impl Guard {
    /// The guard of an address's password against tries from a network address. The login is that of
    /// the address, where it has one.
    #[must_use]
    pub fn of(email: &Email, login: Option<&Login>, address: &str) -> Self {
        let from = origin(login, address);
        let known = login.is_some_and(|login| login.known.contains(&from));
        Self {
            pk: pk(email),
            sk: if known {
                format!("known/{from}")
            } else {
                FOREIGN.to_owned()
            },
            budget: if known {
                Budget::Known
            } else {
                Budget::Foreign
            },
            from,
        }
    }

    fn item(&self, attempts: &Attempts) -> Result<Item, StoreError> {
        let form = AttemptsItem::from(attempts);
        let mut item = stored(self.pk.clone(), &self.sk, "attempts", &form)?;
        let expires = attempts.expires_at().as_seconds();
        item.insert("expiresAt".to_owned(), number(expires));
        Ok(item)
    }
}

/// A network address as an account remembers it. The account goes into the digest, so that nobody can
/// see from the table which accounts share an address.
pub(crate) fn origin(login: Option<&Login>, address: &str) -> String {
    let owner = login.map_or_else(String::new, |login| login.user.to_string());
    digest(&[&owner, &network(address)])
}

fn pk(email: &Email) -> String {
    format!("attempts/{}", digest(&[&email.canonical()]))
}

impl<M: Guards> Handle<UsersRoom, M> {
    /// Reserves a try before the password is looked at, so that tries at once are as few as tries one
    /// after another. The entry is put down if this was the last one that strangers had.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn reserve(
        &self,
        stamp: &Stamp,
        guard: Guard,
        report: &AuditEntry,
    ) -> Result<Result<Reservation, TooMany>, StoreError> {
        for _ in 0..ROUNDS {
            let attempts = self.attempts(&guard).await?;
            let reserved = match attempts.reserve(guard.budget, &guard.from, stamp.now) {
                Ok(reserved) => reserved,
                Err(too_many) => return Ok(Err(too_many)),
            };
            let Reserved {
                attempts,
                to_report,
            } = reserved;
            let written = if to_report {
                self.report(stamp, &guard, &attempts, report).await
            } else {
                let item = guard.item(&attempts)?;
                self.db.put_version(item, attempts.version - 1).await
            };
            match written {
                Ok(()) => {
                    return Ok(Ok(Reservation {
                        guard,
                        attempts,
                        at: stamp.now,
                    }));
                }
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Stale)
    }

    async fn report(
        &self,
        stamp: &Stamp,
        guard: &Guard,
        attempts: &Attempts,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(stamp);
        let terms = Terms::over(attempts.version);
        tx.put(self.db.table(), guard.item(attempts)?, terms, |_| {
            StoreError::Stale
        });
        self.audit(&mut tx, entry)?;
        tx.commit().await
    }

    /// Puts down what became of a try: that the password was wrong, or that it was right, which
    /// forgives what failed from the same address before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn settle(&self, reservation: Reservation, right: bool) -> Result<(), StoreError> {
        let Reservation {
            guard,
            mut attempts,
            at,
        } = reservation;
        for _ in 0..ROUNDS {
            let settled = if right {
                attempts.cleared(&guard.from)
            } else {
                attempts.failed(&guard.from, at)
            };
            let item = guard.item(&settled)?;
            match self.db.put_version(item, attempts.version).await {
                Err(StoreError::Stale) => attempts = self.attempts(&guard).await?,
                done => return done,
            }
        }
        Err(StoreError::Stale)
    }

    async fn attempts(&self, guard: &Guard) -> Result<Attempts, StoreError> {
        let item = self.db.get_now(&guard.pk, &guard.sk).await?;
        let kept = item.map(from_item::<AttemptsItem>).transpose()?;
        Ok(kept.map(Attempts::from).unwrap_or_default())
    }
}

impl<M: Deletes> Handle<UsersRoom, M> {
    /// Stages that all tries are forgotten that keep the owner out, wherever they came from.
    pub fn forgive(&self, tx: &mut Tx, email: &Email, login: &Login) {
        let known = login.known.iter().map(|from| format!("known/{from}"));
        for sk in known.chain([FOREIGN.to_owned()]) {
            let key = crate::db::key(&pk(email), &sk);
            tx.delete(self.db.table(), key, Terms::default(), |_| {
                StoreError::Stale
            });
        }
    }
}
