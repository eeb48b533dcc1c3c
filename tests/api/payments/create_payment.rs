//! `POST /payments`.

use insta::assert_json_snapshot;
use local::Options;
use serde_json::json;

use crate::shop::{Person, Shop, basket, with};

async fn unpaid(shop: &Shop, customer: &Person<'_>) -> String {
    shop.stocked("MUG", 50).await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    placed.text("/data/id")
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_captured_at_once_and_confirms_the_order() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let paid = customer.pay(&order, "pm_test_ok").await;
    assert_json_snapshot!(paid.snapshot());
    shop.settle().await;
    let read = customer.get(&format!("/api/v1/orders/{order}")).await;
    assert_eq!(read.text("/data/status"), "confirmed");
    assert_eq!(read.text("/data/paymentStatus"), "captured");
    let again = customer.pay(&order, "pm_test_ok").await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "order_already_paid")
    );
    assert_eq!(shop.books_of(&order).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_declined_payment_leaves_the_order_payable() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let declined = customer.pay(&order, "pm_test_insufficient_funds").await;
    assert_eq!(declined.status, 422);
    assert_eq!(declined.code(), "payment_declined");
    assert_eq!(declined.text("/details/0/reason"), "insufficient_funds");
    shop.settle().await;
    let path = format!("/api/v1/orders/{order}");
    assert_eq!(
        customer.get(&path).await.text("/data/status"),
        "pendingPayment"
    );
    assert_eq!(customer.pay(&order, "pm_test_ok").await.status, 201);
    shop.settle().await;
    assert_eq!(customer.get(&path).await.text("/data/status"), "confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_decline_is_remembered_as_an_outcome() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let ask = || {
        customer
            .ask("POST", "/api/v1/payments")
            .header("idempotency-key", "mine")
            .json(&json!({"orderId": order, "paymentMethod": "pm_test_declined"}))
            .send()
    };
    let first = ask().await;
    let again = ask().await;
    assert_eq!((first.status, again.status), (422, 422));
    assert_eq!(first.json()["details"], again.json()["details"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(shop.books_of(&order).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_up_and_charged_once() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let paid = customer.pay(&order, "pm_test_timeout").await;
    assert_eq!(paid.status, 201, "{paid:?}");
    assert_eq!(paid.text("/data/status"), "captured");
    let books = shop.books_of(&order).await;
    assert_eq!(books.len(), 1);
    assert_eq!(books[0]["captured"], 2000);
}

#[tokio::test(start_paused = true)]
async fn thirty_at_once_with_one_key_charge_once() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let asks = (0..30).map(|_| {
        customer
            .ask("POST", "/api/v1/payments")
            .header("idempotency-key", "mine")
            .json(&json!({"orderId": order, "paymentMethod": "pm_test_ok"}))
            .send()
    });
    for answer in shop.all(asks).await {
        let in_flight = answer.status == 409 && answer.code() == "idempotency_in_flight";
        assert!(answer.status == 201 || in_flight, "{answer:?}");
        assert!(!in_flight || answer.header("retry-after").is_some());
    }
    assert_eq!(shop.books_of(&order).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn thirty_at_once_with_other_keys_charge_once() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let asks = (0..30).map(|_| customer.pay(&order, "pm_test_ok"));
    let answers = shop.all(asks).await;
    let paid = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(paid, 1);
    let refused = answers
        .iter()
        .filter(|answer| answer.status == 409 && answer.code() == "order_already_paid");
    assert_eq!(refused.count(), 29);
    assert_eq!(shop.books_of(&order).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_needs_its_customer_waits_for_them() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let paid = customer.pay(&order, "pm_test_requires_action").await;
    assert_json_snapshot!(paid.snapshot());
    shop.settle().await;
    let path = format!("/api/v1/orders/{order}");
    assert_eq!(
        customer.get(&path).await.text("/data/paymentStatus"),
        "requiresAction"
    );
    let authenticate = format!("/_local/payments/{}/authenticate", paid.text("/data/id"));
    let done = shop
        .anybody()
        .post(&authenticate, &json!({"outcome": "success"}))
        .await;
    assert_eq!(done.status, 200, "{done:?}");
    shop.settle().await;
    assert_eq!(customer.get(&path).await.text("/data/status"), "confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_is_answered_alike_whatever_became_of_the_payment() {
    for (method, word) in [
        ("pm_test_requires_action", "requiresAction"),
        ("pm_test_ok", "captured"),
    ] {
        let shop = Shop::open().await;
        let customer = shop.customer().await;
        let order = unpaid(&shop, &customer).await;
        let ask = || {
            let ask = customer.ask("POST", "/api/v1/payments");
            ask.header("idempotency-key", method)
                .json(&json!({"orderId": order, "paymentMethod": method}))
                .send()
        };
        let first = ask().await;
        assert_eq!(
            (first.status, first.text("/data/status")),
            (201, word.into())
        );
        shop.settle().await;
        let payment = first.text("/data/id");
        match word {
            "captured" => {
                let admin = shop.admin().await;
                let body = json!({"reason": "as agreed"});
                let back = admin.to_payment(&payment, "refunds", &body).await;
                assert_eq!(back.status, 201, "{back:?}");
            }
            _ => {
                let path = format!("/_local/payments/{payment}/authenticate");
                let failure = json!({"outcome": "failure"});
                assert_eq!(shop.anybody().post(&path, &failure).await.status, 200);
            }
        }
        shop.settle().await;
        let again = ask().await;
        assert_eq!(again.status, 201, "{again:?}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.json()["data"], first.json()["data"]);
        assert_eq!(again.header("etag"), first.header("etag"));
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_orders_methods_and_strangers_are_refused() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let unknown = customer.pay(&order, "pm_unheard_of").await;
    assert_eq!(unknown.status, 422);
    assert_eq!(unknown.errors(), ["paymentMethod: is not known"]);
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.pay(&order, "pm_test_ok").await.status, 404);
    let nowhere = "0190a0b0-0000-7000-8000-000000000000";
    assert_eq!(customer.pay(nowhere, "pm_test_ok").await.status, 404);
    assert!(shop.books_of(&order).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn when_the_money_is_taken_is_for_the_shop_and_its_staff_to_say() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let pay = async |person: &Person<'_>, when: &str| {
        let body = json!({
            "orderId": order,
            "paymentMethod": "pm_test_ok",
            "captureMethod": when,
        });
        let ask = person.ask("POST", "/api/v1/payments");
        let ask = ask.header("idempotency-key", &shop.key());
        ask.json(&body).send().await
    };
    let refused = pay(&customer, "manual").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "forbidden")
    );
    assert!(shop.books_of(&order).await.is_empty());
    let set_aside = pay(&shop.admin().await, "manual").await;
    assert_json_snapshot!(set_aside.snapshot());
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(
        (&read["status"], &read["paymentStatus"]),
        (&json!("confirmed"), &json!("authorized"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_shop_that_takes_money_later_sets_it_aside_first() {
    let shop = Shop::with(Options {
        capture_method: "manual".to_owned(),
        ..Options::for_tests()
    })
    .await;
    let customer = shop.customer().await;
    let order = unpaid(&shop, &customer).await;
    let paid = customer.pay(&order, "pm_test_requires_action").await;
    let authenticate = format!("/_local/payments/{}/authenticate", paid.text("/data/id"));
    let done = json!({"outcome": "success"});
    assert_eq!(shop.anybody().post(&authenticate, &done).await.status, 200);
    shop.settle().await;
    assert_eq!(shop.order(&order).await["paymentStatus"], "authorized");
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let charged = customer.order(&body).await.text("/data/id");
    shop.settle().await;
    assert_eq!(shop.order(&charged).await["paymentStatus"], "authorized");
}
