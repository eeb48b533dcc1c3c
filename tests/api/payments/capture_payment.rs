//! `POST /payments/{id}/captures`.

use serde_json::json;

use crate::faults::CutOff;
use crate::shop::Shop;

fn euros(cents: i64) -> serde_json::Value {
    json!({"amount": {"amount": cents, "currency": "EUR"}})
}

#[tokio::test(start_paused = true)]
async fn money_that_is_set_aside_is_taken_in_parts() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let part = admin.to_payment(&payment, "captures", &euros(500)).await;
    assert_eq!(part.status, 201, "{part:?}");
    assert_eq!(part.text("/data/status"), "partiallyCaptured");
    assert_eq!(part.json()["data"]["captured"]["amount"], 500);
    assert_eq!(part.json()["data"]["capturable"]["amount"], 1500);
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "partiallyCaptured");
    assert_eq!(read["totals"]["captured"]["amount"], 500);
    let rest = admin.to_payment(&payment, "captures", &json!({})).await;
    assert_eq!(rest.text("/data/status"), "captured", "{rest:?}");
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "captured");
    assert_eq!(read["totals"]["captured"]["amount"], 2000);
    let books = shop.books_of(&order).await;
    assert_eq!((&books[0]["captured"], books.len()), (&json!(2000), 1));
    let again = admin.to_payment(&payment, "captures", &json!({})).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(again.text("/details/0/from"), "captured");
}

#[tokio::test(start_paused = true)]
async fn more_than_is_left_or_nothing_or_another_currency_is_refused() {
    let shop = Shop::open().await;
    let (_, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let yen = json!({"amount": {"amount": 5, "currency": "JPY"}});
    for wrong in [euros(2001), euros(0), euros(-1), yen] {
        let refused = admin.to_payment(&payment, "captures", &wrong).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.errors()[0].starts_with("amount: "), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_takes_nothing_more() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/payments/{payment}/captures");
    let mut told = Vec::new();
    for replayed in [None, Some("true"), Some("true")] {
        let ask = admin.ask("POST", &path).header("idempotency-key", "mine");
        let answer = ask.json(&euros(500)).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.header("idempotency-replayed"), replayed);
        told.push(answer.json()["data"].clone());
        // What the payment becomes afterwards changes nothing about what this request did.
        let more = admin.to_payment(&payment, "captures", &euros(100)).await;
        assert_eq!(more.status, 201, "{more:?}");
    }
    assert!(told.iter().all(|it| *it == told[0]), "{told:?}");
    assert_eq!(shop.books_of(&order).await[0]["captured"], 800);
}

#[tokio::test(start_paused = true)]
async fn twenty_at_once_never_take_more_than_is_set_aside() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let body = euros(300);
    let asks = (0..20).map(|_| admin.to_payment(&payment, "captures", &body));
    let answers = shop.all(asks).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(taken > 0, "{answers:?}");
    shop.wait(120).await;
    let captured = shop.books_of(&order).await[0]["captured"].clone();
    assert_eq!(captured, json!(300 * taken));
    assert_eq!(shop.payment(&payment).await["captured"]["amount"], captured);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_up_and_taken_once() {
    let shop = Shop::open().await;
    let (order, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    for (cut_off, taken) in [
        (CutOff::after_asking("payments-capture-payment"), 500),
        (CutOff::before_asking("payments-capture-payment"), 1000),
    ] {
        shop.store.set_faults(cut_off);
        let lost = admin.to_payment(&payment, "captures", &euros(500)).await;
        shop.store.set_faults(None);
        assert_eq!(lost.status, 201, "{lost:?}");
        assert_eq!(lost.text("/data/underWay"), "capture");
        let meanwhile = admin.to_payment(&payment, "captures", &euros(1)).await;
        assert_eq!(
            (meanwhile.status, meanwhile.code().as_str()),
            (409, "conflict")
        );
        shop.wait(120).await;
        assert_eq!(shop.payment(&payment).await["captured"]["amount"], taken);
        assert_eq!(shop.books_of(&order).await[0]["captured"], taken);
        assert_eq!(
            shop.order(&order).await["totals"]["captured"]["amount"],
            taken
        );
    }
}
