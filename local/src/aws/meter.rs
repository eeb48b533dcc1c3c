//! What AWS would bill, summed per function while metering is on: capacity units as the database reports
//! them, and how often which service is asked.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynoxide::Database;
use serde::Deserialize;
use serde_json::Value;

use super::account::{Account, Accounts};
use super::call::{Call, Service};
use super::refused;
use super::reply::Reply;

/// SQS bills a request once more for every so many bytes of what it carries.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Meter {
    on: AtomicBool,
    accounts: Mutex<Accounts>,
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

    pub(crate) fn stop(&self) -> Accounts {
        self.on.store(false, Ordering::Release);
        std::mem::take(&mut self.locked())
    }

    pub(crate) fn so_far(&self) -> Accounts {
        self.locked().clone()
    }

    /// The call, made to report what it consumes; as it is while metering is off.
    pub(crate) fn priced<'a>(&self, call: &'a Call) -> Cow<'a, Call> {
        if !self.is_on() || kind(call).is_none() {
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

    /// Adds what `call` costs, which was answered by `reply`, to the account of `function`.
    pub(crate) fn charge(&self, function: &str, call: &Call, reply: &Reply, db: &Database) {
        if !self.is_on() {
            return;
        }
        let cost = match call.service {
            Service::DynamoDb => of_database(call, reply, db),
            _ if !reply.status().is_success() => return,
            Service::DynamoDbStreams => of_stream(call),
            Service::Sqs => of_queue(call, reply),
            Service::Ses => Account {
                mails: 1,
                ..Account::default()
            },
            Service::SecretsManager => Account {
                secret_reads: 1,
                ..Account::default()
            },
        };
        self.add(function, cost);
    }

    /// Counts a time that records of a stream were read for `function`.
    pub(crate) fn stream_read(&self, function: &str) {
        self.add(
            function,
            Account {
                stream_reads: 1,
                ..Account::default()
            },
        );
    }

    /// Counts an invocation of `function`.
    pub(crate) fn invocation(&self, function: &str) {
        self.add(
            function,
            Account {
                invocations: 1,
                ..Account::default()
            },
        );
    }

    fn add(&self, function: &str, cost: Account) {
        if self.is_on() && cost != Account::default() {
            *self.locked().entry(function.to_owned()).or_default() += cost;
        }
    }

    fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    fn locked(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
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

fn of_database(call: &Call, reply: &Reply, db: &Database) -> Account {
    let Some(kind) = kind(call) else {
        return Account::default();
    };
    let is_transaction = call.operation.starts_with("Transact");
    let mut cost = if reply.status().is_success() {
        consumed(kind, reply)
    } else {
        match failure(reply).as_deref() {
            Some("ConditionalCheckFailedException") => refused(refused::single(db, call)),
            Some("TransactionCanceledException") => Account {
                cancelled: 1,
                ..match kind {
                    Kind::Write => refused(refused::transaction(db, call)),
                    Kind::Read => Account::default(),
                }
            },
            // Throttled or not understood: AWS bills neither.
            _ => return Account::default(),
        }
    };
    if is_transaction {
        cost.transactions = 1;
    } else {
        cost.calls = 1;
    }
    cost
}

fn refused(units: f64) -> Account {
    Account {
        write_units: units,
        refused_units: units,
        ..Account::default()
    }
}

/// The units that the database reports.
fn consumed(kind: Kind, reply: &Reply) -> Account {
    let mut cost = Account::default();
    let Ok(bill) = serde_json::from_slice::<Bill>(reply.body()) else {
        return cost;
    };
    let items = match bill.consumed_capacity {
        Consumed::None => return cost,
        Consumed::One(item) => vec![item],
        Consumed::Several(items) => items,
    };
    for item in items {
        match (item.read_capacity_units, item.write_capacity_units, kind) {
            (None, None, Kind::Read) => cost.read_units += item.capacity_units,
            (None, None, Kind::Write) => cost.write_units += item.capacity_units,
            (reads, writes, _) => {
                cost.read_units += reads.unwrap_or_default();
                cost.write_units += writes.unwrap_or_default();
            }
        }
    }
    cost
}

/// The kind of error that a reply is.
fn failure(reply: &Reply) -> Option<String> {
    #[derive(Deserialize)]
    struct Failure {
        #[serde(rename = "__type")]
        kind: String,
    }
    let Failure { kind } = serde_json::from_slice(reply.body()).ok()?;
    kind.rsplit('#').next().map(str::to_owned)
}

fn of_stream(call: &Call) -> Account {
    Account {
        stream_reads: u64::from(call.operation == "GetRecords"),
        ..Account::default()
    }
}

fn of_queue(call: &Call, reply: &Reply) -> Account {
    let mut cost = Account::default();
    match call.operation.as_str() {
        "SendMessage" | "SendMessageBatch" => cost.sends = chunks(&call.body).max(1),
        "ReceiveMessage" => match chunks(reply.body()) {
            0 => cost.empty_receives = 1,
            some => cost.receives = some,
        },
        "DeleteMessage" | "DeleteMessageBatch" => cost.deletes = 1,
        _ => cost.other_queue_requests = 1,
    }
    cost
}

/// How many requests the messages in a body are billed as; none if there are none.
fn chunks(body: &[u8]) -> u64 {
    let Ok(carried) = serde_json::from_slice::<Carried>(body) else {
        return 0;
    };
    let messages = carried.messages.iter().chain(&carried.entries);
    let bytes = messages.map(|message| message.body.len()).sum::<usize>() + carried.body.len();
    u64::try_from(bytes.div_ceil(CHUNK_BYTES)).unwrap_or(u64::MAX)
}

/// The messages of a request or a reply, whichever of its forms it has.
#[derive(Deserialize)]
struct Carried {
    #[serde(rename = "MessageBody", default)]
    body: String,
    #[serde(rename = "Entries", default)]
    entries: Vec<Message>,
    #[serde(rename = "Messages", default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "MessageBody", alias = "Body", default)]
    body: String,
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
