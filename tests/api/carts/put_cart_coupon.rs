//! `PUT /carts/{id}/coupon`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{cart_of, put};
use crate::shop::Shop;

/// A promotion of ten percent for those who know its code.
async fn ten_percent(shop: &Shop, more: &Value) {
    let promotion = json!({
        "name": "Ten percent",
        "code": "TEN",
        "active": true,
        "combines": true,
        "effect": {"type": "percentOff", "ratePpm": 100_000},
    });
    let promotion = crate::shop::with(promotion, more);
    let admin = shop.admin().await;
    let made = admin.post("/api/v1/promotions", &promotion).await;
    assert_eq!(made.status, 201, "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn a_code_makes_it_cheaper() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    ten_percent(&shop, &json!({})).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    let path = format!("{cart}/coupon");
    let cheaper = guest.put(&path, &json!({"code": "ten"})).await;
    assert_json_snapshot!(cheaper.snapshot());
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_apply_is_refused_with_the_reason() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let least = json!({"minimum": [{"amount": 5_000, "currency": "EUR"}]});
    ten_percent(&shop, &least).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    let path = format!("{cart}/coupon");
    let unknown = guest.put(&path, &json!({"code": "NOTHING"})).await;
    assert_eq!(
        (unknown.status, unknown.errors()),
        (422, vec!["code: is not known".to_owned()])
    );
    let below = guest.put(&path, &json!({"code": "TEN"})).await;
    assert_eq!(below.errors(), ["code: is for goods of 50.00 EUR or more"]);
    // Once there is enough in it, the code is good.
    put(&guest, &cart, "MUG", 5).await;
    let good = guest.put(&path, &json!({"code": "TEN"})).await;
    assert_eq!(good.json()["data"]["coupon"]["applied"], true);
    // And when there is not any more, the cart says so.
    let less = put(&guest, &cart, "MUG", 1).await.json();
    let coupon = &less["data"]["coupon"];
    assert_eq!(coupon["applied"], false);
    assert_eq!(coupon["reason"], "is for goods of 50.00 EUR or more");
}
