//! Faults that AWS's services and networks show now and then, and the embedded ones never by themselves.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::call::{Call, Service};
use super::reply::{Reply, amz_json, error};
use crate::error::InvokeError;

/// What befalls one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Another transaction holds the item: `TransactionCanceledException` with the reason
    /// `TransactionConflict` for transactions, `TransactionConflictException` for single writes,
    /// nothing for every other call.
    Conflict,
    /// The service is asked too often; not executed.
    Throttled,
    /// The connection breaks before the request arrives; not executed.
    Drop,
    /// The call is executed, and the connection breaks before the reply arrives.
    LoseReply,
    /// The service fails; not executed.
    InternalError,
    /// The request is long on its way; executed when it arrives, if anybody still waits for it.
    Slow(Duration),
    /// The call is executed at once, and its reply is long on its way.
    SlowReply(Duration),
    /// The function dies before the request leaves it.
    DieBefore,
    /// The call is executed, and the function dies before it reads the reply.
    DieAfter,
}

/// A call, where it stands in its function's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<'a> {
    /// The function that calls.
    pub function: &'a str,
    /// The bare name, such as `TransactWriteItems`.
    pub operation: &'a str,
    /// The tables, indexes and queues it is about, by their names, each once.
    pub on: &'a str,
    /// What it says.
    pub body: &'a [u8],
    /// How many calls this invocation has made before.
    pub nth: u32,
}

/// What befalls an invocation as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fate {
    /// How late it begins.
    pub late: Duration,
    /// Once it has ended, the same event is handled again, and that answer counts.
    pub twice: bool,
    /// It does all that it does, and nobody hears its answer.
    pub unheard: bool,
}

/// What befalls a batch of messages on its way to its function and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivery {
    /// How late it is handed over.
    pub late: Duration,
    /// Its messages come in the opposite order.
    pub reversed: bool,
    /// It is handed over once more.
    pub twice: bool,
    /// What was dealt with is not deleted: it comes again when its visibility timeout ends.
    pub kept: bool,
}

/// Decides what befalls whom. All but calls are spared unless it says otherwise.
pub trait Faults: Send + Sync {
    /// Asked once before each call, retries included, after its permissions were checked.
    /// `operation` is the bare name, such as `TransactWriteItems`.
    fn before(&self, function: &str, operation: &str) -> Fault;

    /// The same, by all that is known of the call.
    fn befalls(&self, at: &At<'_>) -> Fault {
        self.before(at.function, at.operation)
    }

    /// The body that is sent in place of a call's own, with this fault before it.
    fn sent(&self, _at: &At<'_>, _fault: Fault, body: Bytes) -> Bytes {
        body
    }

    /// Asked once before each invocation.
    fn fate(&self, _function: &str) -> Fate {
        Fate::default()
    }

    /// The event that a function is handed in place of its own.
    fn handed(&self, _function: &str, event: String) -> String {
        event
    }

    /// Told of every invocation and its outcome, which it may put another in place of.
    fn answered(
        &self,
        _function: &str,
        _event: &str,
        answer: Result<String, InvokeError>,
    ) -> Result<String, InvokeError> {
        answer
    }

    /// How far the clock of an instance that starts now goes before the others, in milliseconds.
    fn skew_ms(&self, _function: &str) -> i64 {
        0
    }

    /// Asked once before each batch of a queue.
    fn delivery(&self, _function: &str) -> Delivery {
        Delivery::default()
    }

    /// Whether what was just dealt with of a table's stream is handed over again.
    fn replays(&self, _table: &str) -> bool {
        false
    }
}

/// Spares everybody.
pub(crate) struct Spared;

impl Faults for Spared {
    fn before(&self, _: &str, _: &str) -> Fault {
        Fault::None
    }
}

/// The conflict that `call` runs into, or `None` where AWS knows none.
pub(crate) fn conflict(call: &Call) -> Option<Reply> {
    if call.service != Service::DynamoDb {
        return None;
    }
    match call.operation.as_str() {
        "TransactWriteItems" | "TransactGetItems" => Some(cancelled(call)),
        "PutItem" | "UpdateItem" | "DeleteItem" => Some(error(
            Service::DynamoDb,
            400,
            "TransactionConflictException",
            "Transaction is ongoing for the item",
        )),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Transaction {
    transact_items: Vec<IgnoredAny>,
}

fn cancelled(call: &Call) -> Reply {
    let others = serde_json::from_slice::<Transaction>(&call.body)
        .map_or(0, |transaction| transaction.transact_items.len())
        .saturating_sub(1);
    let mut codes = vec!["TransactionConflict"];
    codes.resize(others + 1, "None");
    let reasons: Vec<_> = codes
        .iter()
        .map(|code| match *code {
            "None" => json!({ "Code": code }),
            _ => json!({ "Code": code, "Message": "Transaction is ongoing for the item" }),
        })
        .collect();
    amz_json(
        400,
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                codes.join(", ")
            ),
            "CancellationReasons": reasons,
        })
        .to_string(),
    )
}

pub(crate) fn throttled(service: Service) -> Reply {
    match service {
        Service::Ses => error(service, 429, "TooManyRequestsException", "Rate exceeded"),
        _ => error(service, 400, "ThrottlingException", "Rate exceeded"),
    }
}

pub(crate) fn internal(service: Service) -> Reply {
    error(
        service,
        500,
        "InternalServerError",
        "The request could not be processed because of an internal failure",
    )
}
