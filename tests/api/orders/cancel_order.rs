//! `POST /orders/{id}/cancellations`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn a_cancelled_order_gives_its_stock_back() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let reason = json!({"reason": "changed my mind"});
    let cancelled = customer
        .post(&format!("{path}/cancellations"), &reason)
        .await;
    assert_json_snapshot!(cancelled.snapshot());
    shop.settle().await;
    assert_eq!(shop.available("MUG").await, 5);
    let order = customer.get(&path).await;
    assert_eq!(order.text("/data/status"), "cancelled");
    let again = customer
        .post(&format!("{path}/cancellations"), &reason)
        .await;
    assert_json_snapshot!(again.snapshot());
    // Nothing can be paid any more.
    let paid = customer.pay(&placed.text("/data/id"), "pm_test_ok").await;
    assert_eq!((paid.status, paid.code().as_str()), (409, "invalid_state"));
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_is_refunded_and_its_goods_come_home() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let paid = with(
        basket(&[("MUG", 2)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = customer.order(&paid).await;
    let id = placed.text("/data/id");
    shop.settle().await;
    let path = format!("/api/v1/orders/{id}");
    assert_eq!(customer.get(&path).await.text("/data/status"), "confirmed");
    let cancelled = customer
        .post(&format!("{path}/cancellations"), &json!({}))
        .await;
    assert_eq!(cancelled.status, 201, "{cancelled:?}");
    shop.settle().await;
    let order = customer.get(&path).await;
    assert_eq!(order.text("/data/status"), "cancelled");
    assert_eq!(order.text("/data/paymentStatus"), "refunded");
    assert_eq!(order.json()["data"]["totals"]["refunded"]["amount"], 2000);
    assert_eq!(shop.available("MUG").await, 5);
    let books = shop.books_of(&id).await;
    assert_eq!(books.len(), 1);
    assert_eq!(
        (&books[0]["captured"], &books[0]["refunded"]),
        (&json!(2000), &json!(2000))
    );
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_cancels_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    let asks = (0..10).map(|_| {
        customer
            .ask("POST", &path)
            .header("idempotency-key", "stop")
            .json(&json!({}))
            .send()
    });
    for answer in shop.all(asks).await {
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    shop.settle().await;
    assert_eq!(shop.available("MUG").await, 5);
}

#[tokio::test(start_paused = true)]
async fn only_its_customer_and_staff_may_cancel() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let placed = shop.customer().await.order(&basket(&[("MUG", 2)])).await;
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.post(&path, &json!({})).await.status, 404);
    assert_eq!(shop.anybody().post(&path, &json!({})).await.status, 401);
    assert_eq!(shop.admin().await.post(&path, &json!({})).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let tag = customer.get(&path).await;
    let tag = tag.header("etag").expect("a tag");
    let cancellations = format!("{path}/cancellations");
    let cancel = |tag| {
        let ask = customer.ask("POST", &cancellations).header("if-match", tag);
        ask.json(&json!({})).send()
    };
    let refused = cancel("\"999\"").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (412, "precondition_failed")
    );
    let order = customer.get(&path).await;
    assert_eq!(order.text("/data/status"), "pendingPayment");
    assert_eq!(cancel(tag).await.status, 201);
    let order = customer.get(&path).await;
    assert_eq!(order.text("/data/status"), "cancelled");
}
