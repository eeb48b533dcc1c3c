//! `payments-reverse-order`: what was charged for nothing is given back.

use serde_json::json;

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn a_payment_that_crosses_a_cancellation_is_given_back() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    let id = placed.text("/data/id");
    // Both happen before anything of either is heard elsewhere.
    assert_eq!(customer.pay(&id, "pm_test_ok").await.status, 201);
    let cancel = format!("/api/v1/orders/{id}/cancellations");
    assert_eq!(customer.post(&cancel, &json!({})).await.status, 201);
    shop.settle().await;
    let order = customer.get(&format!("/api/v1/orders/{id}")).await;
    assert_eq!(order.text("/data/status"), "cancelled");
    assert_eq!(shop.available("MUG").await, 5);
    let books = shop.books_of(&id).await;
    assert_eq!(books.len(), 1);
    assert_eq!(
        (&books[0]["captured"], &books[0]["refunded"]),
        (&json!(2000), &json!(2000))
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_for_a_cancelled_order_is_let_go() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    cancel(&shop, &order).await;
    assert_eq!(shop.payment(&payment).await["status"], "voided");
    assert_eq!(shop.order(&order).await["paymentStatus"], "voided");
    assert_eq!(shop.books_of(&order).await[0]["status"], "voided");
    assert_eq!(shop.available("MUG").await, 50);
}

#[tokio::test(start_paused = true)]
async fn of_what_is_taken_in_part_that_part_goes_back_and_the_rest_is_let_go() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let part = json!({"amount": {"amount": 500, "currency": "EUR"}});
    let admin = shop.admin().await;
    let taken = admin.to_payment(&payment, "captures", &part).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    cancel(&shop, &order).await;
    let known = shop.payment(&payment).await;
    assert_eq!(known["refunded"]["amount"], 500, "{known:#}");
    assert_eq!(known["capturable"]["amount"], 0);
    let books = shop.books_of(&order).await;
    assert_eq!(
        (&books[0]["captured"], &books[0]["refunded"]),
        (&json!(500), &json!(500))
    );
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "refunded");
    let late = admin.to_payment(&payment, "captures", &json!({})).await;
    assert_eq!(late.status, 422, "{late:?}");
}

async fn cancel(shop: &Shop, order: &str) {
    let path = format!("/api/v1/orders/{order}/cancellations");
    let cancelled = shop.admin().await.post(&path, &json!({})).await;
    assert_eq!(cancelled.status, 201, "{cancelled:?}");
    shop.settle().await;
}
