//! Faults that AWS's services show now and then, and the embedded ones never by themselves.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::call::{Call, Service};
use super::reply::{Reply, amz_json, error};

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
}

/// Decides what befalls which call.
pub trait Faults: Send + Sync {
    /// Asked once before each call, retries included, after its permissions were checked.
    /// `operation` is the bare name, such as `TransactWriteItems`.
    fn before(&self, function: &str, operation: &str) -> Fault;
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
