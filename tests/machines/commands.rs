//! What people, and the shop on its own, want done with payments: followed in the states that allow it,
//! and refused in every other.

use domain::payment::{Command, PaymentState};
use serde_json::{Value, json};

use super::Desk;
use crate::faults::{Death, Silence};
use crate::shop::{Answer, Shop};

/// A payment and its order.
struct Paid {
    payment: String,
    order: String,
}

async fn pay(desk: &Desk<'_>, order: &str, method: &str, when: &str) -> Answer {
    let body = json!({"orderId": order, "paymentMethod": method, "captureMethod": when});
    let ask = desk.staff.ask("POST", "/api/v1/payments");
    let ask = ask.header("idempotency-key", &desk.shop.key());
    ask.json(&body).send().await
}

/// A payment that stands there.
async fn at(desk: &Desk<'_>, state: PaymentState) -> Paid {
    let order = desk.place(&json!({})).await;
    let (method, when) = match state {
        PaymentState::Processing | PaymentState::Unknown | PaymentState::Captured => {
            ("pm_test_ok", "automatic")
        }
        PaymentState::RequiresAction | PaymentState::Voided => {
            ("pm_test_requires_action", "automatic")
        }
        PaymentState::Authorized | PaymentState::PartiallyCaptured => ("pm_test_ok", "manual"),
        PaymentState::Failed => ("pm_test_declined", "automatic"),
    };
    desk.shop.store.set_faults(match state {
        PaymentState::Processing => Death::of("payments-create-payment"),
        PaymentState::Unknown => Silence::towards("payments-create-payment"),
        _ => None,
    });
    pay(desk, &order, method, when).await;
    desk.shop.store.set_faults(None);
    let payment = latest(desk.shop, &order);
    let next = match state {
        PaymentState::PartiallyCaptured => {
            let part = json!({"amount": {"amount": 500, "currency": "EUR"}});
            Some(desk.staff.to_payment(&payment, "captures", &part).await)
        }
        PaymentState::Voided => Some(wanted(desk, &payment, Command::Void).await),
        _ => None,
    };
    assert!(next.is_none_or(|next| next.status == 201), "{state}");
    desk.shop.settle().await;
    let seen = seen(desk, &payment).await;
    assert_eq!(seen["status"], state.as_str());
    Paid { payment, order }
}

/// The payment of an order, as the database has it: whoever died has told nobody its id.
fn latest(shop: &Shop, order: &str) -> String {
    let table = shop.store.naming().table(&store::tables::PAYMENTS);
    let kept = shop.store.cloud().scan(&table).expect("the table");
    let payment = kept
        .iter()
        .find(|item| item["kind"] == "payment" && item["order"] == order);
    let id = payment.expect("a payment")["id"].as_str();
    id.expect("an id").to_owned()
}

async fn seen(desk: &Desk<'_>, payment: &str) -> Value {
    desk.seen(&format!("/api/v1/payments/{payment}")).await
}

/// Has a command followed, by the route that takes it.
async fn wanted(desk: &Desk<'_>, payment: &str, command: Command) -> Answer {
    match command {
        Command::Capture => desk.staff.to_payment(payment, "captures", &json!({})).await,
        Command::Refund => {
            let why = json!({"reason": "a scratch"});
            desk.staff.to_payment(payment, "refunds", &why).await
        }
        Command::Void => {
            let path = format!("/api/v1/payments/{payment}/voids");
            desk.staff.ask("POST", &path).send().await
        }
        Command::Release => panic!("no route lets go of a part"),
    }
}

/// What a payment says of itself once a command was followed.
fn is_done(command: Command, from: PaymentState, seen: &Value) {
    let amount = |name: &str| seen[name]["amount"].as_i64();
    match command {
        Command::Capture => {
            assert_eq!(seen["status"], "captured");
            assert_eq!(amount("captured"), Some(2000));
        }
        Command::Void => assert_eq!(seen["status"], "voided"),
        Command::Refund => {
            assert_eq!(seen["status"], from.as_str());
            assert_eq!(amount("refunded"), amount("captured"));
        }
        Command::Release => assert_eq!(amount("capturable"), Some(0)),
    }
}

#[tokio::test(start_paused = true)]
async fn every_command_is_followed_where_it_can_be_and_refused_everywhere_else() {
    let shop = Shop::open().await;
    let desk = Desk::at(&shop).await;
    for command in [Command::Capture, Command::Void, Command::Refund] {
        for from in PaymentState::ALL {
            let Paid { payment, .. } = at(&desk, *from).await;
            let before = seen(&desk, &payment).await;
            let answer = wanted(&desk, &payment, command).await;
            if from.allows(command) {
                assert_eq!(answer.status, 201, "{command} of {from}: {answer:?}");
                is_done(command, *from, &seen(&desk, &payment).await);
                continue;
            }
            assert_eq!(answer.status, 409, "{command} of {from}: {answer:?}");
            assert_eq!(answer.code(), "invalid_state");
            let states = command.states();
            let detail = json!([{"from": from, "allowed": states}]);
            assert_eq!(answer.json()["details"], detail);
            let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
            let reason = format!(
                "status: the payment is {from}, and can be {} while it is {}",
                command.done(),
                words.join(" or ")
            );
            assert_eq!(answer.errors(), [reason]);
            assert_eq!(seen(&desk, &payment).await, before);
        }
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}

/// Where a payment ends whose order came to nothing.
fn end(from: PaymentState) -> PaymentState {
    match from {
        PaymentState::Processing
        | PaymentState::Unknown
        | PaymentState::RequiresAction
        | PaymentState::Authorized
        | PaymentState::Voided => PaymentState::Voided,
        // The rest is let go of, and what was taken is given back.
        PaymentState::PartiallyCaptured => PaymentState::PartiallyCaptured,
        PaymentState::Captured => PaymentState::Captured,
        PaymentState::Failed => PaymentState::Failed,
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_comes_to_nothing_leaves_nothing_set_aside_and_nothing_taken() {
    let shop = Shop::open().await;
    let desk = Desk::at(&shop).await;
    for from in PaymentState::ALL {
        let Paid { payment, order } = at(&desk, *from).await;
        let before = seen(&desk, &payment).await;
        let left = before["capturable"]["amount"] != 0;
        let let_go = from.allows(Command::Release) || *from == PaymentState::Authorized;
        assert_eq!(left, let_go, "{from}");
        assert_eq!(desk.cancel(&order).await.status, 201, "{from}");
        shop.settle().await;
        // What is open is asked for until it is known.
        shop.wait(180).await;
        shop.wait(180).await;
        let after = seen(&desk, &payment).await;
        assert_eq!(after["status"], end(*from).as_str(), "{from}");
        is_done(Command::Release, *from, &after);
        assert_eq!(after["refunded"], after["captured"], "{from}");
        for charge in shop.books_of(&order).await {
            assert_eq!(charge["captured"], charge["refunded"], "{from}");
        }
    }
    assert_eq!(shop.dead_letters().await, 0);
}
