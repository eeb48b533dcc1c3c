//! How levels move as the holds of orders are settled and goods come home.
//!
//! A level is called low once each time that its available units fall to the threshold: the flag
//! `low` is set in the transaction that tells of it, and taken away by whatever lifts the level above
//! the threshold. Changes by amounts decide about the flag by the level as they read it, on the
//! condition that it still decides so. A hold is taken without reading the level, so that whoever hears
//! of the order looks at it afterwards.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::clock::Timestamp;
use domain::id::OrderId;
use domain::sku::Sku;
use domain::stock::shard::{Shard, Share};
use domain::stock::{Hold, HoldState, LOW, Movement};

use super::item::HoldItem;
use super::spread::{SHARD, shard_pk};
use super::{Counted, LEVEL, Settles, Stock, Sweep, counted, level_pk, put_movement};
use crate::db::{Db, Item, from_item, key, number, read_text, shard, text};
use crate::error::StoreError;
use crate::event::{Event, StockFacts};
use crate::tables::DUE;
use crate::tx::{Terms, Tx, stored};

const HOLD: &str = "hold";

fn hold_pk(order: OrderId) -> String {
    format!("hold/{order}")
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

    /// Levels as they stand this moment; those that were never counted are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn levels(&self, skus: &[&Sku]) -> Result<Vec<Counted>, StoreError> {
        let keys = skus.iter().map(|sku| (level_pk(sku), LEVEL.to_owned()));
        let items = self.db.get_many(keys, true).await?;
        items.into_iter().map(counted).collect()
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

    /// Stages that held units leave the house, and that the level is low, if it is and was not called so
    /// before. What can be sold stays what it was.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the level was called low meanwhile.
    pub fn sell(&self, tx: &mut Tx, units: u32, from: &Counted) -> Result<(), StoreError> {
        let sold = "ADD onHand :minus, reserved :minus, version :one";
        let minus = (":minus", number(-i64::from(units)));
        if from.becomes_low() {
            return self.call_low_with(tx, from, sold, vec![minus]);
        }
        let terms = Terms {
            condition: Some("attribute_exists(pk)".to_owned()),
            names: Vec::new(),
            values: vec![(":one", number(1)), minus],
        };
        change(&self.db, tx, &from.level.sku, sold, terms);
        Ok(())
    }

    /// The shards that units of a hold were taken from, as far as they are still there: what was gathered is
    /// in the main level.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn shards_left(&self, hold: &Hold) -> Result<Vec<Share>, StoreError> {
        let key_of = |share: &Share| shard_pk(&share.sku, share.generation, share.shard);
        let keys = hold
            .shares
            .iter()
            .map(|share| (key_of(share), SHARD.to_owned()));
        let found = self.db.get_many(keys, true).await?;
        let is_there = |share: &&Share| {
            let pk = key_of(share);
            found.iter().any(|item| read_text(item, "pk") == Some(&pk))
        };
        Ok(hold.shares.iter().filter(is_there).cloned().collect())
    }

    /// Stages that units held of a shard leave the house. The transaction fails with
    /// [`StoreError::Stale`] if the shard was gathered meanwhile.
    pub fn sell_of_shard(&self, tx: &mut Tx, share: &Share) {
        let sold = "ADD onHand :minus, reserved :minus, version :one";
        change_shard(&self.db, tx, share, sold, Vec::new());
    }

    /// Stages that units held of a shard can be sold again. The transaction fails with
    /// [`StoreError::Stale`] if the shard was gathered meanwhile.
    pub fn release_to_shard(&self, tx: &mut Tx, share: &Share) {
        let freed = "ADD reserved :minus, available :units, raised :one, version :one";
        let units = vec![(":units", number(share.units))];
        change_shard(&self.db, tx, share, freed, units);
    }

    /// Stages the movement of units that were sold, into the ledger of the shard they were taken from: one
    /// ledger could not take all that a spread SKU sells.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn enter(&self, tx: &mut Tx, movement: &Movement, of: Shard) -> Result<(), StoreError> {
        put_movement(&self.db, tx, movement, of)
    }

    /// Stages that sold units come back into the house, with the movements that say so.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the level was called low meanwhile, or is so no longer.
    pub fn restock(
        &self,
        tx: &mut Tx,
        units: u32,
        movements: &[Movement],
        from: &Counted,
    ) -> Result<(), StoreError> {
        let came = "ADD onHand :units, available :units, version :one";
        // Units that came and were written off at once leave the level as it is.
        if units > 0 {
            raise(&self.db, tx, from, came, units, Vec::new());
        }
        movements
            .iter()
            .try_for_each(|movement| put_movement(&self.db, tx, movement, Shard::MAIN))
    }

    /// Stages that held units can be sold again. The transaction fails with [`StoreError::Stale`] if the
    /// level was called low meanwhile, or is so no longer.
    pub fn release(&self, tx: &mut Tx, units: u32, from: &Counted) {
        let freed = "ADD reserved :minus, available :units, version :one";
        let minus = vec![(":minus", number(-i64::from(units)))];
        raise(&self.db, tx, from, freed, units, minus);
    }

    /// Stages that a level is low, with the news of it. The transaction fails with
    /// [`StoreError::Stale`] if it was called so meanwhile, or is so no longer.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn call_low(&self, tx: &mut Tx, low: &Counted) -> Result<(), StoreError> {
        self.call_low_with(tx, low, "ADD version :one", Vec::new())
    }

    fn call_low_with(
        &self,
        tx: &mut Tx,
        low: &Counted,
        expression: &str,
        more: Vec<(&'static str, AttributeValue)>,
    ) -> Result<(), StoreError> {
        let mut values = vec![
            (":one", number(1)),
            (":true", AttributeValue::Bool(true)),
            (":threshold", number(LOW)),
        ];
        values.extend(more);
        let terms = Terms {
            condition: Some("attribute_not_exists(low) AND available <= :threshold".to_owned()),
            names: Vec::new(),
            values,
        };
        let sku = &low.level.sku;
        let expression = format!("SET low = :true {expression}");
        change(&self.db, tx, sku, &expression, terms);
        tell_low(&self.db, tx, low, low.level.version + 1)
    }
}

/// Stages the news that a level is low, of its version.
pub(super) fn tell_low(
    db: &Db,
    tx: &mut Tx,
    low: &Counted,
    version: u64,
) -> Result<(), StoreError> {
    let facts = StockFacts {
        sku: low.level.sku.clone(),
        available: low.level.available(),
    };
    let pk = level_pk(&low.level.sku);
    tx.emit(db.table(), &pk, version, Event::StockLow(facts))
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

pub(super) fn put_hold(db: &Db, tx: &mut Tx, hold: &Hold, terms: Terms) -> Result<(), StoreError> {
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

/// Stages that `units` more can be sold of a level, which is low no longer once it is above the
/// threshold.
fn raise(
    db: &Db,
    tx: &mut Tx,
    from: &Counted,
    expression: &str,
    units: u32,
    more: Vec<(&'static str, AttributeValue)>,
) {
    let mut values = vec![(":one", number(1)), (":units", number(units))];
    values.extend(more);
    // The most that may have been available before, for it to be low afterwards.
    let most = LOW - i64::from(units);
    let mut expression = expression.to_owned();
    let condition = if !from.called_low {
        "attribute_exists(pk) AND attribute_not_exists(low)"
    } else {
        values.push((":most", number(most)));
        if from.level.available() > most {
            expression.push_str(" REMOVE low");
            "attribute_exists(low) AND available > :most"
        } else {
            "attribute_exists(low) AND available <= :most"
        }
    };
    let terms = Terms {
        condition: Some(condition.to_owned()),
        names: Vec::new(),
        values,
    };
    change(db, tx, &from.level.sku, &expression, terms);
}

fn change_shard(
    db: &Db,
    tx: &mut Tx,
    share: &Share,
    expression: &str,
    more: Vec<(&'static str, AttributeValue)>,
) {
    let mut values = vec![
        (":one", number(1)),
        (":minus", number(-i64::from(share.units))),
    ];
    values.extend(more);
    let terms = Terms {
        condition: Some("attribute_exists(pk)".to_owned()),
        names: Vec::new(),
        values,
    };
    let key = key(&shard_pk(&share.sku, share.generation, share.shard), SHARD);
    tx.update(db.table(), key, expression, terms, |_| StoreError::Stale);
}

fn change(db: &Db, tx: &mut Tx, sku: &Sku, expression: &str, terms: Terms) {
    let key = key(&level_pk(sku), LEVEL);
    tx.update(db.table(), key, expression, terms, |_| StoreError::Stale);
}

fn hold(item: Item) -> Result<Hold, StoreError> {
    from_item::<HoldItem>(item)?.try_into()
}
