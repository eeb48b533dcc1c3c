//! `inventory-receive-return`: what came back goes on the shelf or is written off.

use serde_json::json;

use crate::bought::{Bought, came};
use crate::shop::Shop;

const QUEUE: &str = "inventory-receive-return";

#[tokio::test(start_paused = true)]
async fn what_can_be_sold_again_comes_home_and_what_cannot_does_not() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    assert_eq!(bought.level("MUG").await, (17, 0, 17));
    let path = bought.returning("approved").await;
    let mugs = &bought.lines[0];
    let lines = json!([came(mugs, 2, "restock"), came(mugs, 1, "writeOff")]);
    let body = json!({"status": "received", "lines": lines});
    assert_eq!(bought.patch(&path, &body).await.status, 200);
    shop.settle().await;
    assert_eq!(bought.level("MUG").await, (19, 0, 19));
    let mut ledger = bought.ledger("MUG").await;
    ledger.sort();
    let entry = |kind: &str, delta| (kind.to_owned(), delta);
    assert_eq!(
        ledger,
        [
            entry("adjustment", 20),
            entry("return", 3),
            entry("sale", -3),
            entry("writeOff", -1),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_told_often_is_booked_once() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    bought.returning("received").await;
    shop.settle().await;
    for event in bought.events("ReturnReceived").await {
        for _ in 0..3 {
            shop.inject(QUEUE, &event.to_string()).await;
        }
    }
    shop.settle().await;
    assert_eq!(bought.level("MUG").await, (20, 0, 20));
    assert_eq!(bought.ledger("MUG").await.len(), 3);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_nothing_moves_nothing() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    bought.returning("received").await;
    shop.settle().await;
    let mut event = bought.events("ReturnReceived").await.remove(0);
    event["data"]["receipt"] = json!(7);
    shop.inject(QUEUE, &event.to_string()).await;
    shop.settle().await;
    assert_eq!(bought.level("MUG").await, (20, 0, 20));
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_nobody_heard_of_is_found() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    shop.settle().await;
    bought.returning("received").await;
    shop.store.pump_streams().await;
    shop.store.lose_messages(QUEUE).await;
    shop.settle().await;
    assert_eq!(bought.level("MUG").await, (17, 0, 17));
    shop.wait(3 * 60).await;
    assert_eq!(bought.level("MUG").await, (20, 0, 20));
    // And only once.
    shop.wait(10 * 60).await;
    assert_eq!(bought.ledger("MUG").await.len(), 3);
}
