//! What DynamoDB bears, which the embedded one does not care about: units a second of a partition and of a
//! table, and transactions that hold their items for a while.
//!
//! A partition takes 1,000 write units and 3,000 read units a second, and a table by default 40,000 of each
//! (DynamoDB Developer Guide, "Best practices for designing partition keys" and "Service quotas"). What
//! DynamoDB does by itself to relieve a partition, splitting and borrowing, is left out: it takes minutes
//! to set in, and nothing at all where one item is what is hot. Each partition key counts as a partition of
//! its own, as it ends up to be under load.
//!
//! A transaction holds its items from when it arrives until it is through, 10 to 30 ms; whoever writes one
//! of them meanwhile is turned away, and has consumed units all the same.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use local::aws::{At, Fault, Faults, without_token};
use serde_json::Value;
use store::tables::{TABLES, Table};
use tokio::time::Instant;

/// Write and read units a second of a partition.
const PARTITION: [f64; 2] = [1_000.0, 3_000.0];
/// Write and read units a second of a table.
const TABLE: [f64; 2] = [40_000.0, 40_000.0];
/// How long a transaction holds its items, at least and at most, in milliseconds.
const TRANSACTION_MS: (u64, u64) = (10, 30);
/// How long any other call takes, in milliseconds.
const CALL_MS: (u64, u64) = (2, 6);
/// The bytes of a write unit.
const WRITE_UNIT: usize = 1_024;

/// Write units, or read units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Of writes.
    Write,
    /// Of reads.
    Read,
}

/// What a partition, or a table, was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The table, or the table and its index with the key of the partition.
    pub name: String,
    /// Of what.
    pub unit: Unit,
    /// Units in its busiest second.
    pub peak: f64,
    /// Units in all.
    pub total: f64,
    /// How often it turned somebody away.
    pub refused: u64,
}

/// How it went with the limits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Borne {
    /// Transactions and writes that met another transaction.
    pub conflicts: u64,
    /// Calls that were turned away because a partition, or a table, had no units left.
    pub throttled: u64,
    /// Calls of all kinds.
    pub calls: u64,
}

/// The limits, and how far they were used.
pub struct Limits {
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: HashMap<String, Instant>,
    seconds: HashMap<(String, Unit), Second>,
    borne: Borne,
}

/// How much was used of a partition in the second that it is in.
#[derive(Default)]
struct Second {
    number: u64,
    used: f64,
    asked: f64,
    peak: f64,
    total: f64,
    refused: u64,
}

/// A piece of a call: units of a partition.
struct Use {
    table: String,
    partition: String,
    unit: Unit,
    units: f64,
    is_index: bool,
}

/// What a call comes to.
#[derive(Default)]
struct Bill {
    uses: Vec<Use>,
    /// The items that it writes.
    writes: Vec<String>,
    is_transaction: bool,
}

impl Limits {
    /// Nothing is used yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// How it went.
    #[must_use]
    pub fn borne(&self) -> Borne {
        self.state().borne.clone()
    }

    /// What was asked of every partition and every table, the busiest first.
    #[must_use]
    pub fn loads(&self) -> Vec<Load> {
        let state = self.state();
        let mut loads: Vec<Load> = state
            .seconds
            .iter()
            .map(|((name, unit), second)| Load {
                name: name.clone(),
                unit: *unit,
                peak: second.peak.max(second.asked),
                total: second.total,
                refused: second.refused,
            })
            .collect();
        loads.sort_by(|a, b| b.peak.total_cmp(&a.peak).then_with(|| a.name.cmp(&b.name)));
        loads
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Faults for Limits {
    fn before(&self, _: &str, _: &str) -> Fault {
        Fault::None
    }

    fn sent(&self, _: &At<'_>, _: Fault, body: Bytes) -> Bytes {
        without_token(body)
    }

    fn befalls(&self, at: &At<'_>) -> Fault {
        let Some(mut bill) = bill(at) else {
            return Fault::None;
        };
        let now = Instant::now();
        let second = now.duration_since(self.began).as_secs();
        let mut state = self.state();
        state.borne.calls += 1;
        let meets = |item: &String| state.held.get(item).is_some_and(|until| now < *until);
        let conflicts = bill.writes.iter().any(meets);
        if conflicts {
            // What is turned away comes into no index.
            bill.uses.retain(|part| !part.is_index);
        }
        if !state.affords(&bill, second) {
            state.borne.throttled += 1;
            return Fault::Throttled;
        }
        if conflicts {
            state.borne.conflicts += 1;
            return Fault::Conflict;
        }
        let (least, most) = match bill.is_transaction {
            true => TRANSACTION_MS,
            false => CALL_MS,
        };
        let takes = Duration::from_millis(fastrand::u64(least..=most));
        if bill.is_transaction {
            for item in bill.writes {
                state.held.insert(item, now + takes);
            }
        }
        Fault::SlowReply(takes)
    }
}

impl State {
    /// Uses up what a call comes to, unless one of its partitions or tables has too little left.
    fn affords(&mut self, bill: &Bill, second: u64) -> bool {
        let mut wanted: BTreeMap<(String, Unit), (f64, f64)> = BTreeMap::new();
        for Use {
            table,
            partition,
            unit,
            units,
            is_index: _,
        } in &bill.uses
        {
            let limits = [PARTITION, TABLE].map(|limits| limits[usize::from(*unit == Unit::Read)]);
            let names = [format!("{table} {partition}"), table.clone()];
            for (name, limit) in names.into_iter().zip(limits) {
                let (sum, most) = wanted.entry((name, *unit)).or_default();
                *sum += units;
                *most = limit;
            }
        }
        let mut affords = true;
        for (place, (units, most)) in &wanted {
            let used = self.seconds.entry(place.clone()).or_default();
            used.turn(second);
            used.asked += units;
            if used.used + units > *most {
                used.refused += 1;
                affords = false;
            }
        }
        if affords {
            for (place, (units, _)) in wanted {
                if let Some(used) = self.seconds.get_mut(&place) {
                    used.used += units;
                    used.total += units;
                }
            }
        }
        affords
    }
}

impl Second {
    fn turn(&mut self, number: u64) {
        if self.number != number {
            self.peak = self.peak.max(self.asked);
            (self.number, self.used, self.asked) = (number, 0.0, 0.0);
        }
    }
}

/// What a call to DynamoDB comes to; nothing if it is none.
fn bill(at: &At<'_>) -> Option<Bill> {
    let body: Value = serde_json::from_slice(at.body).ok()?;
    let mut bill = Bill::default();
    match at.operation {
        "TransactWriteItems" => {
            bill.is_transaction = true;
            for action in body["TransactItems"].as_array()? {
                let action = action.as_object()?.values().next()?;
                bill.write(action, 2.0);
            }
        }
        "PutItem" | "UpdateItem" | "DeleteItem" => bill.write(&body, 1.0),
        "GetItem" => bill.read(&body["TableName"], &body["Key"], &body["ConsistentRead"]),
        "BatchGetItem" => {
            for (table, batch) in body["RequestItems"].as_object()? {
                let table = Value::from(table.as_str());
                for key in batch["Keys"].as_array()? {
                    bill.read(&table, key, &batch["ConsistentRead"]);
                }
            }
        }
        "Query" => {
            let partition = body["ExpressionAttributeValues"][":pk"]["S"].as_str()?;
            let index = body["IndexName"].as_str().unwrap_or_default();
            let table = body["TableName"].as_str()?;
            bill.add(table, format!("{index} {partition}"), Unit::Read, 0.5);
        }
        _ => return None,
    }
    Some(bill)
}

impl Bill {
    fn add(&mut self, table: &str, partition: String, unit: Unit, units: f64) {
        self.uses.push(Use {
            table: table.to_owned(),
            partition,
            unit,
            units,
            is_index: false,
        });
    }

    fn read(&mut self, table: &Value, key: &Value, consistent: &Value) {
        let (Some(table), Some(pk)) = (table.as_str(), key["pk"]["S"].as_str()) else {
            return;
        };
        let units = if consistent == true { 1.0 } else { 0.5 };
        self.add(table, pk.to_owned(), Unit::Read, units);
    }

    /// A write of an item, and of its places in the indexes. An update counts as a kilobyte.
    fn write(&mut self, action: &Value, factor: f64) {
        let item = &action["Item"];
        let key = if item.is_object() {
            item
        } else {
            &action["Key"]
        };
        let (Some(table), Some(pk), Some(sk)) = (
            action["TableName"].as_str(),
            key["pk"]["S"].as_str(),
            key["sk"]["S"].as_str(),
        ) else {
            return;
        };
        let kilobytes = u32::try_from(size(item).div_ceil(WRITE_UNIT).max(1)).unwrap_or(u32::MAX);
        let units = f64::from(kilobytes) * factor;
        self.add(table, pk.to_owned(), Unit::Write, units);
        for index in known(table).into_iter().flat_map(|known| known.indexes) {
            if let Some(partition) = item[index.pk]["S"].as_str() {
                self.uses.push(Use {
                    table: table.to_owned(),
                    partition: format!("{} {partition}", index.name),
                    unit: Unit::Write,
                    units: 1.0,
                    is_index: true,
                });
            }
        }
        self.writes.push(format!("{table} {pk} {sk}"));
    }
}

fn known(table: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|known| table.ends_with(known.name))
}

/// About how large an item is: the names and values of its attributes, without what JSON puts around them.
fn size(item: &Value) -> usize {
    match item {
        Value::Object(parts) => parts
            .iter()
            .map(|(name, value)| name.len() + size(value))
            .sum(),
        Value::Array(parts) => parts.iter().map(size).sum(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}
