//! Orders from behind the counter: the newest of them, and everything that is known of one.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{OrderId, PaymentId, UserId};
use domain::order::{Actor, Entry, Fulfilment, Line, Order, OrderRefund, Return, ReturnLine};
use domain::payment::Payment;
use serde_json::{Value, json};
use store::Need;
use store::orders::{self, Orders, Wanted};
use store::page::Bounds;
use store::payments::{self, Payments};
use store::users::{self, Users};

use super::{Refusal, traffic};
use crate::aws::Email;
use crate::local_store::Store;

/// How many orders are listed.
const MOST_LISTED: u16 = 100;

/// The newest orders.
pub(super) async fn newest(store: &Store) -> Result<Vec<Value>, Refusal> {
    let orders: Orders<orders::List> = wired(store).await?;
    let bounds = Bounds::After {
        position: None,
        limit: MOST_LISTED,
    };
    let page = orders.page(&Wanted::default(), true, &bounds).await?;
    Ok(page.items.iter().map(summary).collect())
}

/// An order and what belongs to it: its payments, the events and mails about it, and the messages
/// that still wait or failed.
pub(super) async fn life(store: &Store, id: &str) -> Result<Value, Refusal> {
    let id = OrderId::parse(id).map_err(|_| Refusal::nothing())?;
    let orders: Orders<orders::Read> = wired(store).await?;
    let order = orders.get_now(id).await?;
    let of_order = |event: &Value| event["data"]["orderId"] == json!(id);
    let mut events = store.events()?;
    events.retain(of_order);
    // Those of one moment come in the order of their aggregate's versions.
    events.sort_by_cached_key(|event| {
        let at = event["occurredAt"].as_str().map(str::to_owned);
        (at, event["sequence"].as_u64())
    });
    let payments = payments_of(store, &order, &events).await?;
    let mut names: Vec<String> = vec![id.to_string()];
    names.extend(payments.iter().map(|payment| payment.id.to_string()));
    let mut messages = store.messages().await?;
    messages.retain(|message| names.iter().any(|name| message.body.contains(name)));
    let number = order.number.to_string();
    let emails = store.stack.cloud.emails();
    let about = emails.iter().filter(|mail| mentions(mail, &number));
    Ok(json!({
        "order": order_view(&order),
        "people": people(store, &order).await?,
        "payments": payments.iter().map(payment_view).collect::<Vec<_>>(),
        "events": events,
        "emails": about.map(email_view).collect::<Vec<_>>(),
        "messages": messages
            .iter()
            .map(|message| traffic::message_view(store, message))
            .collect::<Vec<_>>(),
    }))
}

async fn wired<N: Need>(store: &Store) -> Result<N, Refusal> {
    let wiring = store.wiring().map_err(Refusal::broken)?;
    N::wire(&wiring).await.map_err(Refusal::broken)
}

/// The payments of an order, the oldest first. The order names the last one; events, which are kept
/// for a week, name the others.
async fn payments_of(
    store: &Store,
    order: &Order,
    events: &[Value],
) -> Result<Vec<Payment>, Refusal> {
    let named = events.iter().filter_map(|event| {
        let id = event["data"]["paymentId"].as_str()?;
        PaymentId::parse(id).ok()
    });
    let ids: BTreeSet<PaymentId> = named.chain(order.payment).collect();
    let all: Payments<payments::Read> = wired(store).await?;
    let mut payments = Vec::new();
    for id in ids {
        payments.push(all.get(id).await?);
    }
    Ok(payments)
}

/// The addresses of the people who did something to an order, by their ids.
async fn people(store: &Store, order: &Order) -> Result<BTreeMap<String, String>, Refusal> {
    let actors = order.timeline.iter().filter_map(|entry| match entry.actor {
        Actor::Customer(user) | Actor::Staff(user) => Some(user),
        Actor::Guest | Actor::System => None,
    });
    let ids: BTreeSet<UserId> = actors.chain(order.customer).collect();
    let users: Users<users::Read> = wired(store).await?;
    let mut people = BTreeMap::new();
    for id in ids {
        if let Some(user) = users.find(id).await? {
            people.insert(id.to_string(), user.email.to_string());
        }
    }
    Ok(people)
}

/// Mails name the number of the order that they are about.
fn mentions(mail: &Email, number: &str) -> bool {
    mail.subject.contains(number) || mail.text.contains(number)
}

fn summary(order: &Order) -> Value {
    json!({
        "id": order.id,
        "number": order.number,
        "email": order.email,
        "status": order.status,
        "paymentStatus": order.payment_status,
        "fulfilmentStatus": order.fulfilment_status,
        "total": order.totals.total,
        "createdAt": order.created_at,
    })
}

fn order_view(order: &Order) -> Value {
    json!({
        "id": order.id,
        "number": order.number,
        "customerId": order.customer,
        "email": order.email,
        "status": order.status,
        "paymentStatus": order.payment_status,
        "fulfilmentStatus": order.fulfilment_status,
        "paymentMethod": order.payment_method,
        "lines": order.lines.iter().map(line_view).collect::<Vec<_>>(),
        "shippingAddress": order.shipping_address,
        "totals": {
            "items": order.totals.items,
            "discount": order.totals.discount,
            "shipping": order.totals.shipping,
            "tax": order.totals.tax,
            "taxIncluded": order.totals.tax_included,
            "total": order.totals.total,
            "captured": order.totals.captured,
            "refunded": order.totals.refunded,
        },
        "fulfilments": order.fulfilments.iter().map(fulfilment_view).collect::<Vec<_>>(),
        "returns": order.returns.iter().map(return_view).collect::<Vec<_>>(),
        "refunds": order.refunds.iter().map(refund_view).collect::<Vec<_>>(),
        "timeline": order.timeline.iter().map(entry_view).collect::<Vec<_>>(),
        "expiresAt": order.expires_at,
        "version": order.version,
        "createdAt": order.created_at,
        "updatedAt": order.updated_at,
    })
}

fn line_view(line: &Line) -> Value {
    json!({
        "id": line.id,
        "sku": line.sku,
        "name": line.name,
        "options": line.options,
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
        "discount": line.discount,
        "tax": line.tax,
        "total": line.total,
        "shipped": line.shipped,
        "delivered": line.delivered,
        "returned": line.returned,
        "refunded": line.refunded,
        "cancelled": line.cancelled,
    })
}

fn entry_view(entry: &Entry) -> Value {
    json!({
        "at": entry.at,
        "type": entry.kind,
        "actor": entry.actor,
        "data": entry.data,
    })
}

fn fulfilment_view(fulfilment: &Fulfilment) -> Value {
    let lines = fulfilment.lines.iter();
    let tracking = fulfilment.tracking.as_ref();
    json!({
        "id": fulfilment.id,
        "status": fulfilment.status,
        "lines": lines
            .map(|units| json!({ "lineId": units.line, "quantity": units.quantity }))
            .collect::<Vec<_>>(),
        "tracking": tracking.map(|tracking| json!({
            "carrier": tracking.carrier,
            "number": tracking.number,
            "url": tracking.url,
        })),
        "shippedAt": fulfilment.shipped_at,
        "deliveredAt": fulfilment.delivered_at,
        "cancelledAt": fulfilment.cancelled_at,
    })
}

fn return_view(returned: &Return) -> Value {
    let line_view = |line: &ReturnLine| {
        json!({
            "lineId": line.line,
            "quantity": line.quantity,
            "restocked": line.restocked,
            "writtenOff": line.written_off,
        })
    };
    json!({
        "id": returned.id,
        "status": returned.status,
        "reason": returned.reason,
        "lines": returned.lines.iter().map(line_view).collect::<Vec<_>>(),
        "requestedAt": returned.requested_at,
        "updatedAt": returned.updated_at,
    })
}

fn refund_view(refund: &OrderRefund) -> Value {
    json!({
        "id": refund.id,
        "status": refund.status,
        "amount": refund.amount,
        "reason": refund.reason,
        "createdAt": refund.created_at,
        "updatedAt": refund.updated_at,
    })
}

fn payment_view(payment: &Payment) -> Value {
    json!({
        "id": payment.id,
        "status": payment.status,
        "method": payment.method,
        "captureMethod": payment.capture_method,
        "attempt": payment.attempt,
        "amount": payment.amount,
        "captured": payment.captured,
        "refunded": payment.refunded,
        "failure": payment.failure,
        "nextAction": payment.next_action,
        "dispute": payment.dispute,
        "createdAt": payment.created_at,
        "updatedAt": payment.updated_at,
    })
}

fn email_view(mail: &Email) -> Value {
    json!({
        "id": mail.id,
        "to": mail.to,
        "subject": mail.subject,
        "at": mail.at,
    })
}
