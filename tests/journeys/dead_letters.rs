//! A poisoned message harms nobody but itself, is seen, and can be tried again.

use serde_json::json;

use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn a_poisoned_message_ends_among_the_dead_letters_alone() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let queue = "orders-settle-payment";
    for poison in ["not json", "{}", "{\"type\":\"OrderCreated\"}", "[1]"] {
        shop.inject(queue, poison).await;
    }
    // An event of a version that nobody knows yet.
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let customer = shop.customer().await;
    let placed = customer.order(&body).await;
    shop.settle().await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    assert_eq!(customer.get(&path).await.text("/data/status"), "confirmed");

    // Received as often as the queue allows, with its visibility timeout in between.
    for _ in 0..6 {
        shop.wait(6 * 60).await;
    }
    let seen = shop.queue(queue).await;
    assert_eq!(seen["deadLetters"], 4, "{seen}");
    assert_eq!(
        (&seen["visible"], &seen["inFlight"]),
        (&json!(0), &json!(0))
    );

    let redriven = shop
        .anybody()
        .post(&format!("/_local/queues/{queue}/redrive"), &json!({}))
        .await;
    assert!(redriven.status < 300, "{redriven:?}");
    let seen = shop.queue(queue).await;
    assert_eq!(seen["deadLetters"], 0, "{seen}");
    // They are as poisoned as before, and come back.
    for _ in 0..6 {
        shop.wait(6 * 60).await;
    }
    assert_eq!(shop.queue(queue).await["deadLetters"], 4);
}
