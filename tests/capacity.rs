//! What operations cost, in DynamoDB capacity units, counted by the embedded database as AWS bills
//! them. The figures are ceilings: one that grows is a change of price, and is looked at.

use local::Options;
use serde_json::json;

use crate::shop::{Shop, basket, product, with};

/// The units that `function` consumed, as read and write units.
fn units(shop: &Shop, function: &str) -> (f64, f64) {
    let metered = shop.store.cloud().meter_stop();
    metered.get(function).copied().unwrap_or_default()
}

/// Asserts that no more was consumed than this, and that the ceiling is not idle.
#[track_caller]
fn within((read, write): (f64, f64), (most_read, most_write): (f64, f64)) {
    assert!(
        read <= most_read && write <= most_write,
        "{read} read and {write} write units, at most {most_read} and {most_write}"
    );
    assert!(
        read >= most_read * 0.8 && write >= most_write * 0.8,
        "{read} read and {write} write units: lower the ceiling of {most_read} and {most_write}"
    );
}

#[tokio::test(start_paused = true)]
async fn reading_a_product_costs_half_a_read_unit() {
    let shop = Shop::warm().await;
    let id = shop.stocked("MUG", 0).await;
    shop.store.cloud().meter_start();
    let read = shop.anybody().get(&format!("/api/v1/products/{id}")).await;
    assert_eq!(read.status, 200);
    within(units(&shop, "catalog-get-product"), (0.5, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_page_of_twenty_products_costs_one_query() {
    let shop = Shop::warm().await;
    shop.store.cloud().meter_start();
    let page = shop.anybody().get("/api/v1/products").await;
    assert_eq!(page.json()["data"].as_array().map(Vec::len), Some(20));
    within(units(&shop, "catalog-list-products"), (PAGE_READ, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_category_and_a_search_cost_a_few_queries() {
    let shop = Shop::warm().await;
    for (query, most) in [("category=kitchen", CATEGORY_READ), ("q=desk", SEARCH_READ)] {
        shop.store.cloud().meter_start();
        let page = shop
            .anybody()
            .get(&format!("/api/v1/products?{query}"))
            .await;
        assert_eq!(page.status, 200, "{page:?}");
        within(units(&shop, "catalog-list-products"), (most, 0.0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_category_that_moves_has_a_price() {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    let kitchen = admin.get("/api/v1/categories/by-slug/kitchen").await;
    let desk = admin.get("/api/v1/categories/by-slug/desk").await;
    let path = format!("/api/v1/categories/{}", desk.text("/data/id"));
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    shop.store.cloud().meter_start();
    let moved = ask
        .json(&json!({"parentId": kitchen.text("/data/id")}))
        .send()
        .await;
    assert_eq!(moved.status, 200, "{moved:?}");
    within(
        units(&shop, "catalog-change-category"),
        (MOVE_READ, MOVE_WRITE),
    );
}

#[tokio::test(start_paused = true)]
async fn writing_a_product_has_a_price() {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    shop.store.cloud().meter_start();
    let created = admin.post("/api/v1/products", &product("MUG", 100)).await;
    assert_eq!(created.status, 201, "{created:?}");
    within(units(&shop, "catalog-create-product"), (0.0, CREATE_WRITE));
    shop.store.cloud().meter_start();
    let path = format!("/api/v1/products/{}", created.text("/data/id"));
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    let changed = ask.json(&json!({"name": "Another name"})).send().await;
    assert_eq!(changed.status, 200, "{changed:?}");
    within(
        units(&shop, "catalog-change-product"),
        (CHANGE_READ, CHANGE_WRITE),
    );
}

#[tokio::test(start_paused = true)]
async fn placing_an_order_of_three_lines_has_a_price() {
    let shop = Shop::warm().await;
    for sku in ["ONE", "TWO", "THREE"] {
        shop.stocked(sku, 9).await;
    }
    let customer = shop.customer().await;
    shop.store.cloud().meter_start();
    let body = basket(&[("ONE", 1), ("TWO", 1), ("THREE", 1)]);
    assert_eq!(customer.order(&body).await.status, 201);
    within(
        units(&shop, "orders-create-order"),
        (ORDER_READ, ORDER_WRITE),
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_to_its_confirmation_has_a_price() {
    let shop = Shop::warm().await;
    for sku in ["ONE", "TWO", "THREE"] {
        shop.stocked(sku, 9).await;
    }
    let customer = shop.customer().await;
    shop.store.cloud().meter_start();
    let body = with(
        basket(&[("ONE", 1), ("TWO", 1), ("THREE", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    assert_eq!(customer.order(&body).await.status, 201);
    shop.settle().await;
    let metered = shop.store.cloud().meter_stop();
    let whole = metered
        .values()
        .fold((0.0, 0.0), |sum, units| (sum.0 + units.0, sum.1 + units.1));
    within(whole, (WHOLE_READ, WHOLE_WRITE));
}

#[tokio::test(start_paused = true)]
async fn an_account_has_a_price_with_its_places_in_the_lists() {
    let shop = Shop::warm().await;
    for (email, country, price) in [
        ("one@example.com", json!(null), REGISTER_WRITE),
        ("two@example.com", json!("DE"), REGISTER_WRITE_WITH_COUNTRY),
    ] {
        let body = json!({
            "email": email,
            "password": "Good-enough-1",
            "name": "Somebody",
            "country": country,
        });
        shop.store.cloud().meter_start();
        let ask = shop.anybody().ask("POST", "/api/v1/users");
        let ask = ask.header("idempotency-key", &shop.key());
        assert_eq!(ask.json(&body).send().await.status, 201);
        within(units(&shop, "users-register-user"), (1.5, price));
    }
}

#[tokio::test(start_paused = true)]
async fn signing_in_and_staying_signed_in_have_a_price() {
    let shop = Shop::warm().await;
    shop.newcomer("ada@example.com").await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    shop.store.cloud().meter_start();
    let opened = shop.anybody().post("/api/v1/sessions", &login).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    within(
        units(&shop, "users-create-session"),
        (LOG_IN_READ, LOG_IN_WRITE),
    );
    shop.store.cloud().meter_start();
    let body = json!({"refreshToken": opened.text("/data/refreshToken")});
    let path = "/api/v1/sessions/refresh";
    let refreshed = shop.anybody().post(path, &body).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    within(
        units(&shop, "users-refresh-session"),
        (REFRESH_READ, REFRESH_WRITE),
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_with_an_api_key_costs_a_read_unit_more() {
    let shop = Shop::warm().await;
    let id = shop.stocked("MUG", 0).await;
    let key = shop.key_with(&["catalog:read"]).await;
    let server = shop.holder(Some(&key));
    let path = format!("/api/v1/products/{id}");
    for written in [1.0, 0.0] {
        shop.store.cloud().meter_start();
        assert_eq!(server.get(&path).await.status, 200);
        within(units(&shop, "catalog-get-product"), (1.5, written));
    }
}

#[tokio::test(start_paused = true)]
async fn the_limits_cost_a_tenth_of_a_write_unit_a_request() {
    let shop = Shop::with(Options {
        warm: true,
        rate_limits: local::options::RATE_LIMITS.to_owned(),
        ..Options::for_tests()
    })
    .await;
    let id = shop.stocked("MUG", 0).await;
    let customer = shop.customer().await;
    let path = format!("/api/v1/products/{id}");
    shop.store.cloud().meter_start();
    for _ in 0..100 {
        assert_eq!(customer.get(&path).await.status, 200);
    }
    within(units(&shop, "catalog-get-product"), (50.0, 10.0));
}

const REGISTER_WRITE: f64 = 14.0;
const REGISTER_WRITE_WITH_COUNTRY: f64 = 18.0;
const LOG_IN_READ: f64 = 3.0;
const LOG_IN_WRITE: f64 = 6.0;
const REFRESH_READ: f64 = 2.0;
const REFRESH_WRITE: f64 = 2.0;
const PAGE_READ: f64 = 5.5;
const CATEGORY_READ: f64 = 11.5;
const SEARCH_READ: f64 = 2.0;
const MOVE_READ: f64 = 3.0;
const MOVE_WRITE: f64 = 4.0;
const CREATE_WRITE: f64 = 13.0;
const CHANGE_READ: f64 = 2.0;
const CHANGE_WRITE: f64 = 16.0;
const ORDER_READ: f64 = 3.0;
const ORDER_WRITE: f64 = 20.0;
const WHOLE_READ: f64 = 14.5;
const WHOLE_WRITE: f64 = 64.0;
