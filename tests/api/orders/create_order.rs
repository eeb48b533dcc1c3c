//! `POST /orders`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Shop, address, basket, product, with};

#[tokio::test(start_paused = true)]
async fn a_customer_places_an_order_that_holds_its_stock() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let placed = shop.customer().await.order(&basket(&[("MUG", 2)])).await;
    assert_json_snapshot!(placed.snapshot());
    assert_eq!(
        placed.header("location"),
        Some(format!("/api/v1/orders/{}", placed.text("/data/id")).as_str())
    );
    assert_eq!(shop.available("MUG").await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_guest_gets_a_token_for_the_order_alone() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"email": "guest@example.com"}),
    );
    let placed = shop.anybody().order(&body).await;
    let other = shop.anybody().order(&body).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let foreign = format!("/api/v1/orders/{}", other.text("/data/id"));
    assert_eq!(guest.get(&path).await.status, 200);
    assert_eq!(guest.get(&foreign).await.status, 404);
    assert_eq!(guest.get("/api/v1/orders").await.status, 401);
    assert_eq!(shop.anybody().get(&path).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_guest_must_say_where_mail_goes() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let refused = shop.anybody().order(&basket(&[("MUG", 1)])).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.errors(), ["email: is required unless signed in"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_short_is_named_and_nothing_is_taken() {
    let shop = Shop::open().await;
    shop.stocked("ONE", 5).await;
    shop.stocked("TWO", 1).await;
    let customer = shop.customer().await;
    let refused = customer.order(&basket(&[("ONE", 2), ("TWO", 2)])).await;
    assert_json_snapshot!(refused.snapshot());
    assert_eq!(shop.available("ONE").await, 5);
    assert_eq!(shop.available("TWO").await, 1);
}

#[tokio::test(start_paused = true)]
async fn equal_skus_become_one_line() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2), ("MUG", 1)])).await;
    let lines = placed.json()["data"]["lines"].clone();
    assert_eq!(lines.as_array().map(Vec::len), Some(1));
    assert_eq!(lines[0]["quantity"], 3);
    let refused = customer.order(&basket(&[("MUG", 999), ("MUG", 1)])).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.errors(),
        ["items: must have at most 999 of MUG in all"]
    );
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let body = json!({
        "items": [{"sku": "NOPE", "quantity": 1}, {"sku": "MUG", "quantity": 1}],
        "shippingAddress": address(),
        "paymentMethod": "pm_unheard_of",
    });
    let refused = shop.customer().await.order(&body).await;
    assert_json_snapshot!(refused.snapshot());
    let body = json!({
        "items": [{"sku": "MUG", "quantity": 0}, {"sku": "MUG", "quantity": 1000}],
        "shippingAddress": with(address(), &json!({"country": "XX", "name": ""})),
        "email": "nobody",
    });
    let refused = shop.anybody().order(&body).await;
    assert_json_snapshot!(refused.snapshot());
    let many = vec![("MUG", 1); 26];
    let refused = shop.customer().await.order(&basket(&many)).await;
    assert_eq!(refused.errors(), ["items: must have 1 to 25 items"]);
}

#[tokio::test(start_paused = true)]
async fn one_key_sent_thirty_times_at_once_is_one_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let customer = shop.customer().await;
    let asks = (0..30).map(|_| {
        customer
            .ask("POST", "/api/v1/orders")
            .header("idempotency-key", "once")
            .json(&basket(&[("MUG", 1)]))
            .send()
    });
    let answers = shop.all(asks).await;
    let first = answers[0].text("/data/id");
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.text("/data/id"), first);
    }
    let fresh = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(fresh.count(), 1);
    assert_eq!(shop.available("MUG").await, 49);
}

#[tokio::test(start_paused = true)]
async fn a_key_belongs_to_its_caller_and_its_body() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let customer = shop.customer().await;
    let newcomer = shop.newcomer("newcomer@example.com").await;
    let ask = async |person: &crate::shop::Person<'_>, body: &Value| {
        let ask = person.ask("POST", "/api/v1/orders");
        ask.header("idempotency-key", "mine")
            .json(body)
            .send()
            .await
    };
    let one = ask(&customer, &basket(&[("MUG", 1)])).await;
    let other = ask(&newcomer, &basket(&[("MUG", 1)])).await;
    assert_eq!((one.status, other.status), (201, 201));
    assert_ne!(one.text("/data/id"), other.text("/data/id"));
    let reused = ask(&customer, &basket(&[("MUG", 2)])).await;
    assert_eq!(
        (reused.status, reused.code().as_str()),
        (422, "idempotency_key_reused")
    );
    let guest = |email: &str| with(basket(&[("MUG", 1)]), &json!({"email": email}));
    let one = ask(&shop.anybody(), &guest("one@example.com")).await;
    let other = ask(&shop.anybody(), &guest("other@example.com")).await;
    assert_eq!((one.status, other.status), (201, 201));
    assert_ne!(one.text("/data/id"), other.text("/data/id"));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_required_and_has_rules() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let customer = shop.customer().await;
    let missing = customer
        .post("/api/v1/orders", &basket(&[("MUG", 1)]))
        .await;
    assert_eq!(missing.status, 400);
    assert_eq!(missing.errors(), ["Idempotency-Key: is required"]);
    let long = "k".repeat(256);
    for key in ["", "two words", long.as_str()] {
        let refused = customer
            .ask("POST", "/api/v1/orders")
            .header("idempotency-key", key)
            .json(&basket(&[("MUG", 1)]))
            .send()
            .await;
        assert_eq!(
            refused.errors(),
            ["Idempotency-Key: must be 1 to 255 visible characters"],
            "{key}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_shows_the_order_as_it_was_placed() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 1).await;
    let customer = shop.customer().await;
    let ask = || {
        customer
            .ask("POST", "/api/v1/orders")
            .header("idempotency-key", "mine")
            .json(&with(
                basket(&[("MUG", 1)]),
                &json!({"paymentMethod": "pm_test_ok"}),
            ))
            .send()
    };
    let first = ask().await;
    shop.settle().await;
    // The stock is gone and the order has moved on, but the first answer stands.
    let again = ask().await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["data"], first.json()["data"]);
    // A day later the key is forgotten.
    shop.wait(24 * 60 * 60 + 1).await;
    let customer = shop.customer().await;
    let anew = customer
        .ask("POST", "/api/v1/orders")
        .header("idempotency-key", "mine")
        .json(&with(
            basket(&[("MUG", 1)]),
            &json!({"paymentMethod": "pm_test_ok"}),
        ))
        .send()
        .await;
    assert_eq!((anew.status, anew.code().as_str()), (409, "out_of_stock"));
}

#[tokio::test(start_paused = true)]
async fn the_price_is_the_variants_in_the_orders_currency() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mut product = product("MUG", 1000);
    product["variants"][0]["prices"] = json!([
        {"amount": 1000, "currency": "EUR"}, {"amount": 150_000, "currency": "JPY"},
    ]);
    admin.post("/api/v1/products", &product).await;
    let adjust = json!({"delta": 9, "reason": "count"});
    admin
        .post("/api/v1/inventory/MUG/adjustments", &adjust)
        .await;
    let in_yen = with(basket(&[("MUG", 2)]), &json!({"currency": "JPY"}));
    let placed = admin.order(&in_yen).await;
    assert_eq!(
        placed.json()["data"]["totals"]["total"],
        json!({"amount": 300_000, "currency": "JPY"})
    );
    let in_dollars = with(basket(&[("MUG", 2)]), &json!({"currency": "USD"}));
    let refused = admin.order(&in_dollars).await;
    assert_eq!(refused.errors(), ["items[0].sku: is not sold in USD"]);
}

#[tokio::test(start_paused = true)]
async fn what_says_more_than_can_be_kept_is_refused_and_takes_nothing() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let skus: Vec<String> = (0..25).map(|number| format!("PLATE-{number}")).collect();
    let variants: Vec<Value> = skus
        .iter()
        .zip(0..)
        .map(|(sku, number)| {
            let prices = json!([{"amount": 100_000, "currency": "EUR"}]);
            let options = json!({"number": number.to_string()});
            json!({"sku": sku, "prices": prices, "options": options})
        })
        .collect();
    let plates = with(product("PLATE", 1), &json!({ "variants": variants }));
    assert_eq!(admin.post("/api/v1/products", &plates).await.status, 201);
    for sku in &skus {
        let path = format!("/api/v1/inventory/{sku}/adjustments");
        let counted = json!({"delta": 9, "reason": "count"});
        assert_eq!(admin.post(&path, &counted).await.status, 201);
    }
    // Each line says what each promotion, by its long name, takes off it.
    for number in 0..60 {
        let body = json!({
            "name": format!("{number}{}", "ä".repeat(90)),
            "effect": {"type": "percentOff", "ratePpm": 1_000},
            "combines": true,
        });
        let made = admin.post("/api/v1/promotions", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let items: Vec<(&str, u32)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
    let customer = shop.customer().await;
    let refused = customer.order(&basket(&items)).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let line = "the order would be too large to be kept, with all that is said of its lines";
    assert_eq!(refused.errors(), [line]);
    assert_eq!(shop.available("PLATE-0").await, 9);
    let placed = customer.order(&basket(&items[..5])).await;
    assert_eq!(placed.status, 201, "{placed:?}");
}
