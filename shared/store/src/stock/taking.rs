//! Taking stock for orders, wherever it is.
//!
//! Most SKUs have one level, and nothing is known or read of them beforehand: the order's transaction takes
//! from it, or fails. That a SKU is spread is learnt from such a failure and remembered in the instance,
//! with what was seen of its shards since, so that the next orders go straight to a shard that suffices.
//!
//! A spread SKU is called sold out only by a proof: two strong looks at all shards, between which nothing was
//! added to any of them, have a moment between them at which there was no more. When only little is left in
//! many shards, it is gathered, and the main level decides.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::time::Instant;

use domain::order::Order;
use domain::sku::Sku;
use domain::stock::shard::{Pick, Picture, Shard, Share};
use domain::stock::{Hold, Shortage};

use super::settle::put_hold;
use super::spread::{self, SHARD, Spread, shard_pk};
use super::{LEVEL, Stock, Take, counted, level_pk};
use crate::db::{Item, key, number, read_number};
use crate::error::StoreError;
use crate::event::Stamp;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::tx::{Terms, Tx};

/// How long other places are looked for.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long somebody is waited for who gathers, at most, before the next look.
const PAUSE: Duration = Duration::from_millis(120);
/// The most places that all lines of an order are taken from: with the order itself they must have room in
/// one transaction.
const MOST_PLACES: usize = 60;
/// The ceiling of the first pause after others were in the way; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How many SKUs are remembered.
const MOST_KNOWN: usize = 1_000;

/// Takes stock for orders, and remembers where there was some.
pub struct Taker {
    stock: Stock<Take>,
    known: Known,
}

/// Where an order takes what it demands.
pub struct Plan {
    lines: Vec<Line>,
    /// Until when other places are looked for.
    deadline: Instant,
    /// How long it waits at most when others are in the way.
    ceiling: Duration,
}

struct Line {
    sku: Sku,
    units: u32,
    places: Places,
}

/// Where units are taken.
#[derive(Clone)]
enum Places {
    Main,
    Shards {
        generation: u64,
        parts: Vec<(Shard, u32)>,
    },
}

impl Need for Taker {
    fn declare(declaration: &mut Declaration) {
        Stock::<Take>::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            stock: Stock::wire(wiring).await?,
            known: Known::default(),
        })
    }
}

impl Taker {
    /// Where to take what an order demands, as far as is known without a look.
    #[must_use]
    pub fn plan(&self, order: &Order) -> Plan {
        let demand = order.demand();
        let most = MOST_PLACES / demand.len().max(1);
        let lines = demand.into_iter().map(|(sku, units)| Line {
            places: self.known.places(&sku, units, most).unwrap_or(Places::Main),
            sku,
            units,
        });
        Plan {
            lines: lines.collect(),
            deadline: Instant::now() + PATIENCE,
            ceiling: FIRST_PAUSE,
        }
    }

    /// Stages that `order` takes what it demands, as it is planned.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Short`] for every SKU that does not suffice where it is sought: see
    /// [`Self::elsewhere`].
    pub fn take(&self, tx: &mut Tx, order: &Order, plan: &Plan) -> Result<(), StoreError> {
        let due_at = order.expires_at.plus(domain::order::CHARGE_PATIENCE);
        let hold = Hold::new(order.id, order.demand(), due_at).of_shards(plan.shares());
        put_hold(&self.stock.db, tx, &hold, Terms::absent())?;
        for line in &plan.lines {
            match &line.places {
                Places::Main => self.take_from(tx, line, None, Shard::MAIN, line.units),
                Places::Shards { generation, parts } => {
                    for (shard, units) in parts {
                        self.take_from(tx, line, Some(*generation), *shard, *units);
                    }
                }
            }
        }
        Ok(())
    }

    fn take_from(
        &self,
        tx: &mut Tx,
        line: &Line,
        generation: Option<u64>,
        shard: Shard,
        units: u32,
    ) {
        let values = vec![
            (":units", number(units)),
            (":minus", number(-i64::from(units))),
            (":one", number(1)),
            (":true", AttributeValue::Bool(true)),
        ];
        let (key, condition, names) = match generation {
            Some(generation) if !shard.is_main() => (
                key(&shard_pk(&line.sku, generation, shard), SHARD),
                "available >= :units AND #open = :true",
                vec![("#open", "open")],
            ),
            _ => (
                key(&level_pk(&line.sku), LEVEL),
                "available >= :units OR backorder = :true",
                Vec::new(),
            ),
        };
        let terms = Terms {
            condition: Some(condition.to_owned()),
            names,
            values,
        };
        let known = self.known.clone();
        let (sku, requested) = (line.sku.clone(), line.units);
        tx.update(
            self.stock.db.table(),
            key,
            "ADD reserved :units, available :minus, taken :units, version :one",
            terms,
            move |found| {
                known.refused(&sku, shard, found);
                let available = found.and_then(|level| read_number(level, "available"));
                StoreError::Short(vec![Shortage {
                    sku: sku.clone(),
                    requested,
                    available: available.unwrap_or(0),
                }])
            },
        );
    }

    /// Remembers what was taken.
    pub fn taken(&self, plan: &Plan) {
        for line in &plan.lines {
            if let Places::Shards { parts, .. } = &line.places {
                self.known.took(&line.sku, parts);
            }
        }
    }

    /// The plan with other places for what was short.
    ///
    /// # Errors
    /// [`StoreError::Short`] for what is sold out, or in fewer units than are wanted;
    /// [`StoreError::Unavailable`] if that could not be told for sure in time;
    /// [`StoreError::Corrupt`].
    pub async fn elsewhere(
        &self,
        mut plan: Plan,
        short: Vec<Shortage>,
        stamp: &Stamp,
    ) -> Result<Plan, StoreError> {
        let most = plan.most_places();
        let mut sold_out = Vec::new();
        for line in &mut plan.lines {
            let Some(shortage) = short.iter().find(|short| short.sku == line.sku) else {
                continue;
            };
            if !self.known.is_spread(&line.sku) {
                sold_out.push(shortage.clone());
                continue;
            }
            match self.find(line, most, plan.deadline, stamp).await? {
                Ok(places) => line.places = places,
                Err(shortage) => sold_out.push(shortage),
            }
        }
        if sold_out.is_empty() {
            Ok(plan)
        } else {
            Err(StoreError::Short(sold_out))
        }
    }

    /// The plan for another try after other transactions were at the same items: what is spread is taken
    /// from other shards. Waits for a moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with what was in the way, if it has been so for too long.
    pub async fn after_others(
        &self,
        mut plan: Plan,
        others: Box<dyn Error + Send + Sync>,
    ) -> Result<Plan, StoreError> {
        let pause = plan.ceiling.mul_f64(fastrand::f64());
        if Instant::now() + pause >= plan.deadline {
            return Err(StoreError::Unavailable(others));
        }
        tokio::time::sleep(pause).await;
        if plan.ceiling == FIRST_PAUSE {
            self.learn_of(&plan).await?;
        }
        plan.ceiling = (plan.ceiling * 2).min(LONGEST_PAUSE);
        let most = plan.most_places();
        for line in &mut plan.lines {
            if let Some(places) = self.known.places(&line.sku, line.units, most) {
                line.places = places;
            }
        }
        Ok(plan)
    }

    /// Learns which SKUs are spread among those that are sought in their main levels: a transaction that met
    /// another was not told.
    async fn learn_of(&self, plan: &Plan) -> Result<(), StoreError> {
        let in_main = plan
            .lines
            .iter()
            .filter(|line| matches!(line.places, Places::Main));
        let keys = in_main.map(|line| (level_pk(&line.sku), LEVEL.to_owned()));
        for main in self.stock.db.get_many(keys, false).await? {
            let main = counted(main)?;
            if main.spread.is_spread() {
                let picture = Picture::blank(main.spread.shards);
                self.known.learn(&main.level.sku, &main.spread, picture);
            }
        }
        Ok(())
    }

    /// Where the units of a line are, or that there are not so many.
    async fn find(
        &self,
        line: &Line,
        most: usize,
        deadline: Instant,
        stamp: &Stamp,
    ) -> Result<Result<Places, Shortage>, StoreError> {
        let (db, sku) = (&self.stock.db, &line.sku);
        let began = Instant::now();
        loop {
            if let Some(places) = self.known.places(sku, line.units, most) {
                return Ok(Ok(places));
            }
            if Instant::now() >= deadline {
                return Err(StoreError::unavailable(
                    "what is left of a SKU keeps moving",
                ));
            }
            let now = stamp.now.plus(began.elapsed());
            let main = spread::main_level(db, sku, true).await?;
            let Some(main) = main.filter(|main| main.spread.is_spread()) else {
                self.known.forget(sku);
                return Ok(Ok(Places::Main));
            };
            if main.spread.is_gathered(now) {
                tokio::time::sleep(PAUSE.mul_f64(fastrand::f64())).await;
                continue;
            }
            let shards = spread::shards_of(db, &main, true).await?;
            let seen = spread::Seen::new(main, shards);
            let picture = seen.picture();
            let total = picture.total().unwrap_or(0);
            if seen.main.spread.is_left_half_gathered(now) || is_little(total, &seen.main.spread) {
                unless_overtaken(spread::gather(db, stamp, &seen.main, now).await)?;
                continue;
            }
            match picture.pick(line.units, most, fastrand::u64(..)) {
                Pick::From(_) | Pick::Look => self.known.learn(sku, &seen.main.spread, picture),
                Pick::Gather => unless_overtaken(spread::gather(db, stamp, &seen.main, now).await)?,
                Pick::Short(available) => {
                    let later = spread::look(db, sku, true).await?;
                    if later.is_some_and(|later| seen.nothing_rose_until(&later)) {
                        return Ok(Err(Shortage {
                            sku: sku.clone(),
                            requested: line.units,
                            available,
                        }));
                    }
                }
            }
        }
    }
}

impl Plan {
    /// From how many places a line may be taken.
    fn most_places(&self) -> usize {
        MOST_PLACES / self.lines.len().max(1)
    }

    fn shares(&self) -> Vec<Share> {
        let mut shares = Vec::new();
        for line in &self.lines {
            let Places::Shards { generation, parts } = &line.places else {
                continue;
            };
            for (shard, units) in parts.iter().filter(|(shard, _)| !shard.is_main()) {
                shares.push(Share {
                    sku: line.sku.clone(),
                    generation: *generation,
                    shard: *shard,
                    units: *units,
                });
            }
        }
        shares
    }
}

/// Whether so little is left that most buyers would find nothing where they look.
fn is_little(total: u32, spread: &Spread) -> bool {
    total <= u32::from(spread.shards) / 4
}

/// Passes over that others were quicker: the next look shows what they left.
fn unless_overtaken(gathered: Result<(), StoreError>) -> Result<(), StoreError> {
    match gathered {
        Err(StoreError::Stale) => Ok(()),
        gathered => gathered,
    }
}

/// What an instance knows of SKUs that are spread.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashMap<Sku, Sight>>>);

/// What is known of one.
enum Sight {
    /// Where units are, as far as they were seen.
    Of { generation: u64, picture: Picture },
    /// Something of it is closed: it needs a look.
    Clouded,
}

impl Known {
    fn all(&self) -> MutexGuard<'_, HashMap<Sku, Sight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_spread(&self, sku: &Sku) -> bool {
        self.all().contains_key(sku)
    }

    fn forget(&self, sku: &Sku) {
        self.all().remove(sku);
    }

    /// Where so many units may be; nothing without a look.
    fn places(&self, sku: &Sku, units: u32, most: usize) -> Option<Places> {
        match self.all().get(sku)? {
            Sight::Clouded => None,
            Sight::Of {
                generation,
                picture,
            } => match picture.pick(units, most, fastrand::u64(..)) {
                Pick::From(parts) => Some(Places::Shards {
                    generation: *generation,
                    parts,
                }),
                Pick::Look | Pick::Gather | Pick::Short(_) => None,
            },
        }
    }

    fn learn(&self, sku: &Sku, spread: &Spread, picture: Picture) {
        let generation = spread.generation;
        let mut all = self.all();
        if all.len() >= MOST_KNOWN {
            all.clear();
        }
        let sight = Sight::Of {
            generation,
            picture,
        };
        all.insert(sku.clone(), sight);
    }

    fn took(&self, sku: &Sku, parts: &[(Shard, u32)]) {
        if let Some(Sight::Of { picture, .. }) = self.all().get_mut(sku) {
            for (shard, units) in parts {
                picture.took(*shard, *units);
            }
        }
    }

    /// A try failed where this was found.
    fn refused(&self, sku: &Sku, shard: Shard, found: Option<&Item>) {
        let available = found.and_then(|item| read_number::<i64>(item, "available"));
        let left = u32::try_from(available.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
        if shard.is_main() {
            let spread = found.map(Spread::of).unwrap_or_default();
            self.main_refused(sku, spread, left);
            return;
        }
        let is_open = found.is_some_and(|item| {
            let open = item.get("open").and_then(|open| open.as_bool().ok());
            open.is_some_and(|open| *open)
        });
        let mut all = self.all();
        if !is_open {
            all.insert(sku.clone(), Sight::Clouded);
        } else if let Some(Sight::Of { picture, .. }) = all.get_mut(sku) {
            picture.see(shard, left);
        }
    }

    fn main_refused(&self, sku: &Sku, spread: Spread, left: u32) {
        if !spread.is_spread() {
            self.forget(sku);
            return;
        }
        match self.all().get_mut(sku) {
            Some(Sight::Of {
                generation,
                picture,
            }) if *generation == spread.generation => {
                picture.see(Shard::MAIN, left);
                return;
            }
            Some(Sight::Clouded) => return,
            _ => {}
        }
        let mut picture = Picture::blank(spread.shards);
        picture.see(Shard::MAIN, left);
        self.learn(sku, &spread, picture);
    }
}
