//! `orders-settle-payment`: orders move on when their payments do.

use serde_json::json;

use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_twice_or_late_changes_nothing() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = customer.order(&body).await;
    shop.settle().await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let confirmed = customer.get(&path).await;
    assert_eq!(confirmed.text("/data/status"), "confirmed");
    // Every event that was ever sent comes once more, the last first.
    let mut events = shop.events().await;
    events.reverse();
    for event in events {
        for queue in shop.queues_of(&event) {
            shop.inject(&queue, &event.to_string()).await;
        }
    }
    shop.settle().await;
    assert_eq!(
        customer.get(&path).await.json()["data"],
        confirmed.json()["data"]
    );
    assert_eq!(shop.available("MUG").await, 4);
    let confirmations = shop.mail_to("customer@example.com").await;
    let about = |mail: &&serde_json::Value| {
        mail["subject"]
            .as_str()
            .is_some_and(|subject| subject.contains(&placed.text("/data/number")))
    };
    assert_eq!(confirmations.iter().filter(about).count(), 1);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn news_of_before_money_was_taken_in_parts_are_still_understood() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let id = placed.text("/data/id");
    let payment = "019bc0b1-4de8-7000-8000-0000004000ff";
    let event = |topic: &str, refunded: i64| {
        json!({
            "id": "0190a0b0-0000-7000-8000-00000000000e",
            "type": topic,
            "version": 1,
            "occurredAt": "2026-01-01T00:00:00.000Z",
            "aggregate": format!("payment/{payment}"),
            "sequence": 2,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": {
                "paymentId": payment,
                "orderId": id,
                "amount": {"amount": 1000, "currency": "EUR"},
                "refunded": {"amount": refunded, "currency": "EUR"},
                "decline": null,
                "byServer": false,
            },
        })
        .to_string()
    };
    // The refund overtakes its payment, and tells of both.
    let told = [event("PaymentRefunded", 400), event("PaymentSucceeded", 0)];
    for event in told {
        shop.inject("orders-settle-payment", &event).await;
        shop.settle().await;
    }
    let order = shop.order(&id).await;
    assert_eq!(order["status"], "confirmed");
    assert_eq!(order["paymentStatus"], "partiallyRefunded");
    assert_eq!(order["totals"]["captured"]["amount"], 1000);
    assert_eq!(order["totals"]["refunded"]["amount"], 400);
    assert_eq!(shop.dead_letters().await, 0);
}
