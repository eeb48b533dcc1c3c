//! The inventory table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | level | `sku/<sku>` | `level` | |
//! | movement: an entry of the ledger | `sku/<sku>` | `movement/<id>` | |
//! | outbox | `sku/<sku>` | `event/<version>/<event>` | |
//! | hold of an order, until it is settled | `hold/<order>` | `hold` | `due/<shard>`, `<due at>/<order>` |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | read a level | half a read unit |
//! | take stock for an order of n SKUs | in the order's transaction: 2 x (1 + n) write units, 1 for the index |
//! | settle a hold of n SKUs | n + 1 consistent reads; a transaction of 2 x (1 + 2n) write units |
//! | adjust | one transaction: level, movement, record: 6 write units; a consistent read |
//! | page of n movements | one query: half a read unit per 4 KB |
//! | due holds | a query per shard; a batch read |
//!
//! A level also carries `available`, always `onHand - reserved`: a condition can compare an
//! attribute, but not compute one. Orders change levels in place, by amounts rather than by versions,
//! so that buyers of one SKU do not wait for each other; an adjustment is bound to a version, so that
//! it can answer with the level it made.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{MovementId, OrderId, UserId};
use domain::order::Order;
use domain::sku::Sku;
use domain::stock::{Hold, HoldState, LOW, Level, Movement, MovementKind, Shortage};
use domain::text::Reason;

use crate::db::{Db, Item, Range, from_item, key, number, read_number, shard, text};
use crate::error::StoreError;
use crate::event::{Event, StockFacts};
use crate::grant::{BATCH_GET, CHECK, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::{DUE, INVENTORY, SHARDS};
use crate::tx::{Terms, Tx, stored};

/// The inventory table, as far as `M` allows.
pub type Stock<M> = Handle<StockRoom, M>;

modes! { StockRoom = INVENTORY;
    /// Takes stock for an order, in the order's transaction.
    Take = [Grant::table(&INVENTORY, &[PUT, UPDATE])];
    /// Reads levels.
    Read = [Grant::table(&INVENTORY, &[GET])];
    /// Lists movements.
    ReadLedger = [Grant::table(&INVENTORY, &[QUERY])];
    /// Adjusts levels.
    Adjust = [Grant::table(&INVENTORY, &[GET, PUT])];
    /// Commits and releases holds.
    Settle = [Grant::table(&INVENTORY, &[GET, BATCH_GET, PUT, UPDATE])];
    /// Finds the holds that are due, and settles them.
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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LevelItem {
    v: u8,
    sku: Sku,
    on_hand: i64,
    reserved: u32,
    available: i64,
    taken: u64,
    backorder: bool,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MovementItem {
    v: u8,
    id: MovementId,
    sku: Sku,
    #[serde(rename = "cause")]
    kind: MovementKind,
    delta: i64,
    reason: Reason,
    order: Option<OrderId>,
    actor: Option<UserId>,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HoldItem {
    v: u8,
    order: OrderId,
    lines: BTreeMap<Sku, u32>,
    state: HoldState,
    due_at: Timestamp,
}

const LEVEL: &str = "level";
const HOLD: &str = "hold";
const MOVEMENTS: &str = "movement/";

fn level_pk(sku: &Sku) -> String {
    format!("sku/{sku}")
}

fn hold_pk(order: OrderId) -> String {
    format!("hold/{order}")
}

impl From<&Level> for LevelItem {
    fn from(level: &Level) -> Self {
        let available = level.available();
        let Level {
            sku,
            on_hand,
            reserved,
            taken,
            backorder,
            version,
        } = level.clone();
        Self {
            v: 1,
            sku,
            on_hand,
            reserved,
            available,
            taken,
            backorder,
            version,
        }
    }
}

impl From<LevelItem> for Level {
    fn from(item: LevelItem) -> Self {
        let LevelItem {
            v: _,
            sku,
            on_hand,
            reserved,
            available: _,
            taken,
            backorder,
            version,
        } = item;
        Self {
            sku,
            on_hand,
            reserved,
            taken,
            backorder,
            version,
        }
    }
}

impl From<&Movement> for MovementItem {
    fn from(movement: &Movement) -> Self {
        let Movement {
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        } = movement.clone();
        Self {
            v: 1,
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        }
    }
}

impl From<MovementItem> for Movement {
    fn from(item: MovementItem) -> Self {
        let MovementItem {
            v: _,
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        } = item;
        Self {
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        }
    }
}

impl From<&Hold> for HoldItem {
    fn from(hold: &Hold) -> Self {
        let Hold {
            order,
            lines,
            state,
            due_at,
        } = hold.clone();
        Self {
            v: 1,
            order,
            lines: lines.into_iter().collect(),
            state,
            due_at,
        }
    }
}

impl From<HoldItem> for Hold {
    fn from(item: HoldItem) -> Self {
        let HoldItem {
            v: _,
            order,
            lines,
            state,
            due_at,
        } = item;
        Self {
            order,
            lines: lines.into_iter().collect(),
            state,
            due_at,
        }
    }
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
    /// The level of a SKU, as it stands this moment, and whether it was called low; empty if none was
    /// ever counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn level(&self, sku: &Sku) -> Result<(Level, bool), StoreError> {
        match self.db.get_now(&level_pk(sku), LEVEL).await? {
            None => Ok((Level::empty(sku.clone()), false)),
            Some(item) => {
                let called_low = item.contains_key("low");
                Ok((level(item)?, called_low))
            }
        }
    }

    /// Stages a movement and the level it leads to, over the version it was read at, so that the
    /// answer is the level that this movement made. `called_low` is what was read with it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the level changed meanwhile: read it again.
    pub fn adjust(
        &self,
        tx: &mut Tx,
        movement: &Movement,
        new: &Level,
        called_low: bool,
    ) -> Result<(), StoreError> {
        let sku = &movement.sku;
        let read = new.version - 1;
        // One that was never counted is read as version 1, as `Level::empty` says.
        let terms = if read == Level::empty(sku.clone()).version {
            Terms::absent()
        } else {
            Terms::version(read)
        };
        let form = LevelItem::from(new);
        let mut item = stored(level_pk(sku), LEVEL, "level", &form)?;
        if called_low && new.available() <= LOW {
            item.insert("low".to_owned(), AttributeValue::Bool(true));
        }
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        put_movement(&self.db, tx, movement)
    }
}

impl<M: Settles> Stock<M> {
    /// The hold of an order, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn hold(&self, order: OrderId) -> Result<Option<Hold>, StoreError> {
        let item = self.db.get_now(&hold_pk(order), HOLD).await?;
        item.map(hold).transpose()
    }

    /// The levels of what a hold is of, as they stand this moment, and whether each was called low.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn levels(&self, hold: &Hold) -> Result<Vec<(Level, bool)>, StoreError> {
        let keys = hold
            .lines
            .iter()
            .map(|(sku, _)| (level_pk(sku), LEVEL.to_owned()));
        let items = self.db.get_many(keys, true).await?;
        items
            .into_iter()
            .map(|item| {
                let called_low = item.contains_key("low");
                Ok((level(item)?, called_low))
            })
            .collect()
    }

    /// Stages that a hold is settled, from the state it was read in.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if it was settled meanwhile.
    pub fn settle(&self, tx: &mut Tx, read: HoldState, settled: &Hold) -> Result<(), StoreError> {
        let terms = Terms {
            condition: Some("#state = :read".to_owned()),
            names: vec![("#state", "state")],
            values: vec![(":read", text(read.as_str()))],
        };
        put_hold(&self.db, tx, settled, terms)
    }

    /// Stages that held units leave the house, with the movement that says so. `becomes_low` calls
    /// the level low, which is told once until it has risen again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the level was called low meanwhile.
    pub fn sell(
        &self,
        tx: &mut Tx,
        units: u32,
        movement: &Movement,
        becomes_low: Option<&Level>,
    ) -> Result<(), StoreError> {
        let sold = "ADD onHand :minus, reserved :minus, version :one";
        match becomes_low {
            None => change(&self.db, tx, &movement.sku, sold, units),
            Some(level) => {
                call_low(&self.db, tx, &movement.sku, sold, units);
                let facts = StockFacts {
                    sku: level.sku.clone(),
                    available: level.available(),
                };
                let pk = level_pk(&level.sku);
                let event = Event::StockLow(facts);
                tx.emit(self.db.table(), &pk, level.version, event)?;
            }
        }
        put_movement(&self.db, tx, movement)
    }

    /// Stages that sold units come back into the house, with the movement that says so.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn restock(&self, tx: &mut Tx, units: u32, movement: &Movement) -> Result<(), StoreError> {
        change(
            &self.db,
            tx,
            &movement.sku,
            "ADD onHand :units, available :units, version :one",
            units,
        );
        put_movement(&self.db, tx, movement)
    }

    /// Stages that held units can be sold again.
    pub fn release(&self, tx: &mut Tx, sku: &Sku, units: u32) {
        change(
            &self.db,
            tx,
            sku,
            "ADD reserved :minus, available :units, version :one",
            units,
        );
    }
}

impl Stock<Sweep> {
    /// Up to `limit` orders per shard whose holds are due by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<OrderId>, StoreError> {
        self.db
            .due(now, limit)
            .await?
            .iter()
            .map(|id| id.parse().map_err(StoreError::corrupt))
            .collect()
    }

    /// Puts off a hold that cannot be settled yet.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it was settled meanwhile, [`StoreError::Unavailable`].
    pub async fn put_off(
        &self,
        mut tx: Tx,
        hold: &Hold,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let later = Hold {
            due_at: until,
            ..hold.clone()
        };
        self.settle(&mut tx, hold.state, &later)?;
        tx.commit().await
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

fn put_hold(db: &Db, tx: &mut Tx, hold: &Hold, terms: Terms) -> Result<(), StoreError> {
    let mut item = stored(hold_pk(hold.order), HOLD, "hold", &HoldItem::from(hold))?;
    if hold.state == HoldState::Held {
        let shard = shard(*hold.order.as_uuid());
        item.insert(DUE.pk.to_owned(), text(format!("due/{shard}")));
        item.insert(
            DUE.sk.to_owned(),
            text(format!("{}/{}", hold.due_at, hold.order)),
        );
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn put_movement(db: &Db, tx: &mut Tx, movement: &Movement) -> Result<(), StoreError> {
    let sk = format!("{MOVEMENTS}{}", movement.id);
    let form = MovementItem::from(movement);
    let item = stored(level_pk(&movement.sku), &sk, "movement", &form)?;
    tx.put(db.table(), item, Terms::absent(), |_| StoreError::Stale);
    Ok(())
}

/// Stages a change of a level by an amount; the level must exist.
fn change(db: &Db, tx: &mut Tx, sku: &Sku, expression: &str, units: u32) {
    let mut values = vec![(":one", number(1))];
    if expression.contains(":minus") {
        values.push((":minus", number(-i64::from(units))));
    }
    if expression.contains(":units") {
        values.push((":units", number(units)));
    }
    let terms = Terms {
        condition: Some("attribute_exists(pk)".to_owned()),
        names: Vec::new(),
        values,
    };
    let key = key(&level_pk(sku), LEVEL);
    tx.update(db.table(), key, expression, terms, |_| {
        StoreError::corrupt("a hold of a SKU that was never counted")
    });
}

/// Stages a change by an amount that also calls the level low, unless it was called so before.
fn call_low(db: &Db, tx: &mut Tx, sku: &Sku, expression: &str, units: u32) {
    let terms = Terms {
        condition: Some("attribute_exists(pk) AND attribute_not_exists(low)".to_owned()),
        names: Vec::new(),
        values: vec![
            (":one", number(1)),
            (":minus", number(-i64::from(units))),
            (":true", AttributeValue::Bool(true)),
        ],
    };
    let expression = format!("SET low = :true {expression}");
    let key = key(&level_pk(sku), LEVEL);
    tx.update(db.table(), key, &expression, terms, |_| StoreError::Stale);
}

fn level(item: Item) -> Result<Level, StoreError> {
    Ok(from_item::<LevelItem>(item)?.into())
}

fn hold(item: Item) -> Result<Hold, StoreError> {
    Ok(from_item::<HoldItem>(item)?.into())
}

impl Db {
    /// The ids that are due by `now` in the index [`DUE`], earliest first in each shard.
    pub(crate) async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<String>, StoreError> {
        let shards = (0..SHARDS).map(|shard| {
            self.query(Range {
                // Every id sorts below the tilde.
                to: Some(format!("{now}/~")),
                newest_first: false,
                limit,
                ..Range::on(&DUE, format!("due/{shard}"))
            })
        });
        let found = futures_util::future::try_join_all(shards).await?;
        Ok(found
            .into_iter()
            .flat_map(|one| one.items)
            .filter_map(|item| {
                let due = item.get(DUE.sk)?.as_s().ok()?;
                due.split_once('/').map(|(_, id)| id.to_owned())
            })
            .collect())
    }
}
