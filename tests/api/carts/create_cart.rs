//! `POST /carts`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn a_guest_gets_a_cart_that_its_id_opens() {
    let shop = Shop::open().await;
    let made = shop.anybody().post("/api/v1/carts", &json!({})).await;
    assert_json_snapshot!(made.snapshot());
    let path = made.header("location").unwrap_or_default().to_owned();
    assert_eq!(path, format!("/api/v1/carts/{}", made.text("/data/id")));
    assert_eq!(shop.anybody().get(&path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_customers_cart_is_theirs_alone() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let path = super::cart_of(&customer).await;
    assert_eq!(customer.get(&path).await.status, 200);
    let other = shop.newcomer("eve@example.com").await;
    for stranger in [&other, &shop.anybody(), &shop.admin().await] {
        assert_eq!(stranger.get(&path).await.status, 404);
        assert_eq!(stranger.delete(&path).await.status, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_makes_no_second_cart() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    for person in [&shop.anybody(), &customer] {
        let make = async || {
            let ask = person.ask("POST", "/api/v1/carts").json(&json!({}));
            ask.header("idempotency-key", "once").send().await
        };
        let (first, again) = (make().await, make().await);
        assert_eq!(first.text("/data/id"), again.text("/data/id"));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
    let mine = customer.get("/api/v1/carts").await;
    assert_eq!(mine.json()["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn it_may_have_another_currency() {
    let shop = Shop::open().await;
    let wanted = json!({"currency": "USD"});
    let made = shop.anybody().post("/api/v1/carts", &wanted).await;
    assert_eq!(made.text("/data/totals/total/currency"), "USD");
    let wrong = json!({"currency": "XXX"});
    let refused = shop.anybody().post("/api/v1/carts", &wrong).await;
    assert_eq!(refused.status, 422);
}
