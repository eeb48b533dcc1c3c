//! The test provider, seen from outside the shop: its books, and the customer who proves to it who
//! they are.

use domain::clock::Clock;
use domain::id::{OrderId, PaymentId};
use edge::Code;
use serde::Deserialize;
use serde_json::{Value, json};
use store::event::{Envelope, Event, PaymentReport, Stamp};
use store::queues::PAYMENTS_RECONCILE_PAYMENT;
use store::tables::{PAYMENTS, TEST_PROVIDER};

use super::Refusal;
use crate::aws::CloudError;
use crate::stack::Stack;

const KEY_PREFIX: &str = "charge/";

/// How a customer's authentication ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Outcome {
    /// They proved who they are.
    Success,
    /// They did not.
    Failure,
}

/// Every charge in the provider's books; amounts are in minor units.
pub(super) fn books(stack: &Stack) -> Result<Vec<Value>, CloudError> {
    let items = stack.cloud.scan(&stack.naming.table(&TEST_PROVIDER))?;
    let mut charges: Vec<Value> = items.iter().filter_map(charge).collect();
    charges.sort_by_cached_key(|charge| charge["key"].as_str().map(str::to_owned));
    Ok(charges)
}

/// A charge; nothing for a key that was only called while the provider was down.
fn charge(item: &Value) -> Option<Value> {
    let key = item["pk"].as_str()?.strip_prefix(KEY_PREFIX)?;
    item.get("status")?;
    Some(json!({
        "key": key,
        "orderId": item["orderId"],
        "amount": item["amount"],
        "captured": item["captured"],
        "refunded": item["refunded"],
        "currency": item["currency"],
        "status": item["status"],
        "method": item["method"],
        "captureMethod": item["captureMethod"],
        "calls": item["calls"],
    }))
}

/// Ends the authentication that a payment waits for, and reports it to the shop.
pub(super) async fn authenticate(
    stack: &Stack,
    payment: PaymentId,
    outcome: Outcome,
) -> Result<Value, Refusal> {
    let found = find(stack, payment).await?.ok_or_else(Refusal::nothing)?;
    let key = settle(stack, &found.key, outcome).await?;
    report(stack, payment, found.version).await?;
    let charge = books(stack)?
        .into_iter()
        .find(|charge| charge["key"] == key.as_str());
    Ok(charge.unwrap_or(Value::Null))
}

/// What the provider must know of a payment.
struct Known {
    key: String,
    version: u64,
}

async fn find(stack: &Stack, payment: PaymentId) -> Result<Option<Known>, CloudError> {
    let request = json!({
        "TableName": stack.naming.table(&PAYMENTS),
        "Key": { "pk": { "S": format!("payment/{payment}") }, "sk": { "S": "payment" } },
        "ConsistentRead": true,
    });
    let reply = stack.cloud.dynamodb("GetItem", &request).await?;
    let item = &reply["Item"];
    let number = |name: &str| item[name]["N"].as_str()?.parse::<u64>().ok();
    let known = || {
        let order = OrderId::parse(item["order"]["S"].as_str()?).ok()?;
        Some(Known {
            key: format!("{order}-{}", number("attempt")?),
            version: number("version")?,
        })
    };
    Ok(known())
}

/// Writes the outcome into the books, if the charge waits for one.
async fn settle(stack: &Stack, key: &str, outcome: Outcome) -> Result<String, Refusal> {
    let items = stack.cloud.scan(&stack.naming.table(&TEST_PROVIDER))?;
    let pk = format!("{KEY_PREFIX}{key}");
    let is_manual = items
        .iter()
        .any(|item| item["pk"] == pk.as_str() && item["captureMethod"] == "manual");
    let (change, status) = match outcome {
        Outcome::Success if is_manual => ("SET #status = :status", "authorized"),
        Outcome::Success => ("SET #status = :status, captured = amount", "captured"),
        Outcome::Failure => ("SET #status = :status", "authentication_failed"),
    };
    let request = json!({
        "TableName": stack.naming.table(&TEST_PROVIDER),
        "Key": { "pk": { "S": pk }, "sk": { "S": "charge" } },
        "UpdateExpression": change,
        "ConditionExpression": "#status = :waiting",
        "ExpressionAttributeNames": { "#status": "status" },
        "ExpressionAttributeValues": {
            ":status": { "S": status },
            ":waiting": { "S": "requiresAction" },
        },
    });
    match stack.cloud.dynamodb("UpdateItem", &request).await {
        Ok(_) => Ok(key.to_owned()),
        Err(CloudError::Refused(why)) if why.contains("ConditionalCheckFailed") => {
            let why = "the payment does not wait for its customer".to_owned();
            Err(Refusal::Plain(Code::InvalidState, why))
        }
        Err(error) => Err(error.into()),
    }
}

/// Tells the shop that there is news of a payment, as a provider's webhook would.
async fn report(stack: &Stack, payment: PaymentId, version: u64) -> Result<(), CloudError> {
    let entropy = stack.entropy.clone();
    let stamp = Stamp {
        now: stack.clock.now(),
        trace: edge::trace::traceparent(None, entropy.as_ref()),
        entropy,
    };
    let event = Event::PaymentReported(PaymentReport {
        payment_id: payment,
    });
    let aggregate = format!("payment/{payment}");
    let json = Envelope::seal(&stamp, aggregate, version, event).to_json()?;
    let queue = stack.naming.queue(&PAYMENTS_RECONCILE_PAYMENT);
    stack.cloud.send_raw(&queue, &json).await
}
