//! Capacity units, summed per function while metering is on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, Service};
use super::reply::Reply;

/// Read and write units per function.
pub(crate) type Units = BTreeMap<String, (f64, f64)>;

#[derive(Debug, Default)]
pub(crate) struct Meter {
    on: AtomicBool,
    units: Mutex<Units>,
}

/// What an operation consumes where the reply does not say.
#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
}

impl Meter {
    pub(crate) fn start(&self) {
        self.locked().clear();
        self.on.store(true, Ordering::Release);
    }

    pub(crate) fn stop(&self) -> Units {
        self.on.store(false, Ordering::Release);
        std::mem::take(&mut self.locked())
    }

    pub(crate) fn so_far(&self) -> Units {
        self.locked().clone()
    }

    /// The call, made to report what it consumes; as it is while metering is off.
    pub(crate) fn priced<'a>(&self, call: &'a Call) -> Cow<'a, Call> {
        if !self.on.load(Ordering::Acquire) || kind(call).is_none() {
            return Cow::Borrowed(call);
        }
        let Ok(Value::Object(mut request)) = serde_json::from_slice(&call.body) else {
            return Cow::Borrowed(call);
        };
        if request
            .get("ReturnConsumedCapacity")
            .is_some_and(|asked| asked == "INDEXES")
        {
            return Cow::Borrowed(call);
        }
        request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
        Cow::Owned(Call {
            body: Value::Object(request).to_string().into(),
            ..call.clone()
        })
    }

    /// Adds what `reply` to `call` says was consumed to the account of `function`.
    pub(crate) fn charge(&self, function: &str, call: &Call, reply: &Reply) {
        if !self.on.load(Ordering::Acquire) || !reply.status().is_success() {
            return;
        }
        let Some(kind) = kind(call) else { return };
        let Ok(bill) = serde_json::from_slice::<Bill>(reply.body()) else {
            return;
        };
        let items = match bill.consumed_capacity {
            Consumed::None => return,
            Consumed::One(item) => vec![item],
            Consumed::Several(items) => items,
        };
        let mut units = self.locked();
        let (read, write) = units.entry(function.to_owned()).or_default();
        for item in items {
            match (item.read_capacity_units, item.write_capacity_units, kind) {
                (None, None, Kind::Read) => *read += item.capacity_units,
                (None, None, Kind::Write) => *write += item.capacity_units,
                (reads, writes, _) => {
                    *read += reads.unwrap_or_default();
                    *write += writes.unwrap_or_default();
                }
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Units> {
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(call: &Call) -> Option<Kind> {
    if call.service != Service::DynamoDb {
        return None;
    }
    match call.operation.as_str() {
        "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems" => Some(Kind::Read),
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems" => {
            Some(Kind::Write)
        }
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bill {
    #[serde(default)]
    consumed_capacity: Consumed,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Consumed {
    #[default]
    None,
    One(Item),
    Several(Vec<Item>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(default)]
    capacity_units: f64,
    read_capacity_units: Option<f64>,
    write_capacity_units: Option<f64>,
}
