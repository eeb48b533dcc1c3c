//! `POST /payments/{id}/voids`.

use serde_json::json;

use crate::faults::CutOff;
use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_is_let_go_and_the_order_is_cancelled() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    assert_eq!(shop.order(&order).await["status"], "confirmed");
    assert_eq!(shop.available("MUG").await, 48);
    let admin = shop.admin().await;
    let voided = admin.to_payment(&payment, "voids", &json!({})).await;
    assert_eq!(voided.status, 400, "it takes no body: {voided:?}");
    let path = format!("/api/v1/payments/{payment}/voids");
    let voided = admin.ask("POST", &path).send().await;
    assert_eq!(voided.status, 201, "{voided:?}");
    assert_eq!(voided.text("/data/status"), "voided");
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(
        (&read["status"], &read["paymentStatus"]),
        (&json!("cancelled"), &json!("voided"))
    );
    assert_eq!(shop.available("MUG").await, 50);
    assert_eq!(shop.books_of(&order).await[0]["status"], "voided");
    let again = admin.ask("POST", &path).send().await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(
        again.json()["details"][0]["allowed"],
        json!(["requiresAction", "authorized"])
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_cannot_be_given_up() {
    let shop = Shop::open().await;
    let (_, payment) = shop.paid().await;
    let path = format!("/api/v1/payments/{payment}/voids");
    let refused = shop.admin().await.ask("POST", &path).send().await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    let customer = shop.customer().await.ask("POST", &path).send().await;
    assert_eq!(customer.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_waits_for_its_customer_can_be_given_up() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let order = placed.text("/data/id");
    let waiting = customer.pay(&order, "pm_test_requires_action").await;
    let path = format!("/api/v1/payments/{}/voids", waiting.text("/data/id"));
    let voided = shop.admin().await.ask("POST", &path).send().await;
    assert_eq!(voided.text("/data/status"), "voided");
    // The order can still be paid.
    assert_eq!(customer.pay(&order, "pm_test_ok").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_up() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let path = format!("/api/v1/payments/{payment}/voids");
    shop.store
        .set_faults(CutOff::before_asking("payments-void-payment"));
    let lost = shop.admin().await.ask("POST", &path).send().await;
    shop.store.set_faults(None);
    assert_eq!(lost.status, 201, "{lost:?}");
    assert_eq!(lost.text("/data/underWay"), "void");
    shop.wait(120).await;
    assert_eq!(shop.payment(&payment).await["status"], "voided");
    assert_eq!(shop.order(&order).await["status"], "cancelled");
}
