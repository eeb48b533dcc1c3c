//! SKUs that are spread over shards: looked at as a whole, spread, and gathered again.
//!
//! The main level says over how many shards its SKU is spread, and of which generation they are: it counts
//! how often the SKU was spread, and is part of their keys. Units move between the main level and the
//! shards in transactions alone. To gather them, every shard is closed first, so that nobody takes from it,
//! and then moved as a whole, with what orders hold of it, into the main level: whoever settles such an
//! order finds the shard gone and turns to the main level. Once no shard is left, the main level's own
//! condition says who gets the last units. Whoever gathers holds a lease; if they die, another goes on.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::StreamExt;
use futures_util::stream;

use domain::clock::Timestamp;
use domain::sku::Sku;
use domain::stock::shard::{Picture, Shard, portions};
use domain::stock::{LOW, Level};

use super::item::ShardItem;
use super::settle::tell_low;
use super::{Counted, LEVEL, counted, level_pk};
use crate::db::{Db, Item, from_item, key, number, read_number, text};
use crate::error::StoreError;
use crate::event::Stamp;
use crate::tx::{Terms, Tx};

pub(super) const SHARD: &str = "shard";
/// How long somebody who gathers is left alone.
const LEASE: Duration = Duration::from_secs(5);
/// How many shards are moved in one transaction, besides the main level.
const AT_ONCE: usize = 90;
/// How many shards are closed at the same time.
const CLOSERS: usize = 16;
/// How often a step is tried again that somebody came in between, and how long it waits at most.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(40);

pub(super) fn shard_pk(sku: &Sku, generation: u64, shard: Shard) -> String {
    format!("shard/{sku}/{generation}/{}", shard.number())
}

/// What a main level says of its shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// Over how many shards the SKU is spread; 0 unless it is.
    pub shards: u16,
    /// How often it was spread.
    pub generation: u64,
    /// Until when somebody gathers it, in milliseconds.
    gathering: Option<i64>,
}

impl Spread {
    pub(super) fn of(main: &Item) -> Self {
        Self {
            shards: read_number(main, "shards").unwrap_or(0),
            generation: read_number(main, "generation").unwrap_or(0),
            gathering: read_number(main, "gathering"),
        }
    }

    /// Adds what it says to a main level that is written as a whole.
    pub(super) fn write(self, main: &mut Item) {
        if self.generation > 0 {
            main.insert("generation".to_owned(), number(self.generation));
        }
        if self.shards > 0 {
            main.insert("shards".to_owned(), number(self.shards));
        }
        if let Some(until) = self.gathering {
            main.insert("gathering".to_owned(), number(until));
        }
    }

    /// Whether it is spread.
    #[must_use]
    pub fn is_spread(self) -> bool {
        self.shards > 0
    }

    /// Whether it must be gathered before it can be spread over so many shards.
    #[must_use]
    pub fn must_be_gathered_for(self, shards: u16) -> bool {
        self.is_spread() && (self.shards != shards || self.gathering.is_some())
    }

    /// Whether somebody gathers it at this moment.
    pub(super) fn is_gathered(self, now: Timestamp) -> bool {
        self.gathering.is_some_and(|until| now.as_millis() < until)
    }

    /// Whether somebody began to gather it, and did not come to the end.
    pub(super) fn is_left_half_gathered(self, now: Timestamp) -> bool {
        self.gathering.is_some() && !self.is_gathered(now)
    }
}

/// A SKU as it was seen: its main level, and its shards if it is spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What every SKU has.
    pub main: Counted,
    shards: Vec<ShardItem>,
}

impl Seen {
    /// A SKU that was never counted.
    #[must_use]
    pub fn never(sku: Sku) -> Self {
        Self {
            main: Counted::never(sku),
            shards: Vec::new(),
        }
    }

    pub(crate) fn new(main: Counted, shards: Vec<ShardItem>) -> Self {
        Self { main, shards }
    }

    /// All of it together. Its version counts the changes of all of its parts.
    #[must_use]
    pub fn whole(&self) -> Level {
        let mut whole = self.main.level.clone();
        for shard in &self.shards {
            whole.on_hand += shard.on_hand;
            whole.reserved = whole.reserved.saturating_add(shard.reserved);
            whole.taken += shard.taken;
            whole.version += shard.version;
        }
        whole
    }

    /// Where units can be had.
    pub(super) fn picture(&self) -> Picture {
        let mut picture = Picture::blank(self.main.spread.shards);
        for shard in picture.shards() {
            picture.see(shard, 0);
        }
        picture.see(Shard::MAIN, left(self.main.level.available()));
        for item in self.shards.iter().filter(|shard| shard.open) {
            if let Some(shard) = Shard::new(item.shard) {
                picture.see(shard, left(item.available));
            }
        }
        picture
    }

    /// Whether nothing was added anywhere between this look and a later one: then there was a moment at
    /// which all of it was there at once, and no more than that.
    pub(super) fn nothing_rose_until(&self, later: &Self) -> bool {
        let rises = |seen: &Self| -> Vec<(u16, u64, bool)> {
            let mut rises: Vec<_> = seen
                .shards
                .iter()
                .map(|shard| (shard.shard, shard.raised, shard.open))
                .collect();
            rises.sort_unstable();
            rises
        };
        // Whatever happens to the main level counts: little does while its SKU is spread.
        self.main.level.version == later.main.level.version && rises(self) == rises(later)
    }
}

fn left(available: i64) -> u32 {
    u32::try_from(available.max(0)).unwrap_or(u32::MAX)
}

/// The main level of a SKU; nothing if it was never counted.
pub(super) async fn main_level(
    db: &Db,
    sku: &Sku,
    consistent: bool,
) -> Result<Option<Counted>, StoreError> {
    let pk = level_pk(sku);
    let item = match consistent {
        true => db.get_now(&pk, LEVEL).await?,
        false => db.get(&pk, LEVEL).await?,
    };
    item.map(counted).transpose()
}

/// A SKU with its shards; nothing if it was never counted.
pub(super) async fn look(db: &Db, sku: &Sku, consistent: bool) -> Result<Option<Seen>, StoreError> {
    let Some(main) = main_level(db, sku, consistent).await? else {
        return Ok(None);
    };
    let shards = shards_of(db, &main, consistent).await?;
    Ok(Some(Seen { main, shards }))
}

/// The shards of a SKU that are there.
pub(crate) async fn shards_of(
    db: &Db,
    main: &Counted,
    consistent: bool,
) -> Result<Vec<ShardItem>, StoreError> {
    let Spread {
        shards, generation, ..
    } = main.spread;
    let sku = &main.level.sku;
    let keys = Shard::all(shards).map(|shard| shard_key(sku, generation, shard));
    let found = db.get_many(keys, consistent).await?;
    found.into_iter().map(from_item).collect()
}

/// Spreads what can be had of a SKU evenly over `shards` shards, or what came since over those that it is
/// spread over.
///
/// # Errors
/// [`StoreError::Stale`] if the SKU changed since `main` was read, or while it was spread: whatever was
/// spread by then stays so, and the rest in the main level. [`StoreError::Unavailable`],
/// [`StoreError::Corrupt`].
pub(super) async fn spread(
    db: &Db,
    stamp: &Stamp,
    main: &Counted,
    shards: u16,
) -> Result<(), StoreError> {
    let old = main.spread;
    let begins = !old.is_spread();
    let generation = old.generation + u64::from(begins);
    let parts = portions(left(main.level.available()), shards);
    let parts: Vec<(Shard, u32)> = Shard::all(shards).zip(parts).collect();
    // Each step is bound to the version that the one before it made.
    for (version, chunk) in (main.level.version..).zip(parts.chunks(AT_ONCE)) {
        let mut tx = Tx::new(db.client(), stamp.clone());
        let moved: u32 = chunk.iter().map(|(_, units)| units).sum();
        let terms = Terms {
            condition: Some("version = :version AND attribute_not_exists(gathering)".to_owned()),
            names: Vec::new(),
            values: vec![
                (":version", number(version)),
                (":one", number(1)),
                (":minus", number(-i64::from(moved))),
                (":shards", number(shards)),
                (":generation", number(generation)),
            ],
        };
        tx.update(
            db.table(),
            key(&level_pk(&main.level.sku), LEVEL),
            "SET shards = :shards, generation = :generation \
             ADD onHand :minus, available :minus, version :one",
            terms,
            |_| StoreError::Stale,
        );
        for (shard, units) in chunk {
            fill(db, &mut tx, &main.level.sku, generation, *shard, *units);
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Stages that units are put into a shard, which is there afterwards.
fn fill(db: &Db, tx: &mut Tx, sku: &Sku, generation: u64, shard: Shard, units: u32) {
    let terms = Terms {
        condition: None,
        names: vec![("#kind", "kind"), ("#open", "open"), ("#shard", "shard")],
        values: vec![
            (":kind", text("shard")),
            (":v", number(1)),
            (":sku", text(sku.to_string())),
            (":number", number(shard.number())),
            (":open", AttributeValue::Bool(true)),
            (":units", number(units)),
            (":zero", number(0)),
            (":one", number(1)),
        ],
    };
    let (pk, sk) = shard_key(sku, generation, shard);
    tx.update(
        db.table(),
        key(&pk, &sk),
        "SET #kind = :kind, v = :v, sku = :sku, #shard = :number, #open = :open \
         ADD onHand :units, available :units, reserved :zero, taken :zero, raised :one, version :one",
        terms,
        |_| StoreError::Stale,
    );
}

/// Gathers a SKU: all that is in its shards comes to the main level.
///
/// # Errors
/// [`StoreError::Stale`] if somebody else is at it, or came in between again and again: another try goes on
/// with it.
/// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
pub(super) async fn gather(
    db: &Db,
    stamp: &Stamp,
    main: &Counted,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lease = Lease {
        db,
        sku: &main.level.sku,
        generation: main.spread.generation,
        until: now.plus(LEASE).as_millis(),
    };
    if !lease.claim(now).await? {
        return Err(StoreError::Stale);
    }
    lease.close(main.spread.shards).await?;
    for _ in 0..TRIES {
        let Some(seen) = look(db, lease.sku, true).await? else {
            return Ok(());
        };
        if seen.main.spread.generation != lease.generation || !seen.main.spread.is_spread() {
            return Ok(());
        }
        let moved = match seen.shards.is_empty() {
            true => lease.end(stamp, &seen.main).await,
            false => lease.take_in(stamp, &seen.shards).await,
        };
        match moved {
            Ok(()) if seen.shards.is_empty() => return Ok(()),
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Stale)
}

/// The right to gather a SKU.
struct Lease<'a> {
    db: &'a Db,
    sku: &'a Sku,
    generation: u64,
    until: i64,
}

impl Lease<'_> {
    fn main_key(&self) -> Item {
        key(&level_pk(self.sku), LEVEL)
    }

    /// Whether the right is had.
    async fn claim(&self, now: Timestamp) -> Result<bool, StoreError> {
        again(|| {
            let terms = Terms {
                condition: Some(
                    "shards > :zero AND generation = :generation \
                     AND (attribute_not_exists(gathering) OR gathering <= :now)"
                        .to_owned(),
                ),
                names: Vec::new(),
                values: vec![
                    (":zero", number(0)),
                    (":generation", number(self.generation)),
                    (":now", number(now.as_millis())),
                    (":until", number(self.until)),
                    (":one", number(1)),
                ],
            };
            let claimed = "SET gathering = :until ADD version :one";
            self.db.update_if(self.main_key(), claimed, terms)
        })
        .await
    }

    /// Closes every shard that is there.
    async fn close(&self, shards: u16) -> Result<(), StoreError> {
        let closed: Vec<Result<bool, StoreError>> = stream::iter(Shard::all(shards))
            .map(|shard| again(move || self.close_one(shard)))
            .buffer_unordered(CLOSERS)
            .collect()
            .await;
        closed.into_iter().try_for_each(|closed| closed.map(drop))
    }

    async fn close_one(&self, shard: Shard) -> Result<bool, StoreError> {
        let terms = Terms {
            condition: Some("#open = :true".to_owned()),
            names: vec![("#open", "open")],
            values: vec![
                (":true", AttributeValue::Bool(true)),
                (":false", AttributeValue::Bool(false)),
                (":one", number(1)),
            ],
        };
        let (pk, sk) = shard_key(self.sku, self.generation, shard);
        let closed = "SET #open = :false ADD version :one";
        self.db.update_if(key(&pk, &sk), closed, terms).await
    }

    /// Moves shards into the main level, as many as one transaction has room for.
    async fn take_in(&self, stamp: &Stamp, shards: &[ShardItem]) -> Result<(), StoreError> {
        for chunk in shards.chunks(AT_ONCE) {
            let mut tx = Tx::new(self.db.client(), stamp.clone());
            let sum = |part: fn(&ShardItem) -> i64| number(chunk.iter().map(part).sum::<i64>());
            let terms = self.held(vec![
                (":onHand", sum(|shard| shard.on_hand)),
                (":reserved", sum(|shard| i64::from(shard.reserved))),
                (":available", sum(|shard| shard.available)),
                (
                    ":taken",
                    number(chunk.iter().map(|shard| shard.taken).sum::<u64>()),
                ),
                // The version of the whole never falls: an ETag of it would stand for two states.
                (
                    ":changes",
                    number(1 + chunk.iter().map(|shard| shard.version).sum::<u64>()),
                ),
            ]);
            tx.update(
                self.db.table(),
                self.main_key(),
                "ADD onHand :onHand, reserved :reserved, available :available, taken :taken, \
                 version :changes",
                terms,
                |_| StoreError::Stale,
            );
            for item in chunk {
                let shard = Shard::new(item.shard)
                    .ok_or_else(|| StoreError::corrupt("a shard beyond the last"))?;
                let terms = Terms {
                    condition: Some("version = :read AND #open = :false".to_owned()),
                    names: vec![("#open", "open")],
                    values: vec![
                        (":read", number(item.version)),
                        (":false", AttributeValue::Bool(false)),
                    ],
                };
                let (pk, sk) = shard_key(self.sku, self.generation, shard);
                tx.delete(self.db.table(), key(&pk, &sk), terms, |_| StoreError::Stale);
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The main level stands alone from now on, and is low if it is.
    async fn end(&self, stamp: &Stamp, main: &Counted) -> Result<(), StoreError> {
        let alone = Counted {
            spread: Spread {
                shards: 0,
                ..main.spread
            },
            ..main.clone()
        };
        let low = alone.becomes_low();
        let mut values = vec![(":one", number(1)), (":threshold", number(LOW))];
        if low {
            values.push((":true", AttributeValue::Bool(true)));
        }
        let mut terms = self.held(values);
        let (expression, still) = if low {
            (
                "SET low = :true REMOVE shards, gathering ADD version :one",
                "attribute_not_exists(low) AND available <= :threshold",
            )
        } else {
            (
                "REMOVE shards, gathering ADD version :one",
                "(attribute_exists(low) OR available > :threshold)",
            )
        };
        if let Some(condition) = &mut terms.condition {
            condition.push_str(" AND ");
            condition.push_str(still);
        }
        let mut tx = Tx::new(self.db.client(), stamp.clone());
        tx.update(self.db.table(), self.main_key(), expression, terms, |_| {
            StoreError::Stale
        });
        if low {
            tell_low(self.db, &mut tx, &alone, main.level.version + 1)?;
        }
        tx.commit().await
    }

    /// That the right is still had, and the values for it.
    fn held(&self, more: Vec<(&'static str, AttributeValue)>) -> Terms {
        let mut values = vec![
            (":generation", number(self.generation)),
            (":until", number(self.until)),
        ];
        values.extend(more);
        Terms {
            condition: Some("generation = :generation AND gathering = :until".to_owned()),
            names: Vec::new(),
            values,
        }
    }
}

/// Tries a single write again for as long as a transaction holds its item.
async fn again<F: Future<Output = Result<bool, StoreError>>>(
    mut write: impl FnMut() -> F,
) -> Result<bool, StoreError> {
    for _ in 0..TRIES {
        match write().await {
            Err(StoreError::Stale) => {
                tokio::time::sleep(PAUSE.mul_f64(fastrand::f64())).await;
            }
            done => return done,
        }
    }
    Err(StoreError::Stale)
}

fn shard_key(sku: &Sku, generation: u64, shard: Shard) -> (String, String) {
    (shard_pk(sku, generation, shard), SHARD.to_owned())
}
