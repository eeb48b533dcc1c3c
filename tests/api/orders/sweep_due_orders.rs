//! `orders-sweep-due-orders`: what is overdue is driven on.

use serde_json::json;

use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn an_unpaid_order_expires_when_its_hold_ends() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let body = with(
        basket(&[("MUG", 2)]),
        &json!({"email": "guest@example.com"}),
    );
    let placed = shop.anybody().order(&body).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    shop.wait(14 * 60).await;
    assert_eq!(
        guest.get(&path).await.text("/data/status"),
        "pendingPayment"
    );
    assert_eq!(shop.available("MUG").await, 3);
    shop.wait(2 * 60).await;
    assert_eq!(guest.get(&path).await.text("/data/status"), "expired");
    assert_eq!(shop.available("MUG").await, 5);
    let late = guest.pay(&placed.text("/data/id"), "pm_test_ok").await;
    assert_eq!((late.status, late.code().as_str()), (409, "invalid_state"));
    assert!(shop.books_of(&placed.text("/data/id")).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_charge_whose_message_was_lost_is_asked_for_again() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = customer.order(&body).await;
    shop.store.pump_streams().await;
    shop.store.lose_messages("payments-charge-order").await;
    shop.settle().await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    assert_eq!(
        customer.get(&path).await.text("/data/status"),
        "pendingPayment"
    );
    shop.wait(3 * 60).await;
    assert_eq!(customer.get(&path).await.text("/data/status"), "confirmed");
    assert_eq!(shop.books_of(&placed.text("/data/id")).await.len(), 1);
}
