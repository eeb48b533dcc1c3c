//! `pricing-sweep-redemptions`: no message is the only copy of a duty.

use serde_json::json;

use super::{PROMOTIONS, coupon, made, uses};
use crate::shop::{Person, Shop, basket, with};

const QUEUE: &str = "pricing-release-coupon";

async fn shop_with_coupon() -> (Shop, String) {
    let shop = Shop::open().await;
    shop.stocked("MUG", 100).await;
    let limits = json!({"limits": {"uses": 5, "usesPerCustomer": 1}});
    let body = with(coupon("FEW"), &limits);
    let id = made(&shop.admin().await, PROMOTIONS, &body)
        .await
        .text("/data/id");
    (shop, id)
}

async fn order(person: &Person<'_>, method: Option<&str>) -> String {
    let more = json!({"couponCode": "FEW", "paymentMethod": method});
    let placed = person.order(&with(basket(&[("MUG", 1)]), &more)).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    placed.text("/data/id")
}

async fn cancel(person: &Person<'_>, order: &str) {
    let path = format!("/api/v1/orders/{order}/cancellations");
    assert_eq!(person.post(&path, &json!({})).await.status, 201);
}

/// Lets everything come to its end but what pricing is told, which is lost.
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

#[tokio::test(start_paused = true)]
async fn a_cancellation_of_which_nothing_was_heard_is_found() {
    let (shop, id) = shop_with_coupon().await;
    let customer = shop.customer().await;
    let cancelled = order(&customer, None).await;
    cancel(&customer, &cancelled).await;
    settle_unheard(&shop).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    // While the news may still come, the use is left alone.
    shop.wait(16 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    shop.wait(2 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 0);
    // The buyer's own count too.
    order(&shop.customer().await, None).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_is_cancelled_long_after_it_was_paid_is_found_within_a_day() {
    let (shop, id) = shop_with_coupon().await;
    let customer = shop.customer().await;
    let paid = order(&customer, Some("pm_test_ok")).await;
    shop.settle().await;
    shop.wait(30 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    let customer = shop.customer().await;
    cancel(&customer, &paid).await;
    settle_unheard(&shop).await;
    shop.wait(60 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    shop.wait(24 * 60 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_month_nobody_looks_any_more() {
    let (shop, id) = shop_with_coupon().await;
    order(&shop.customer().await, Some("pm_test_ok")).await;
    shop.settle().await;
    shop.wait(31 * 24 * 60 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    let table = shop.store.naming().table(&store::tables::PRICING);
    let kept = shop.store.cloud().scan(&table).expect("the pricing table");
    let redemptions: Vec<_> = kept
        .iter()
        .filter(|item| item["kind"] == "redemption")
        .collect();
    assert_eq!(redemptions.len(), 1);
    assert_eq!(redemptions[0]["state"], "kept");
    assert_eq!(redemptions[0].get("duePk"), None);
}
