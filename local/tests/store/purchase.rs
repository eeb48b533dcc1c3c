//! A guest buys something, and everything that follows from it.

use std::collections::BTreeSet;

use local::Options;
use serde_json::json;

use crate::stage::{available, get, mail_to, open, order, read};

#[tokio::test(start_paused = true)]
async fn an_order_is_charged_confirmed_and_told_of() {
    let store = open(Options {
        instances: 2,
        ..Options::for_tests()
    })
    .await;
    let before = available(&store).await;
    let placed = order(&store, "one", 3, Some("pm_test_ok")).await;
    assert_eq!(placed["status"], "pendingPayment");
    assert_eq!(available(&store).await, before - 3);

    store.settle().await;
    let confirmed = read(&store, &placed).await;
    assert_eq!(confirmed["status"], "confirmed");
    assert_eq!(available(&store).await, before - 3);
    assert_eq!(mail_to(&store, "guest@example.com"), 1);

    let books = get(&store, "/_local/provider").await["data"].clone();
    assert_eq!(books.as_array().map(Vec::len), Some(1));
    assert_eq!(books[0]["orderId"], placed["id"]);
    assert_eq!(books[0]["captured"], placed["totals"]["total"]["amount"]);
    let events = get(&store, "/_local/events").await["data"].clone();
    // All of it happens in one moment of virtual time, which leaves no order to look at.
    let about: BTreeSet<&str> = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["data"]["orderId"] == placed["id"])
        .filter_map(|event| event["type"].as_str())
        .collect();
    let expected = ["OrderCreated", "PaymentSucceeded", "OrderConfirmed"];
    assert_eq!(about, BTreeSet::from(expected));
    assert_eq!(store.denials(), []);
}

#[tokio::test(start_paused = true)]
async fn a_customer_can_prove_who_they_are() {
    let store = open(Options::for_tests()).await;
    let placed = order(&store, "one", 1, Some("pm_test_requires_action")).await;
    store.settle().await;
    let waiting = read(&store, &placed).await;
    assert_eq!(waiting["paymentStatus"], "requiresAction");

    let payment = waiting["payments"][0]["id"].as_str().unwrap();
    let path = format!("/_local/payments/{payment}/authenticate");
    let success = json!({"outcome": "success"});
    let (status, charge) = crate::stage::post(&store, &path, &success).await;
    assert_eq!(
        (status, &charge["data"]["status"]),
        (200, &json!("captured"))
    );
    let (status, again) = crate::stage::post(&store, &path, &success).await;
    assert_eq!((status, &again["code"]), (409, &json!("invalid_state")));

    store.settle().await;
    assert_eq!(read(&store, &placed).await["status"], "confirmed");
}
