//! `pricing-release-coupon`: what an order used that came to nothing is given back, once.

use serde_json::{Value, json};

use super::{PROMOTIONS, coupon, made, uses};
use crate::shop::{Answer, Person, Shop, basket, with};

const QUEUE: &str = "pricing-release-coupon";

/// A shop with mugs and a coupon of so many uses, and its id.
async fn shop_with(limits: Value) -> (Shop, String) {
    let shop = Shop::open().await;
    shop.stocked("MUG", 100).await;
    let body = with(coupon("FEW"), &json!({ "limits": limits }));
    let id = made(&shop.admin().await, PROMOTIONS, &body)
        .await
        .text("/data/id");
    (shop, id)
}

async fn order(person: &Person<'_>, more: &Value) -> Answer {
    let body = with(basket(&[("MUG", 1)]), &json!({"couponCode": "FEW"}));
    person.order(&with(body, more)).await
}

async fn cancel(person: &Person<'_>, order: &Answer) {
    let path = format!("/api/v1/orders/{}/cancellations", order.text("/data/id"));
    assert_eq!(person.post(&path, &json!({})).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_gives_its_use_back_however_often_it_is_told() {
    let (shop, id) = shop_with(json!({"uses": 3, "usesPerCustomer": 2})).await;
    let customer = shop.customer().await;
    let (first, second) = (
        order(&customer, &json!({})).await,
        order(&customer, &json!({})).await,
    );
    assert_eq!((first.status, second.status), (201, 201), "{first:?}");
    assert_eq!(order(&customer, &json!({})).await.code(), "coupon_used_up");
    assert_eq!(uses(&shop, &id).await, (2, 1));
    cancel(&customer, &first).await;
    shop.settle().await;
    assert_eq!(uses(&shop, &id).await, (1, 1));
    let mut events = shop.events().await;
    events.retain(|event| event["type"] == "OrderCancelled");
    assert_eq!(events.len(), 1);
    for _ in 0..3 {
        shop.inject(QUEUE, &events[0].to_string()).await;
    }
    shop.settle().await;
    assert_eq!(uses(&shop, &id).await, (1, 1));
    // The customer has one of two back, and no more.
    assert_eq!(order(&customer, &json!({})).await.status, 201);
    assert_eq!(order(&customer, &json!({})).await.status, 409);
}

#[tokio::test(start_paused = true)]
async fn what_expires_gives_its_use_back() {
    let (shop, id) = shop_with(json!({"uses": 1})).await;
    let guest = json!({"email": "guest@example.com"});
    assert_eq!(order(&shop.anybody(), &guest).await.status, 201);
    assert_eq!(uses(&shop, &id).await.0, 1);
    assert_eq!(order(&shop.customer().await, &json!({})).await.status, 409);
    shop.wait(16 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 0);
    assert_eq!(order(&shop.customer().await, &json!({})).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_keeps_its_use_until_it_is_cancelled_after_all() {
    let (shop, id) = shop_with(json!({"uses": 5})).await;
    let customer = shop.customer().await;
    let paid = order(&customer, &json!({"paymentMethod": "pm_test_ok"})).await;
    shop.settle().await;
    shop.wait(60 * 60).await;
    assert_eq!(uses(&shop, &id).await.0, 1);
    let customer = shop.customer().await;
    cancel(&customer, &paid).await;
    shop.settle().await;
    assert_eq!(uses(&shop, &id).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn what_came_to_nothing_without_a_coupon_or_after_its_end_is_no_fault() {
    let (shop, id) = shop_with(json!({"uses": 5, "usesPerCustomer": 1})).await;
    let customer = shop.customer().await;
    let plain = customer.order(&basket(&[("MUG", 1)])).await;
    let redeemed = order(&customer, &json!({})).await;
    assert_eq!(redeemed.status, 201, "{redeemed:?}");
    let path = format!("{PROMOTIONS}/{id}");
    assert_eq!(shop.admin().await.delete(&path).await.status, 204);
    cancel(&customer, &plain).await;
    cancel(&customer, &redeemed).await;
    shop.settle().await;
    assert_eq!(shop.dead_letters().await, 0);
    assert_eq!(shop.admin().await.get(&path).await.status, 404);
}
