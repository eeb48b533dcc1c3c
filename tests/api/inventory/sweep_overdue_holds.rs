//! `inventory-sweep-overdue-holds`: no message is the only copy of a duty.

use serde_json::json;

use crate::shop::{Person, Shop, basket, with};

const QUEUE: &str = "inventory-settle-hold";

/// On hand and reserved.
async fn level(shop: &Shop) -> (i64, i64) {
    let admin = shop.admin().await;
    let level = admin.get("/api/v1/inventory/MUG").await.json();
    let units = |name: &str| level["data"][name].as_i64().expect("units");
    (units("onHand"), units("reserved"))
}

/// Lets everything come to its end but what inventory is told, which is lost.
async fn settle_unheard(shop: &Shop) {
    loop {
        let streams = shop.store.pump_streams().await;
        // A queue can be purged once a minute: only when there is something to lose.
        if shop.queue(QUEUE).await["visible"] != 0 {
            shop.store.lose_messages(QUEUE).await;
        }
        if streams + shop.store.pump_queues().await == 0 {
            return;
        }
    }
}

async fn status(customer: &Person<'_>, order: &str) -> String {
    let order = customer.get(&format!("/api/v1/orders/{order}")).await;
    order.text("/data/status")
}

#[tokio::test(start_paused = true)]
async fn a_sale_of_which_nothing_was_heard_is_found() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let body = with(
        basket(&[("MUG", 2)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let customer = shop.customer().await;
    let placed = customer.order(&body).await;
    settle_unheard(&shop).await;
    assert_eq!(
        status(&customer, &placed.text("/data/id")).await,
        "confirmed"
    );
    assert_eq!(level(&shop).await, (20, 2));
    // While the news may still come, the hold is left alone.
    shop.wait(16 * 60).await;
    assert_eq!(level(&shop).await, (20, 2));
    shop.wait(2 * 60).await;
    assert_eq!(level(&shop).await, (18, 0));
    shop.wait(10 * 60).await;
    assert_eq!(level(&shop).await, (18, 0));
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_of_which_nothing_was_heard_is_found() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    assert_eq!(customer.post(&path, &json!({})).await.status, 201);
    settle_unheard(&shop).await;
    assert_eq!(level(&shop).await, (20, 2));
    shop.wait(18 * 60).await;
    assert_eq!(level(&shop).await, (20, 0));
}

#[tokio::test(start_paused = true)]
async fn a_hold_whose_order_still_waits_is_put_off() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    // Both are overdue at once, and the hold is looked at before its order has expired.
    shop.store
        .advance(std::time::Duration::from_secs(20 * 60))
        .await;
    settle_unheard(&shop).await;
    let customer = shop.customer().await;
    assert_eq!(status(&customer, &placed.text("/data/id")).await, "expired");
    assert_eq!(level(&shop).await, (20, 2));
    shop.wait(4 * 60).await;
    assert_eq!(level(&shop).await, (20, 2));
    shop.wait(2 * 60).await;
    assert_eq!(level(&shop).await, (20, 0));
}

#[tokio::test(start_paused = true)]
async fn many_are_found_in_one_minute() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 100).await;
    let customer = shop.customer().await;
    for _ in 0..30 {
        let placed = customer.order(&basket(&[("MUG", 1)])).await;
        let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
        assert_eq!(customer.post(&path, &json!({})).await.status, 201);
    }
    settle_unheard(&shop).await;
    assert_eq!(level(&shop).await, (100, 30));
    shop.wait(18 * 60).await;
    assert_eq!(level(&shop).await, (100, 0));
}
