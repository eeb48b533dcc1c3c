//! `payments-charge-order`: every test method of the provider, charged by the server.

use serde_json::json;

use crate::shop::{Answer, Shop, basket, with};

/// Places an order that the server charges, lets it settle, and reads it.
async fn charged(shop: &Shop, method: &str) -> (String, Answer) {
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let body = with(basket(&[("MUG", 2)]), &json!({"paymentMethod": method}));
    let placed = customer.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    shop.settle().await;
    let id = placed.text("/data/id");
    let read = customer.get(&format!("/api/v1/orders/{id}")).await;
    (id, read)
}

#[tokio::test(start_paused = true)]
async fn a_good_method_confirms_the_order() {
    let shop = Shop::open().await;
    let (id, order) = charged(&shop, "pm_test_ok").await;
    assert_eq!(order.text("/data/status"), "confirmed");
    assert_eq!(order.json()["data"]["totals"]["captured"]["amount"], 2000);
    assert_eq!(shop.books_of(&id).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_declined_charge_cancels_the_order_and_gives_its_stock_back() {
    for method in ["pm_test_declined", "pm_test_insufficient_funds"] {
        let shop = Shop::open().await;
        let (id, order) = charged(&shop, method).await;
        assert_eq!(order.text("/data/status"), "cancelled", "{method}");
        assert_eq!(order.text("/data/paymentStatus"), "failed");
        assert_eq!(shop.available("MUG").await, 5);
        assert_eq!(shop.books_of(&id).await[0]["captured"], 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_charged_exactly_once() {
    let shop = Shop::open().await;
    let (id, order) = charged(&shop, "pm_test_timeout").await;
    assert_eq!(order.text("/data/status"), "confirmed");
    let books = shop.books_of(&id).await;
    assert_eq!(books.len(), 1);
    assert_eq!(books[0]["captured"], 2000);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_called_again() {
    let shop = Shop::open().await;
    let (id, order) = charged(&shop, "pm_test_unavailable").await;
    assert_eq!(order.text("/data/status"), "confirmed");
    let books = shop.books_of(&id).await;
    assert_eq!(books.len(), 1);
    assert_eq!(
        (&books[0]["captured"], &books[0]["calls"]),
        (&json!(2000), &json!(4))
    );
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_needs_its_customer_fails_when_they_do() {
    let shop = Shop::open().await;
    let (id, order) = charged(&shop, "pm_test_requires_action").await;
    assert_eq!(order.text("/data/status"), "pendingPayment");
    assert_eq!(order.text("/data/paymentStatus"), "requiresAction");
    let payment = order.text("/data/payments/0/id");
    let path = format!("/_local/payments/{payment}/authenticate");
    let failed = shop
        .anybody()
        .post(&path, &json!({"outcome": "failure"}))
        .await;
    assert_eq!(failed.status, 200, "{failed:?}");
    shop.settle().await;
    let customer = shop.customer().await;
    let order = customer.get(&format!("/api/v1/orders/{id}")).await;
    assert_eq!(order.text("/data/status"), "cancelled");
    assert_eq!(shop.available("MUG").await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_never_comes_back_lets_the_order_expire() {
    let shop = Shop::open().await;
    let (id, _) = charged(&shop, "pm_test_requires_action").await;
    shop.wait(16 * 60).await;
    let customer = shop.customer().await;
    let order = customer.get(&format!("/api/v1/orders/{id}")).await;
    assert_eq!(order.text("/data/status"), "expired");
    assert_eq!(shop.available("MUG").await, 5);
    assert_eq!(shop.books_of(&id).await[0]["status"], "voided");
}
