//! The inventory table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | level | `sku/<sku>` | `level` | |
//! | shard of a SKU that is spread | `shard/<sku>/<generation>/<number>` | `shard` | |
//! | movement: an entry of the ledger | `sku/<sku>`, or `ledger/<sku>/<0-15>` for what is sold of shards | `movement/<id>` | |
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
mod spread;
mod taking;

pub(crate) use receipts::DUE_RECEIPTS;
pub(crate) use spread::shards_of;
pub use spread::{Seen, Spread};
pub use taking::{Plan, Taker};

use aws_sdk_dynamodb::types::AttributeValue;

use domain::sku::Sku;
use domain::stock::shard::Shard;
use domain::stock::{Level, Movement};

use crate::db::{Db, Item, Range, from_item, key, number};
use crate::error::StoreError;
use crate::event::Stamp;
use crate::grant::{BATCH_GET, CHECK, DELETE, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::INVENTORY;
use crate::tx::{Terms, Tx, stored};
use item::{LevelItem, MovementItem};
use settle::tell_low;

/// The inventory table, as far as `M` allows.
pub type Stock<M> = Handle<StockRoom, M>;

modes! { StockRoom = INVENTORY;
    /// Takes stock for an order, in the order's transaction.
    Take = [Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT, UPDATE, DELETE])];
    /// Reads levels.
    Read = [Grant::table(&INVENTORY, &[GET, BATCH_GET])];
    /// Lists movements.
    ReadLedger = [Grant::table(&INVENTORY, &[GET, QUERY])];
    /// Writes down what came back, to be booked.
    Expect = [Grant::table(&INVENTORY, &[PUT])];
    /// Adjusts levels.
    Adjust = [Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT])];
    /// Says how SKUs are sold: beyond what there is, or from shards.
    Configure = [Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT, UPDATE, DELETE])];
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

/// Marks the modes that write levels as a whole.
pub trait Counts: Mode<Room = StockRoom> {}
impl Counts for Adjust {}
impl Counts for Configure {}

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
    /// What it says of shards.
    pub spread: Spread,
}

impl Counted {
    /// A SKU that was never counted.
    #[must_use]
    pub fn never(sku: Sku) -> Self {
        Self {
            level: Level::empty(sku),
            called_low: false,
            spread: Spread::default(),
        }
    }

    /// Whether it is low and nobody was told. A level that is spread is not all that there is.
    #[must_use]
    pub fn becomes_low(&self) -> bool {
        self.level.is_low() && !self.called_low && !self.spread.is_spread()
    }
}

pub(crate) const LEVEL: &str = "level";
const MOVEMENTS: &str = "movement/";

/// How many ledgers a SKU has besides that of its main level, for what is sold while it is spread.
const LEDGERS: u16 = 16;

fn ledger_pk(sku: &Sku, ledger: u16) -> String {
    format!("ledger/{sku}/{ledger}")
}

pub(crate) fn level_pk(sku: &Sku) -> String {
    format!("sku/{sku}")
}

impl Stock<Read> {
    /// The level of a SKU, with its shards if it is spread.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn level(&self, sku: &Sku) -> Result<Seen, StoreError> {
        let seen = spread::look(&self.db, sku, false).await?;
        Ok(seen.unwrap_or_else(|| Seen::never(sku.clone())))
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
        let main = spread::main_level(&self.db, sku, false).await?;
        let was_spread = main.is_some_and(|main| main.spread.generation > 0);
        let mut ledgers = vec![level_pk(sku)];
        if was_spread {
            ledgers.extend((0..LEDGERS).map(|ledger| ledger_pk(sku, ledger)));
        }
        let ranges: Vec<Range<'_>> = ledgers
            .into_iter()
            .map(|pk| Range::of(pk).below(MOVEMENTS))
            .collect();
        let page = self.db.page(&ranges, bounds).await?;
        page.try_map(|item| Ok(from_item::<MovementItem>(item)?.into()))
    }
}

impl<M: Counts> Stock<M> {
    /// The level of a SKU as it stands this moment, with its shards if it is spread; empty if none was ever
    /// counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn level(&self, sku: &Sku) -> Result<Seen, StoreError> {
        let seen = spread::look(&self.db, sku, true).await?;
        Ok(seen.unwrap_or_else(|| Seen::never(sku.clone())))
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
        let now = Counted {
            level: new.clone(),
            ..old.clone()
        };
        old.spread.write(&mut item);
        // What is spread is neither low nor not.
        if new.is_low() && (now.called_low || !now.spread.is_spread()) {
            item.insert("low".to_owned(), AttributeValue::Bool(true));
        }
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        if now.becomes_low() && !begins {
            tell_low(&self.db, tx, &now, new.version)?;
        }
        Ok(())
    }
}

impl Stock<Adjust> {
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
        put_movement(&self.db, tx, movement, Shard::MAIN)
    }
}

impl Stock<Configure> {
    /// Spreads what can be had of a SKU evenly over so many shards, or what came since over those that it is
    /// spread over.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the level changed meanwhile: read it again. What is spread by then stays so,
    /// and can be sold. [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn spread(
        &self,
        stamp: &Stamp,
        main: &Counted,
        shards: u16,
    ) -> Result<(), StoreError> {
        spread::spread(&self.db, stamp, main, shards).await
    }

    /// Gathers a SKU that is spread: all of it is in its main level again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if somebody else is at it, or came in between again and again: another try
    /// goes on with it. [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn gather(&self, stamp: &Stamp, main: &Counted) -> Result<(), StoreError> {
        spread::gather(&self.db, stamp, main, stamp.now).await
    }
}

impl Stock<Untaken> {
    /// Stages the condition that nothing of `sku` was ever taken, and that it was never spread. The
    /// transaction fails with [`StoreError::Sold`] if it was.
    pub fn never_taken(&self, tx: &mut Tx, sku: &Sku) {
        let terms = Terms {
            condition: Some(
                "attribute_not_exists(pk) OR (taken = :zero AND attribute_not_exists(generation))"
                    .to_owned(),
            ),
            names: Vec::new(),
            values: vec![(":zero", number(0))],
        };
        let key = key(&level_pk(sku), LEVEL);
        tx.check(self.db.table(), key, terms, |_| StoreError::Sold);
    }
}

/// Stages a movement into the ledger of its SKU: that of the main level, or one of those for what is taken
/// from shards.
fn put_movement(db: &Db, tx: &mut Tx, movement: &Movement, shard: Shard) -> Result<(), StoreError> {
    let pk = match shard.is_main() {
        true => level_pk(&movement.sku),
        false => ledger_pk(&movement.sku, shard.number() % LEDGERS),
    };
    let sk = format!("{MOVEMENTS}{}", movement.id);
    let item = stored(pk, &sk, "movement", &MovementItem::from(movement))?;
    tx.put(db.table(), item, Terms::absent(), |_| StoreError::Stale);
    Ok(())
}

pub(crate) fn counted(item: Item) -> Result<Counted, StoreError> {
    let called_low = item.contains_key("low");
    let spread = Spread::of(&item);
    Ok(Counted {
        level: from_item::<LevelItem>(item)?.into(),
        called_low,
        spread,
    })
}
