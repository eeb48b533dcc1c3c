//! `payments-reconcile-payment`: the provider's news are asked for, never believed.

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn a_report_of_a_settled_payment_changes_nothing() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let paid = customer.pay(&placed.text("/data/id"), "pm_test_ok").await;
    shop.settle().await;
    let path = format!("/api/v1/payments/{}", paid.text("/data/id"));
    let before = customer.get(&path).await;
    shop.report_payment(&paid.text("/data/id")).await;
    shop.settle().await;
    assert_eq!(
        customer.get(&path).await.json()["data"],
        before.json()["data"]
    );
    assert_eq!(shop.dead_letters().await, 0);
}
