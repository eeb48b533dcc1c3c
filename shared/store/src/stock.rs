//! The inventory table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | level | `sku/<sku>` | `level` | |
//! | movement: an entry of the ledger | `sku/<sku>` | `movement/<id>` | |
//! | outbox | `sku/<sku>` | `event/<version>/<event>` | |
//! | hold of an order | `hold/<order>` | `hold` | `due/<shard>`, `<due at>/<order>` until it is settled |
//! | goods receipt of a return | `return/<return>` | `receipt/<number>` | `receipts/<shard>`, `<due at>/<return>/<number>` until it is booked |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | read a level | half a read unit |
//! | take stock for an order of n SKUs | in the order's transaction: 2 x (1 + n) write units, 1 for the index |
//! | look whether an order of n SKUs left any of them low | n consistent reads; for each that is, 2 write units and 2 for the event |
//! | settle a hold of n SKUs | n + 1 consistent reads; a transaction of 2 x (1 + 2n) write units |
//! | write down a receipt of n SKUs | in the order's transaction: 2 write units, 1 for the index |
//! | book it | n + 1 consistent reads; a transaction of 2 x (1 + 2n) write units, 2 more for each SKU of which something is written off |
//! | adjust | one transaction: level, movement, record: 6 write units; a consistent read |
//! | backorder on or off | a consistent read, 2 write units |
//! | page of n movements | one query: half a read unit per 4 KB |
//! | due holds, due receipts | a query per shard each; a batch read |
//!
//! A level also carries `available`, always `onHand - reserved`: a condition can compare an
//! attribute, but not compute one. Orders change levels in place, by amounts rather than by versions,
//! so that buyers of one SKU do not wait for each other; an adjustment is bound to a version, so that
//! it can answer with the level it made.

mod item;
mod receipts;
mod settle;

pub(crate) use receipts::DUE_RECEIPTS;

use aws_sdk_dynamodb::types::AttributeValue;

use domain::order::Order;
use domain::sku::Sku;
use domain::stock::{Hold, Level, Movement, Shortage};

use crate::db::{Db, Item, Range, from_item, key, number, read_number};
use crate::error::StoreError;
use crate::grant::{BATCH_GET, CHECK, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::INVENTORY;
use crate::tx::{Terms, Tx, stored};
use item::{LevelItem, MovementItem};
use settle::{put_hold, tell_low};

/// The inventory table, as far as `M` allows.
pub type Stock<M> = Handle<StockRoom, M>;

modes! { StockRoom = INVENTORY;
    /// Takes stock for an order, in the order's transaction.
    Take = [Grant::table(&INVENTORY, &[PUT, UPDATE])];
    /// Reads levels.
    Read = [Grant::table(&INVENTORY, &[GET])];
    /// Lists movements.
    ReadLedger = [Grant::table(&INVENTORY, &[QUERY])];
    /// Writes down what came back, to be booked.
    Expect = [Grant::table(&INVENTORY, &[PUT])];
    /// Adjusts levels, and says for which of them orders are taken beyond what there is.
    Adjust = [Grant::table(&INVENTORY, &[GET, PUT])];
    /// Commits and releases holds, and books what came back.
    Settle = [Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT, UPDATE])];
    /// Finds the holds and receipts that are due, and settles them.
    Sweep = [
        Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT, UPDATE]),
        Grant::query(&INVENTORY, "due"),
    ];
    /// Makes a transaction depend on SKUs of which nothing was ever taken.
    Untaken = [Grant::table(&INVENTORY, &[CHECK])];
}

impl Remembers for Adjust {}

/// Marks the modes that settle holds.
pub trait Settles: Mode<Room = StockRoom> {}
impl Settles for Settle {}
impl Settles for Sweep {}

/// A level as it was read, and whether it was called low before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The level.
    pub level: Level,
    /// Whether it was called low, and has not risen since.
    pub called_low: bool,
}

impl Counted {
    /// A SKU that was never counted.
    #[must_use]
    pub fn never(sku: Sku) -> Self {
        Self {
            level: Level::empty(sku),
            called_low: false,
        }
    }

    /// Whether it is low and nobody was told.
    #[must_use]
    pub fn becomes_low(&self) -> bool {
        self.level.is_low() && !self.called_low
    }
}

pub(crate) const LEVEL: &str = "level";
const MOVEMENTS: &str = "movement/";

pub(crate) fn level_pk(sku: &Sku) -> String {
    format!("sku/{sku}")
}

impl Stock<Take> {
    /// Stages that `order` takes what it demands.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Short`] for every SKU that does not suffice.
    pub fn take(&self, tx: &mut Tx, order: &Order) -> Result<(), StoreError> {
        let demand = order.demand();
        let due_at = order.expires_at.plus(domain::order::CHARGE_PATIENCE);
        put_hold(
            &self.db,
            tx,
            &Hold::new(order.id, demand.clone(), due_at),
            Terms::absent(),
        )?;
        for (sku, units) in demand {
            let terms = Terms {
                condition: Some("available >= :units OR backorder = :true".to_owned()),
                names: Vec::new(),
                values: vec![
                    (":units", number(units)),
                    (":minus", number(-i64::from(units))),
                    (":one", number(1)),
                    (":true", AttributeValue::Bool(true)),
                ],
            };
            tx.update(
                self.db.table(),
                key(&level_pk(&sku), LEVEL),
                "ADD reserved :units, available :minus, taken :units, version :one",
                terms,
                move |found| {
                    let available = found.and_then(|level| read_number(level, "available"));
                    StoreError::Short(vec![Shortage {
                        sku: sku.clone(),
                        requested: units,
                        available: available.unwrap_or(0),
                    }])
                },
            );
        }
        Ok(())
    }
}

impl Stock<Read> {
    /// The level of a SKU; nothing if none was ever counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn level(&self, sku: &Sku) -> Result<Option<Level>, StoreError> {
        let item = self.db.get(&level_pk(sku), LEVEL).await?;
        item.map(level).transpose()
    }
}

impl Stock<ReadLedger> {
    /// A page of the movements of a SKU, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn movements(
        &self,
        sku: &Sku,
        bounds: &Bounds,
    ) -> Result<Page<Movement>, StoreError> {
        let range = Range::of(level_pk(sku)).below(MOVEMENTS);
        let page = self.db.page(&[range], bounds).await?;
        page.try_map(|item| Ok(from_item::<MovementItem>(item)?.into()))
    }
}

impl Stock<Adjust> {
    /// The level of a SKU, as it stands this moment; empty if none was ever counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn level(&self, sku: &Sku) -> Result<Counted, StoreError> {
        let item = self.db.get_now(&level_pk(sku), LEVEL).await?;
        item.map_or_else(|| Ok(Counted::never(sku.clone())), counted)
    }

    /// Stages a movement and the level it leads to.
    ///
    /// # Errors
    /// Those of [`Self::put_level`].
    pub fn adjust(
        &self,
        tx: &mut Tx,
        movement: &Movement,
        old: &Counted,
        new: &Level,
    ) -> Result<(), StoreError> {
        self.put_level(tx, old, new)?;
        put_movement(&self.db, tx, movement)
    }

    /// Stages a level over the version it was read at, so that the answer is the level that this change
    /// made. That it is low is told if nobody was told, but for a SKU that begins so.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the level changed meanwhile: read it again.
    pub fn put_level(&self, tx: &mut Tx, old: &Counted, new: &Level) -> Result<(), StoreError> {
        // One that was never counted is read as version 1, as `Level::empty` says.
        let begins = old.level.version == Level::empty(new.sku.clone()).version;
        let terms = if begins {
            Terms::absent()
        } else {
            Terms::version(old.level.version)
        };
        let mut item = stored(level_pk(&new.sku), LEVEL, "level", &LevelItem::from(new))?;
        if new.is_low() {
            item.insert("low".to_owned(), AttributeValue::Bool(true));
        }
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        let now = Counted {
            level: new.clone(),
            called_low: old.called_low,
        };
        if now.becomes_low() && !begins {
            tell_low(&self.db, tx, &now, new.version)?;
        }
        Ok(())
    }
}

impl Stock<Untaken> {
    /// Stages the condition that nothing of `sku` was ever taken. The transaction fails with
    /// [`StoreError::Sold`] if something was.
    pub fn never_taken(&self, tx: &mut Tx, sku: &Sku) {
        let terms = Terms {
            condition: Some("attribute_not_exists(pk) OR taken = :zero".to_owned()),
            names: Vec::new(),
            values: vec![(":zero", number(0))],
        };
        let key = key(&level_pk(sku), LEVEL);
        tx.check(self.db.table(), key, terms, |_| StoreError::Sold);
    }
}

fn put_movement(db: &Db, tx: &mut Tx, movement: &Movement) -> Result<(), StoreError> {
    let sk = format!("{MOVEMENTS}{}", movement.id);
    let form = MovementItem::from(movement);
    let item = stored(level_pk(&movement.sku), &sk, "movement", &form)?;
    tx.put(db.table(), item, Terms::absent(), |_| StoreError::Stale);
    Ok(())
}

fn level(item: Item) -> Result<Level, StoreError> {
    Ok(from_item::<LevelItem>(item)?.into())
}

fn counted(item: Item) -> Result<Counted, StoreError> {
    let called_low = item.contains_key("low");
    Ok(Counted {
        level: level(item)?,
        called_low,
    })
}
