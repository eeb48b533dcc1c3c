//! The lists of people, in the users table, and what staff do to accounts.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | place of an account in a list | `people/<status>/<role, or *>/<country, or *>/<shard>` | `<user id>` |
//!
//! | access | cost |
//! |---|---|
//! | an account more | 2 write units per place, in its transaction: 2 places for a customer, 4 with a country |
//! | a change of status, role or country | 2 write units for each place that it leaves or takes |
//! | page of n of a list, either way round | a query per shard and status, a batch read: 2 read units where a status is named and 6 where none is (for n up to 40), and half a read unit per account |
//! | erase an account | one transaction: 2 write units for the account, its login and each place; 2 for each session, token and event |
//! | an administrator less | a query per shard, 2 write units to make sure of another, and 2 to remember it |
//!
//! A list is named by what its people have in common. An account has one status and at most one
//! country, so that it stands under each of its roles, and under any role, with its country and with
//! any. A list of all statuses is read from the lists of each: that keeps registration, of which there
//! are many, at half of what it would otherwise write for lists, which few look at.
//!
//! A place holds keys alone. An id sorts by when the account was opened, so that one id is a position
//! in all shards at once, and a page costs the same however long the list is.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use domain::country::Country;
use domain::id::UserId;
use domain::role::Role;
use domain::user::{User, UserStatus};

use crate::appointments::Appoints;
use crate::audit::Audits;
use crate::db::{Db, LAST, Range, key, read_text, shard, text};
use crate::error::StoreError;
use crate::event::Stamp;
use crate::grant::{BATCH_GET, CHECK, DELETE, GET, Grant, PUT, QUERY};
use crate::handle::{Handle, Mode};
use crate::page::{Bounds, Page};
use crate::tables::{SHARDS, USERS};
use crate::tx::{Terms, Tx, stored};
use crate::users::{ACCOUNT, LOGIN, UsersRoom, account, account_pk, login_pk, user};

/// Accounts as staff deal with them, as far as `M` allows.
pub type People<M> = Handle<UsersRoom, M>;

/// Lists accounts.
pub enum List {}

impl Mode for List {
    type Room = UsersRoom;
    const GRANTS: &'static [Grant] = &[Grant::table(&USERS, &[QUERY, BATCH_GET])];
}

/// Changes and erases the accounts of others.
pub enum Administer {}

impl Mode for Administer {
    type Room = UsersRoom;
    const GRANTS: &'static [Grant] = &[Grant::table(&USERS, &[GET, QUERY, PUT, DELETE, CHECK])];
}

impl Audits for Administer {}
impl Appoints for Administer {}

/// What the people of a list have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Common {
    /// Their status.
    pub status: Option<UserStatus>,
    /// A role of theirs.
    pub role: Option<Role>,
    /// Their country.
    pub country: Option<Country>,
}

/// That an account is in a list: its keys say all.
#[derive(Serialize)]
struct PlaceItem {
    v: u8,
}

const ANY: &str = "*";
/// How many items one transaction deletes.
const CLEARED_AT_ONCE: u16 = 100;

fn partition(
    status: UserStatus,
    role: Option<Role>,
    country: Option<Country>,
    shard: u8,
) -> String {
    let role = role.map_or(ANY, Role::as_str);
    let country = country.map_or_else(|| ANY.to_owned(), |country| country.to_string());
    format!("people/{status}/{role}/{country}/{shard}")
}

/// The partitions that an account has a place in.
fn places(user: &User) -> BTreeSet<String> {
    let shard = shard(*user.id.as_uuid());
    let roles = || std::iter::once(None).chain(user.roles.iter().copied().map(Some));
    [None, user.country]
        .into_iter()
        .flat_map(|country| roles().map(move |role| (role, country)))
        .map(|(role, country)| partition(user.status, role, country, shard))
        .collect()
}

/// Whether a change leaves an account where it is in all lists.
pub(crate) fn same_places(old: &User, new: &User) -> bool {
    places(old) == places(new)
}

/// Stages the places that an account takes, and those that it leaves.
pub(crate) fn place(
    db: &Db,
    tx: &mut Tx,
    old: Option<&User>,
    new: &User,
) -> Result<(), StoreError> {
    let before = old.map(places).unwrap_or_default();
    let after = places(new);
    let sk = new.id.to_string();
    // Whoever places an account also writes it, over the version that the places are of: that is all
    // the condition there needs to be.
    for taken in after.difference(&before) {
        let item = stored(taken.clone(), &sk, "place", &PlaceItem { v: 1 })?;
        tx.put(db.table(), item, Terms::default(), |_| StoreError::Stale);
    }
    for left in before.difference(&after) {
        tx.delete(db.table(), key(left, &sk), Terms::default(), |_| {
            StoreError::Stale
        });
    }
    Ok(())
}

/// Stages an account over what it was before, and its places in the lists.
pub(crate) fn rewrite(db: &Db, tx: &mut Tx, old: &User, new: &User) -> Result<(), StoreError> {
    let terms = Terms::version(old.version);
    tx.put(db.table(), account(new)?, terms, |_| StoreError::Stale);
    place(db, tx, Some(old), new)
}

impl People<List> {
    /// A page of the people who have something in common, in the order of their registration.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn page(
        &self,
        common: Common,
        newest_first: bool,
        bounds: &Bounds,
    ) -> Result<Page<User>, StoreError> {
        let Common {
            status,
            role,
            country,
        } = common;
        let statuses = match &status {
            Some(status) => std::slice::from_ref(status),
            None => UserStatus::ALL,
        };
        let ranges: Vec<Range<'_>> = statuses
            .iter()
            .flat_map(|status| (0..SHARDS).map(|shard| (*status, shard)))
            .map(|(status, shard)| Range {
                newest_first,
                ..Range::of(partition(status, role, country, shard))
            })
            .collect();
        let Page { items, place } = self.db.page(&ranges, bounds).await?;
        // Whose status changes while the lists are read may stand in two of them.
        let ids: BTreeSet<&str> = items
            .iter()
            .filter_map(|item| read_text(item, "sk"))
            .collect();
        let keys = ids
            .into_iter()
            .map(|id| (format!("user/{id}"), ACCOUNT.to_owned()));
        let mut items = self
            .db
            .get_many(keys, false)
            .await?
            .into_iter()
            .map(user)
            .collect::<Result<Vec<User>, StoreError>>()?;
        if newest_first {
            items.sort_by_key(|user| Reverse(user.id));
        } else {
            items.sort_by_key(|user| user.id);
        }
        Ok(Page { items, place })
    }
}

impl People<Administer> {
    /// An account, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: UserId) -> Result<User, StoreError> {
        let item = self.db.get_now(&account_pk(id), ACCOUNT).await?;
        user(item.ok_or(StoreError::NotFound)?)
    }

    /// Stages an account over what it was before. The transaction fails with [`StoreError::Stale`] if
    /// it changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn change(&self, tx: &mut Tx, old: &User, new: &User) -> Result<(), StoreError> {
        rewrite(&self.db, tx, old, new)
    }

    /// Stages what is left of an account whose owner's data goes: their login goes with it, and their
    /// address is free again. The transaction fails with [`StoreError::Stale`] if the account changed
    /// meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn erase(&self, tx: &mut Tx, old: &User, new: &User) -> Result<(), StoreError> {
        let terms = Terms {
            condition: Some("attribute_not_exists(pk) OR #user = :user".to_owned()),
            names: vec![("#user", "userId")],
            values: vec![(":user", text(old.id.to_string()))],
        };
        let login = key(&login_pk(&old.email), LOGIN);
        tx.delete(self.db.table(), login, terms, |_| StoreError::Stale);
        rewrite(&self.db, tx, old, new)
    }

    /// Deletes what else stands under an account: sessions, mailed tokens, and events that tell of its
    /// owner. All of it may be deleted again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some of it may be gone.
    pub async fn clear(&self, stamp: &Stamp, id: UserId) -> Result<(), StoreError> {
        loop {
            let belongings = Range {
                // The account itself sorts behind all of them.
                to: Some(format!("token/{LAST}")),
                limit: CLEARED_AT_ONCE,
                ..Range::of(account_pk(id))
            };
            let found = self.db.query(belongings).await?.items;
            if found.is_empty() {
                return Ok(());
            }
            let mut tx = self.begin(stamp);
            for sk in found.iter().filter_map(|item| read_text(item, "sk")) {
                let item = key(&account_pk(id), sk);
                tx.delete(self.db.table(), item, Terms::default(), |_| {
                    StoreError::Stale
                });
            }
            tx.commit().await?;
        }
    }

    /// Makes sure that the shop keeps an active administrator other than this one: the transaction
    /// fails with [`StoreError::Stale`] if the one that was found stops being one meanwhile, so that of
    /// two who dismiss each other at once only one succeeds.
    ///
    /// Says whether there is another at all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn keeps_an_admin(&self, tx: &mut Tx, without: UserId) -> Result<bool, StoreError> {
        let without = without.to_string();
        for shard in 0..SHARDS {
            let pk = partition(UserStatus::Active, Some(Role::Admin), None, shard);
            let range = Range {
                limit: 2,
                ..Range::of(pk.as_str())
            };
            let found = self.db.query(range).await?.items;
            let other = found
                .iter()
                .filter_map(|item| read_text(item, "sk"))
                .find(|id| *id != without);
            if let Some(other) = other {
                let terms = Terms {
                    condition: Some("attribute_exists(pk)".to_owned()),
                    ..Terms::default()
                };
                tx.check(self.db.table(), key(&pk, other), terms, |_| {
                    StoreError::Stale
                });
                return Ok(true);
            }
        }
        Ok(false)
    }
}
