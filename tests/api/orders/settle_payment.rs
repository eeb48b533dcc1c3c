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
