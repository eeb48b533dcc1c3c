//! `POST /payments/{id}/refunds`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::faults::{Conflicts, CutOff};
use crate::shop::Shop;

fn refund(cents: i64) -> Value {
    json!({"amount": {"amount": cents, "currency": "EUR"}, "reason": "a scratch"})
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_is_given_back_in_parts() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    let admin = shop.admin().await;
    let part = admin.to_payment(&payment, "refunds", &refund(500)).await;
    assert_json_snapshot!(part.snapshot());
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "partiallyRefunded");
    assert_eq!(read["totals"]["refunded"]["amount"], 500);
    let all = json!({"reason": "all of it"});
    let rest = admin.to_payment(&payment, "refunds", &all).await;
    assert_eq!(rest.json()["data"]["amount"]["amount"], 1500, "{rest:?}");
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "refunded");
    let known = shop.payment(&payment).await;
    assert_eq!(known["refunds"].as_array().map(Vec::len), Some(2));
    assert_eq!(known["refunded"]["amount"], 2000);
    assert_eq!(shop.books_of(&order).await[0]["refunded"], 2000);
    let over = admin.to_payment(&payment, "refunds", &all).await;
    assert_eq!(over.status, 422);
    assert_eq!(over.errors(), ["amount: nothing is left"]);
}

#[tokio::test(start_paused = true)]
async fn wrong_amounts_states_and_people_are_refused() {
    let shop = Shop::open().await;
    let (_, payment) = shop.paid().await;
    let admin = shop.admin().await;
    let yen = json!({"amount": {"amount": 5, "currency": "JPY"}, "reason": "a scratch"});
    for wrong in [refund(2001), refund(0), refund(-1), yen] {
        let refused = admin.to_payment(&payment, "refunds", &wrong).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.errors()[0].starts_with("amount: "), "{refused:?}");
    }
    let path = format!("/api/v1/payments/{payment}/refunds");
    let keyless = admin.post(&path, &refund(1)).await;
    assert_eq!(keyless.status, 400);
    let customer = shop.customer().await;
    let forbidden = customer.to_payment(&payment, "refunds", &refund(1)).await;
    assert_eq!(forbidden.status, 403);
    let nowhere = "0190a0b0-0000-7000-8000-000000000000";
    let unknown = admin.to_payment(nowhere, "refunds", &refund(1)).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_given_back_of_what_is_only_set_aside() {
    let shop = Shop::open().await;
    let (_, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let refused = admin.to_payment(&payment, "refunds", &refund(1)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(
        refused.errors(),
        [
            "status: the payment is authorized, and can be refunded while it is partiallyCaptured or captured"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn fifty_at_once_never_give_back_more_than_was_taken() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    let admin = shop.admin().await;
    let body = refund(200);
    let asks = (0..50).map(|_| admin.to_payment(&payment, "refunds", &body));
    let answers = shop.all(asks).await;
    for answer in &answers {
        let over = answer.status == 422 && answer.errors()[0].starts_with("amount: ");
        let busy = answer.status == 409 && answer.code() == "conflict";
        assert!(answer.status == 201 || over || busy, "{answer:?}");
    }
    shop.wait(120).await;
    shop.wait(120).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!((1..=10).contains(&made), "{made}");
    let known = shop.payment(&payment).await;
    assert_eq!(known["refunded"]["amount"], json!(200 * made));
    assert_eq!(
        shop.books_of(&order).await[0]["refunded"],
        json!(200 * made)
    );
    let read = shop.order(&order).await;
    assert_eq!(read["totals"]["refunded"]["amount"], json!(200 * made));
}

#[tokio::test(start_paused = true)]
async fn fifty_at_once_with_conflicts_never_give_back_more_than_was_taken() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    let admin = shop.admin().await;
    let body = refund(200);
    shop.store.set_faults(Conflicts::every(5));
    let asks = (0..50).map(|_| admin.to_payment(&payment, "refunds", &body));
    let answers = shop.all(asks).await;
    shop.store.set_faults(None);
    for answer in &answers {
        assert!(matches!(answer.status, 201 | 409 | 422 | 503), "{answer:?}");
    }
    for _ in 0..3 {
        shop.wait(180).await;
    }
    let known = shop.payment(&payment).await;
    let refunds = known["refunds"].as_array().cloned().unwrap_or_default();
    assert!(!refunds.is_empty() && refunds.len() <= 10, "{known:#}");
    assert!(refunds.iter().all(|refund| refund["status"] == "succeeded"));
    let books = shop.books_of(&order).await;
    assert_eq!(books[0]["refunded"], known["refunded"]["amount"]);
    assert_eq!(books[0]["refunded"], json!(200 * refunds.len()));
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_leaves_it_pending_until_the_provider_has_said() {
    for cut_off in [CutOff::after_asking, CutOff::before_asking] {
        let shop = Shop::open().await;
        let (order, payment) = shop.paid().await;
        let admin = shop.admin().await;
        shop.store.set_faults(cut_off("payments-refund-payment"));
        let lost = admin.to_payment(&payment, "refunds", &refund(500)).await;
        shop.store.set_faults(None);
        assert_eq!(lost.status, 201, "{lost:?}");
        assert_eq!(lost.text("/data/status"), "pending");
        // It is spoken for all the same.
        let over = admin.to_payment(&payment, "refunds", &refund(1501)).await;
        assert_eq!(over.status, 422);
        shop.wait(120).await;
        let known = shop.payment(&payment).await;
        assert_eq!(known["refunds"][0]["status"], "succeeded");
        assert_eq!(shop.books_of(&order).await[0]["refunded"], 500);
        assert_eq!(
            shop.order(&order).await["totals"]["refunded"]["amount"],
            500
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_finds_out_what_became_of_the_first() {
    let shop = Shop::open().await;
    let (order, payment) = shop.paid().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/payments/{payment}/refunds");
    let ask = || {
        let ask = admin.ask("POST", &path).header("idempotency-key", "mine");
        ask.json(&refund(500)).send()
    };
    shop.store
        .set_faults(CutOff::before_asking("payments-refund-payment"));
    assert_eq!(ask().await.text("/data/status"), "pending");
    shop.store.set_faults(None);
    let again = ask().await;
    assert_eq!(again.text("/data/status"), "succeeded");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(shop.books_of(&order).await[0]["refunded"], 500);
}
