//! `payments-execute-refund`: a refund that another service reserved on a payment is carried out, once.

use domain::payment::RefundStatus;
use domain::{PaymentId, RefundId};
use store::payments::{Payments, Refund};

use crate::shop::Shop;

/// Reserves all that is left of a payment as another service does, in a transaction of its own.
async fn reserve(shop: &Shop, payment: &str) -> RefundId {
    let payments: Payments<Refund> = shop.handle().await;
    let stamp = shop.store.stamp();
    let id = PaymentId::parse(payment).expect("an id");
    let known = payments.get_now(id).await.expect("a payment");
    let refund = RefundId::new(stamp.now, stamp.entropy.as_ref());
    let reserved = known.reserve_refund(refund, None, None, stamp.now);
    let mut tx = payments.begin(&stamp);
    let reserved = reserved.expect("something is left");
    payments
        .want_refund(&mut tx, &reserved, refund)
        .expect("staged");
    tx.commit().await.expect("committed");
    refund
}

#[tokio::test(start_paused = true)]
async fn a_reserved_refund_is_carried_out_and_told() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    let refund = reserve(&shop, &payment).await;
    shop.settle().await;
    let known = shop.payment(&payment).await;
    assert_eq!(known["refunds"][0]["id"], refund.to_string());
    assert_eq!(known["refunds"][0]["status"], "succeeded");
    assert_eq!(shop.order(&order).await["paymentStatus"], "refunded");
    let events = shop.events().await;
    let told = events
        .iter()
        .find(|event| event["type"] == "PaymentRefunded");
    let told = &told.expect("it is told")["data"]["refunds"][0];
    assert_eq!(told["status"], RefundStatus::Succeeded.as_str());
    // Once more changes nothing.
    let wish = events
        .iter()
        .find(|event| event["type"] == "RefundRequested");
    let wish = wish.expect("a wish").to_string();
    shop.inject("payments-execute-refund", &wish).await;
    shop.settle().await;
    assert_eq!(shop.books_of(&order).await[0]["refunded"], 2000);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_message_is_lost_is_carried_out_by_the_sweeper() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    reserve(&shop, &payment).await;
    shop.store.pump_streams().await;
    shop.store.lose_messages("payments-execute-refund").await;
    shop.wait(120).await;
    assert_eq!(shop.books_of(&order).await[0]["refunded"], 2000);
    assert_eq!(shop.order(&order).await["paymentStatus"], "refunded");
}
