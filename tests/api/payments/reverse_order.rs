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
