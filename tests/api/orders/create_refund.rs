//! `POST /orders/{id}/refunds`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::bought::{Bought, units};
use crate::faults::{Conflicts, CutOff};
use crate::shop::{Shop, basket, with};

fn cents(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn euros(amount: i64) -> Value {
    json!({"amount": cents(amount), "reason": "a scratch"})
}

/// What the order, its payment and the provider say was given back, in cents.
async fn books(bought: &Bought<'_>) -> [Value; 3] {
    let order = bought.seen().await;
    let id = order["id"].as_str().unwrap_or_default();
    let payment = order["payments"][0]["id"].as_str().unwrap_or_default();
    let payment = bought.shop.payment(payment).await;
    let provider = bought.shop.books_of(id).await;
    [
        order["totals"]["refunded"]["amount"].clone(),
        payment["refunded"]["amount"].clone(),
        provider[0]["refunded"].clone(),
    ]
}

#[tokio::test(start_paused = true)]
async fn staff_give_the_price_of_some_units_back() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let wish = json!({"lines": [units(mugs, 2), units(cup, 1)], "reason": "came broken"});
    let asked = bought.give_back(&wish).await;
    assert_json_snapshot!(asked.snapshot());
    shop.settle().await;
    let place = asked.header("location").expect("a place");
    let read = bought.customer.get(place).await;
    assert_eq!(read.text("/data/status"), "succeeded");
    let seen = bought.seen().await;
    assert_eq!(seen["refunds"][0]["id"], asked.json()["data"]["id"]);
    assert_eq!(seen["refunds"][0]["status"], "succeeded");
    assert_eq!(seen["paymentStatus"], "partiallyRefunded");
    let refunded = |line: usize| seen["lines"][line]["refunded"].clone();
    assert_eq!((refunded(0), refunded(1)), (json!(2), json!(1)));
    assert_eq!(
        books(&bought).await,
        [json!(3000), json!(3000), json!(3000)]
    );
    let timeline = seen["timeline"].as_array().cloned().unwrap_or_default();
    let told: Vec<&Value> = timeline
        .iter()
        .rev()
        .take(2)
        .map(|it| &it["type"])
        .collect();
    assert_eq!(told, ["refunded", "refundRequested"]);
    // The payment knows it by the same name.
    let payment = shop.payment(seen["payments"][0]["id"].as_str().unwrap_or_default());
    assert_eq!(
        payment.await["refunds"][0]["id"],
        asked.json()["data"]["id"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_amount_or_all_the_rest_goes_back_too() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let some = bought.give_back(&euros(500)).await;
    assert_eq!(some.status, 201, "{some:?}");
    assert_eq!(some.json()["data"]["lines"], json!([]));
    let rest = bought.give_back(&json!({"reason": "never mind"})).await;
    assert_eq!(rest.json()["data"]["amount"], cents(3500));
    shop.settle().await;
    assert_eq!(bought.seen().await["paymentStatus"], "refunded");
    assert_eq!(
        books(&bought).await,
        [json!(4000), json!(4000), json!(4000)]
    );
    let over = bought.give_back(&euros(1)).await;
    assert_eq!(
        (over.status, over.errors()),
        (422, vec!["amount: nothing is left".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_refused_and_nothing_moves() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let mugs = &bought.lines[0];
    let nowhere = "0190a0b0-0000-7000-8000-000000000000";
    let yen = json!({"amount": 5, "currency": "JPY"});
    let wrong = [
        (json!({"amount": cents(4001)}), "amount: "),
        (json!({"amount": cents(0)}), "amount: "),
        (json!({"amount": cents(-1)}), "amount: "),
        (json!({ "amount": yen }), "amount: "),
        (
            json!({"lines": [units(mugs, 4)]}),
            "lines[0].quantity: 3 of MUG can be refunded, 4 are asked for",
        ),
        (
            json!({"lines": [units(mugs, 2), units(mugs, 2)]}),
            "lines[1].quantity: 3 of MUG can be refunded, 4 are asked for",
        ),
        (
            json!({"lines": [units(nowhere, 1)]}),
            "lines[0].lineId: is no line of this order",
        ),
        (
            json!({"amount": cents(1), "lines": [units(mugs, 1)]}),
            "amount: cannot be named together with lines",
        ),
    ];
    for (body, line) in wrong {
        let body = with(body, &json!({"reason": "why not"}));
        let refused = bought.give_back(&body).await;
        assert_eq!(refused.status, 422, "{body}: {refused:?}");
        assert!(refused.errors()[0].starts_with(line), "{body}: {refused:?}");
    }
    let part = bought.give_back(&euros(2500)).await;
    assert_eq!(part.status, 201, "{part:?}");
    let over = json!({"lines": [units(mugs, 3)], "reason": "all three"});
    let over = bought.give_back(&over).await;
    assert_eq!(
        over.errors(),
        ["lines: come to 30.00 EUR, and 15.00 EUR is left"]
    );
    let reasonless = bought.give_back(&json!({"amount": cents(1)})).await;
    assert_eq!(reasonless.status, 400, "{reasonless:?}");
    let path = format!("{}/refunds", bought.path);
    let keyless = bought.admin.post(&path, &euros(1)).await;
    assert_eq!(keyless.status, 400, "{keyless:?}");
    shop.settle().await;
    assert_eq!(
        books(&bought).await,
        [json!(2500), json!(2500), json!(2500)]
    );
}

#[tokio::test(start_paused = true)]
async fn only_staff_give_money_back_and_only_what_was_taken() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/refunds", bought.path);
    for (person, status) in [(&bought.customer, 403), (&shop.anybody(), 401)] {
        let ask = person.ask("POST", &path).header("idempotency-key", "mine");
        let refused = ask.json(&euros(1)).send().await;
        assert_eq!(refused.status, status, "{refused:?}");
    }
    let another = Shop::open().await;
    let (set_aside, _) = another.authorized().await;
    let unpaid = bought.customer.order(&basket(&[("MUG", 1)])).await;
    for (shop, order, line) in [
        (
            &shop,
            unpaid.text("/data/id"),
            "paymentStatus: the order has no payment",
        ),
        (
            &another,
            set_aside,
            "paymentStatus: the order's payment is authorized: nothing was taken",
        ),
    ] {
        let admin = shop.admin().await;
        let ask = admin.ask("POST", &format!("/api/v1/orders/{order}/refunds"));
        let ask = ask.header("idempotency-key", &shop.key());
        let refused = ask.json(&euros(1)).send().await;
        let code = refused.code();
        assert_eq!((refused.status, code.as_str()), (409, "invalid_state"));
        assert_eq!(refused.errors(), [line]);
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_at_once_never_give_back_more_units_or_money_than_there_are() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let one = json!({"lines": [units(&bought.lines[0], 1)], "reason": "came broken"});
    shop.store.set_faults(Conflicts::every(7));
    let answers = shop.all((0..50).map(|_| bought.give_back(&one))).await;
    shop.store.set_faults(None);
    for answer in &answers {
        assert!(matches!(answer.status, 201 | 409 | 422 | 503), "{answer:?}");
    }
    let made = answers.iter().filter(|it| it.status == 201).count();
    assert!((1..=3).contains(&made), "{made}");
    for _ in 0..2 {
        shop.wait(180).await;
    }
    let seen = bought.seen().await;
    assert_eq!(seen["lines"][0]["refunded"], made);
    assert_eq!(seen["refunds"].as_array().map(Vec::len), Some(made));
    let expected = json!(1000 * made);
    assert_eq!(
        books(&bought).await,
        [expected.clone(), expected.clone(), expected]
    );
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn one_key_gives_back_once_and_a_lost_reply_is_made_up_for() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/refunds", bought.path);
    let ask = |cents: i64| {
        let ask = bought
            .admin
            .ask("POST", &path)
            .header("idempotency-key", "mine");
        async move { ask.json(&euros(cents)).send().await }
    };
    let all = shop.all((0..10).map(|_| ask(700))).await;
    let ids: BTreeSet<String> = all.iter().map(|answer| answer.text("/data/id")).collect();
    assert!(all.iter().all(|answer| answer.status == 201), "{all:?}");
    assert_eq!(ids.len(), 1);
    assert_eq!(ask(800).await.code(), "idempotency_key_reused");
    // The provider's reply is lost: whoever looks next finds out what became of it.
    shop.store
        .set_faults(CutOff::after_asking("payments-execute-refund"));
    shop.settle().await;
    shop.store.set_faults(None);
    for _ in 0..2 {
        shop.wait(180).await;
    }
    assert_eq!(books(&bought).await, [json!(700), json!(700), json!(700)]);
    assert_eq!(bought.seen().await["refunds"][0]["status"], "succeeded");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_called_off_gives_back_what_refunds_have_left() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    assert_eq!(bought.give_back(&euros(1200)).await.status, 201);
    let cancel = format!("{}/cancellations", bought.path);
    assert_eq!(bought.customer.post(&cancel, &json!({})).await.status, 201);
    shop.settle().await;
    let seen = bought.seen().await;
    assert_eq!(seen["paymentStatus"], "refunded");
    let amounts = |refund: &Value| refund["amount"]["amount"].clone();
    let refunds = seen["refunds"].as_array().cloned().unwrap_or_default();
    let refunds: Vec<Value> = refunds.iter().map(amounts).collect();
    assert_eq!(refunds, [json!(1200), json!(2800)]);
    assert_eq!(
        books(&bought).await,
        [json!(4000), json!(4000), json!(4000)]
    );
}
