//! Faults of the code itself, planted to see whether they are noticed: each is a change of what a function
//! sends or answers, exactly as code would send or answer that had the fault. None of them stands in the
//! code, so that none can be shipped.

use local::InvokeError;
use local::aws::At;
use serde_json::{Value, json};

type Answered = Result<String, InvokeError>;

/// A fault of the code.
#[derive(Debug)]
pub struct Mutant {
    /// What is wrong.
    pub name: &'static str,
    /// What a function sends in place of a call's own body, if it is this call.
    pub(crate) sends: fn(&At<'_>, Value) -> Option<Value>,
    /// What a function answers in place of its own answer.
    pub(crate) answers: fn(&str, Answered) -> Answered,
}

const fn sending(name: &'static str, sends: fn(&At<'_>, Value) -> Option<Value>) -> Mutant {
    Mutant {
        name,
        sends,
        answers: |_, answer| answer,
    }
}

const fn answering(name: &'static str, answers: fn(&str, Answered) -> Answered) -> Mutant {
    Mutant {
        name,
        sends: |_, _| None,
        answers,
    }
}

/// Every mutant.
pub static MUTANTS: [Mutant; 27] = [
    sending("stock is taken whether it is there or not", |at, body| {
        of(at, "orders-create-order")?;
        loosened(body, |item| {
            of_table(item, "inventory") && key(item).starts_with("sku/")
        })
    }),
    sending(
        "a shard is taken from whether it has units or not",
        |at, body| {
            of(at, "orders-create-order")?;
            loosened(body, |item| key(item).starts_with("shard/"))
        },
    ),
    sending("what is gathered stays in its shard", |_, mut body| {
        let items = body["TransactItems"].as_array_mut()?;
        let before = items.len();
        items.retain(|item| !key(&item["Delete"]).starts_with("shard/"));
        (items.len() < before).then_some(body)
    }),
    sending(
        "a SKU is called sold out at its first empty shard",
        |at, mut body| {
            of(at, "orders-create-order")?;
            let items = body["TransactItems"].as_array_mut()?;
            let mut changed = false;
            for item in items {
                // Without what is found, nothing says that there are shards.
                if key(inner(item)).starts_with("sku/") {
                    let update = item["Update"].as_object_mut()?;
                    changed |= update
                        .remove("ReturnValuesOnConditionCheckFailure")
                        .is_some();
                }
            }
            changed.then_some(body)
        },
    ),
    sending("an order's idempotency key is not kept", |at, body| {
        of(at, "orders-create-order")?;
        without(body, |item| kind(item) == "once")
    }),
    sending("a payment's idempotency key is not kept", |at, body| {
        of(at, "payments-create-payment")?;
        without(body, |item| kind(item) == "once")
    }),
    sending("an adjustment's idempotency key is not kept", |at, body| {
        of(at, "inventory-adjust-level")?;
        without(body, |item| kind(item) == "once")
    }),
    answering(
        "a message is acknowledged before its work is done",
        |function, answer| {
            let is_consumer = CONSUMERS.contains(&function);
            match answer {
                Err(_) if is_consumer => Ok(json!({"batchItemFailures": []}).to_string()),
                answer => answer,
            }
        },
    ),
    answering("a partial batch failure is swallowed", |_, answer| {
        answer.map(|answer| match answer.contains("batchItemFailures") {
            true => json!({"batchItemFailures": []}).to_string(),
            false => answer,
        })
    }),
    answering(
        "the relay forgets what it could not send",
        |function, answer| match function {
            "platform-relay-outbox" => Ok(json!({"batchItemFailures": []}).to_string()),
            _ => answer,
        },
    ),
    sending(
        "the provider's key is not derived from the payment",
        |at, mut body| {
            let is_charge = at.function.starts_with("payments-")
                && at.operation == "UpdateItem"
                && body["UpdateExpression"].as_str()?.contains("orderId");
            let key = body["Key"]["pk"]["S"].as_str()?.to_owned();
            body["Key"]["pk"]["S"] = json!(format!("{key}-{}", at.nth));
            is_charge.then_some(body)
        },
    ),
    sending("a refund carries no key to the provider", |at, mut body| {
        let of_refunds = at.function.starts_with("payments-") && at.operation == "UpdateItem";
        let mark = body["ExpressionAttributeNames"]["#mark"]
            .as_str()?
            .to_owned();
        let is_refund = of_refunds && mark.starts_with("refund:");
        body["ExpressionAttributeNames"]["#mark"] = json!(format!("{mark}-{}", at.nth));
        is_refund.then_some(body)
    }),
    sending("a hold is given back and stays a hold", |at, body| {
        of(at, "inventory-settle-hold")?;
        without(body, |item| kind(item) == "hold")
    }),
    sending("a hold is given back twice", |at, body| {
        of(at, "inventory-settle-hold")?;
        loosened(body, |item| kind(item) == "hold")
    }),
    sending(
        "an order takes stock for its first line alone",
        |at, mut body| {
            of(at, "orders-create-order")?;
            let items = body["TransactItems"].as_array_mut()?;
            let is_level = |item: &Value| key(inner(item)).starts_with("sku/");
            let first = items.iter().position(is_level)?;
            let mut index = 0;
            let before = items.len();
            items.retain(|item| {
                index += 1;
                index - 1 == first || !is_level(item)
            });
            (items.len() < before).then_some(body)
        },
    ),
    sending("goods leave without an entry in the ledger", |at, body| {
        of(at, "inventory-settle-hold")?;
        without(body, |item| kind(item) == "movement")
    }),
    sending("a confirmed order tells nobody", |at, body| {
        of(at, "orders-settle-payment")?;
        without(body, |item| {
            let event = item["Item"]["event"]["S"].as_str().unwrap_or_default();
            event.contains("\"OrderConfirmed\"")
        })
    }),
    sending("the news of a payment overwrite an order", |at, body| {
        of(at, "orders-settle-payment")?;
        loosened(body, |item| kind(item) == "order")
    }),
    sending("a cancellation overwrites an order", |at, body| {
        of(at, "orders-cancel-order")?;
        loosened(body, |item| kind(item) == "order")
    }),
    sending("payments overwrite each other", |at, body| {
        at.function.starts_with("payments-").then_some(())?;
        loosened(body, |item| kind(item) == "payment")
    }),
    sending("an order may have two live payments", |at, body| {
        at.function.starts_with("payments-").then_some(())?;
        loosened(body, |item| item["Key"]["sk"]["S"] == "slot")
    }),
    sending("a coupon is used as often as anybody likes", |at, body| {
        of(at, "orders-create-order")?;
        loosened(body, |item| item["Key"]["pk"]["S"] == "coupons")
    }),
    sending("the use of a coupon is not given back", |at, body| {
        (at.function.starts_with("pricing-")).then_some(())?;
        without(body, |item| item["Key"]["pk"]["S"] == "coupons")
    }),
    sending("nobody remembers that a letter was sent", |at, mut body| {
        of(at, "notifications-notify-customer")?;
        let told = body["ExpressionAttributeValues"].get_mut(":told")?;
        *told = json!({"S": "claimed"});
        Some(body)
    }),
    sending(
        "a claim that has run out is left to be deleted in time",
        |at, mut body| {
            of(at, "notifications-notify-customer")?;
            (body["Item"]["kind"]["S"] == "mail").then_some(())?;
            let condition = body["ConditionExpression"].as_str()?;
            let trusting = format!("({condition}) AND attribute_not_exists(pk)");
            body["ConditionExpression"] = json!(trusting);
            Some(body)
        },
    ),
    sending(
        "orders that are due are looked for in one shard",
        |at, mut body| {
            of(at, "orders-sweep-due-orders")?;
            (at.operation == "Query").then_some(())?;
            let values = body["ExpressionAttributeValues"].as_object_mut()?;
            let shard = values
                .values_mut()
                .find(|value| value["S"].as_str().is_some_and(|pk| pk.starts_with("due/")))?;
            shard["S"] = json!("due/0");
            Some(body)
        },
    ),
    sending("a deed is not audited", |at, body| {
        of(at, "users-create-api-key")?;
        without(body, |item| kind(item) == "audit")
    }),
];

/// The functions that messages start.
const CONSUMERS: [&str; 8] = [
    "payments-charge-order",
    "payments-reverse-order",
    "payments-execute-refund",
    "orders-settle-payment",
    "inventory-settle-hold",
    "pricing-release-coupon",
    "notifications-notify-customer",
    "payments-reconcile-payment",
];

fn of(at: &At<'_>, function: &str) -> Option<()> {
    (at.function == function).then_some(())
}

/// What one item of a transaction says, whatever is done with it.
fn inner(item: &Value) -> &Value {
    let parts = item.as_object();
    parts
        .and_then(|parts| parts.values().next())
        .unwrap_or(&Value::Null)
}

fn kind(item: &Value) -> &str {
    item["Item"]["kind"]["S"].as_str().unwrap_or_default()
}

fn key(item: &Value) -> &str {
    item["Key"]["pk"]["S"].as_str().unwrap_or_default()
}

fn of_table(item: &Value, table: &str) -> bool {
    item["TableName"]
        .as_str()
        .is_some_and(|name| name.ends_with(table))
}

/// A transaction without some of its items.
fn without(mut body: Value, which: fn(&Value) -> bool) -> Option<Value> {
    let items = body["TransactItems"].as_array_mut()?;
    let before = items.len();
    items.retain(|item| !which(inner(item)));
    (items.len() < before && !items.is_empty()).then_some(body)
}

/// A transaction that does not care for what some of its items are like. What their conditions name is
/// still named, as DynamoDB wants it.
fn loosened(mut body: Value, which: fn(&Value) -> bool) -> Option<Value> {
    let mut changed = false;
    for item in body["TransactItems"].as_array_mut()? {
        if !which(inner(item)) {
            continue;
        }
        let Some(item) = item
            .as_object_mut()
            .and_then(|parts| parts.values_mut().next())
        else {
            continue;
        };
        if let Some(condition) = item["ConditionExpression"].as_str() {
            let any = format!("({condition}) OR attribute_exists(pk) OR attribute_not_exists(pk)");
            item["ConditionExpression"] = json!(any);
            changed = true;
        }
    }
    changed.then_some(body)
}
