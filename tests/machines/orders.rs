//! Orders as a whole: moved by their customers, their payments, their parcels and the clock.

use domain::machine::Machine;
use domain::order::OrderStatus;
use serde_json::{Value, json};

use super::{Desk, Watch, is_refused, nobody_knows, other};
use crate::shop::Shop;

pub(super) const WALKED: &str = OrderStatus::NAME;

/// Longer than stock is held for an order that is not paid.
const TOO_LONG_S: u64 = 16 * 60;

/// What moves an order.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Its customer pays.
    Pay,
    /// Somebody calls it off.
    CallOff,
    /// The shop's own charge is declined.
    Decline,
    /// The money that is set aside for it is let go of.
    LetGo,
    /// Nobody pays.
    Wait,
    /// All of it arrives.
    Deliver,
}

fn ways(from: OrderStatus, to: OrderStatus) -> &'static [Way] {
    use OrderStatus::{Cancelled, Completed, Confirmed, Expired, PendingPayment};
    match (from, to) {
        (PendingPayment, Confirmed) => &[Way::Pay],
        (PendingPayment, Cancelled) => &[Way::CallOff, Way::Decline],
        (PendingPayment, Expired) => &[Way::Wait],
        (Confirmed, Completed) => &[Way::Deliver],
        (Confirmed, Cancelled) => &[Way::CallOff, Way::LetGo],
        _ => nobody_knows(from, to),
    }
}

/// An order that stands there.
async fn at(desk: &Desk<'_>, status: OrderStatus) -> String {
    match status {
        OrderStatus::PendingPayment => desk.place(&json!({})).await,
        OrderStatus::Confirmed => desk.sell().await,
        OrderStatus::Completed => {
            let order = desk.sell().await;
            desk.deliver(&order).await;
            order
        }
        OrderStatus::Cancelled => {
            let order = desk.place(&json!({})).await;
            assert_eq!(desk.cancel(&order).await.status, 201);
            order
        }
        OrderStatus::Expired => {
            let order = desk.place(&json!({})).await;
            desk.shop.wait(TOO_LONG_S).await;
            order
        }
    }
}

/// An order that stands there, and can be moved in that way.
async fn ready(desk: &Desk<'_>, from: OrderStatus, way: Way) -> String {
    match way {
        Way::Decline => {
            desk.place(&json!({"paymentMethod": "pm_test_declined"}))
                .await
        }
        Way::LetGo => {
            let order = desk.place(&json!({})).await;
            let set_aside = pay(desk, &order, "manual").await;
            assert_eq!(set_aside.0, 201);
            desk.shop.settle().await;
            order
        }
        Way::Pay | Way::CallOff | Way::Wait | Way::Deliver => at(desk, from).await,
    }
}

/// The status and the code of an answer.
type Told = (u16, Value);

async fn pay(desk: &Desk<'_>, order: &str, when: &str) -> Told {
    let body = json!({"orderId": order, "paymentMethod": "pm_test_ok", "captureMethod": when});
    let ask = desk.staff.ask("POST", "/api/v1/payments");
    let ask = ask.header("idempotency-key", &desk.shop.key()).json(&body);
    let answer = ask.send().await;
    (answer.status, answer.json())
}

async fn go(desk: &Desk<'_>, order: &str, way: Way) {
    match way {
        Way::Pay => assert_eq!(pay(desk, order, "automatic").await.0, 201),
        Way::CallOff => assert_eq!(desk.cancel(order).await.status, 201),
        Way::Decline => {}
        Way::LetGo => {
            let payment = desk.order(order).await["payments"][0]["id"].clone();
            let id = payment.as_str().expect("an id");
            let path = format!("/api/v1/payments/{id}/voids");
            assert_eq!(desk.staff.ask("POST", &path).send().await.status, 201);
        }
        Way::Wait => desk.shop.wait(TOO_LONG_S).await,
        Way::Deliver => desk.deliver(order).await,
    }
    desk.shop.settle().await;
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_in_every_way() {
    let shop = Shop::open().await;
    let desk = Desk::at(&shop).await;
    for (from, to) in OrderStatus::MOVES {
        for way in ways(*from, *to) {
            let order = ready(&desk, *from, *way).await;
            let before = desk.order(&order).await;
            assert_eq!(before["status"], from.as_str(), "{way:?}");
            let watch = Watch::over(&shop);
            go(&desk, &order, *way).await;
            let after = desk.order(&order).await;
            assert_eq!(after["status"], to.as_str(), "{from}, {way:?}");
            watch.saw_one_that_leads_to(*to);
        }
    }
}

/// Asks for a move that there is none of, as those can who could make it.
async fn attempt(desk: &Desk<'_>, order: &str, from: OrderStatus, to: OrderStatus) {
    match to {
        OrderStatus::PendingPayment => {
            // That it was placed is told once more, and that the shop is to charge for it.
            let again = desk.told_as(order, "OrderCreated").await;
            desk.shop
                .inject("payments-charge-order", &again.to_string())
                .await;
        }
        OrderStatus::Confirmed => {
            let (status, body) = pay(desk, order, "automatic").await;
            assert_eq!(status, 409, "{from}: {body}");
            if matches!(from, OrderStatus::Cancelled | OrderStatus::Expired) {
                assert_eq!(body["code"], "invalid_state");
                let states = json!([{"from": from, "to": to}]);
                assert_eq!(body["details"], states);
                let reason = format!("orderId: the order is {from} and cannot be paid");
                assert_eq!(body["errors"], json!([reason]));
            } else {
                assert_eq!(body["code"], "order_already_paid");
            }
            hear(desk, order, "PaymentSucceeded", "captured").await;
        }
        OrderStatus::Completed => {
            let refused = desk.send(order, 1).await;
            assert_eq!(refused.status, 409, "{refused:?}");
            assert_eq!(refused.code(), "invalid_state");
            assert_eq!(refused.json()["details"][0]["from"], from.as_str());
            let reason = format!("status: the order is {from}; it must be confirmed for that");
            assert_eq!(refused.errors(), [reason]);
        }
        OrderStatus::Cancelled => {
            is_refused(&desk.cancel(order).await, from, to);
            hear(desk, order, "PaymentFailed", "failed").await;
        }
        OrderStatus::Expired => desk.shop.wait(TOO_LONG_S).await,
    }
    desk.shop.settle().await;
}

/// News of a payment come that the order never knew of, and that the shop made by itself.
async fn hear(desk: &Desk<'_>, order: &str, kind: &str, status: &str) {
    let mut news = desk.told_as(order, kind).await;
    let total = json!({"amount": 2000, "currency": "EUR"});
    news["data"] = json!({
        "paymentId": "0190a0b0-0000-7000-8000-00000000000f",
        "orderId": order,
        "status": status,
        "amount": total,
        "captured": total,
        "refunded": {"amount": 0, "currency": "EUR"},
        "decline": "card_declined",
        "byServer": true,
    });
    desk.shop
        .inject("orders-settle-payment", &news.to_string())
        .await;
}

#[tokio::test(start_paused = true)]
async fn no_other_move_is_made_by_anybody() {
    let shop = Shop::open().await;
    let desk = Desk::at(&shop).await;
    for from in OrderStatus::ALL {
        let order = at(&desk, *from).await;
        shop.settle().await;
        let before = desk.order(&order).await;
        assert_eq!(before["status"], from.as_str());
        for (_, to) in other().filter(|(other, _)| other == from) {
            attempt(&desk, &order, *from, to).await;
            assert_eq!(desk.order(&order).await, before, "{from} to {to}");
        }
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}
