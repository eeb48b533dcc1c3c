//! What operations cost, in DynamoDB capacity units, counted by the embedded database as AWS bills
//! them. The figures are ceilings: one that grows is a change of price, and is looked at.

use serde_json::json;

use crate::shop::{Shop, basket, with};

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
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 0).await;
    shop.store.cloud().meter_start();
    let read = shop.anybody().get(&format!("/api/v1/products/{id}")).await;
    assert_eq!(read.status, 200);
    within(units(&shop, "catalog-get-product"), (0.5, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_page_of_twenty_products_costs_one_query() {
    let shop = Shop::open().await;
    shop.store.cloud().meter_start();
    let page = shop.anybody().get("/api/v1/products").await;
    assert_eq!(page.json()["data"].as_array().map(Vec::len), Some(20));
    within(units(&shop, "catalog-list-products"), (PAGE_READ, 0.0));
}

#[tokio::test(start_paused = true)]
async fn placing_an_order_of_three_lines_has_a_price() {
    let shop = Shop::open().await;
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
    let shop = Shop::open().await;
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

const PAGE_READ: f64 = 2.0;
const ORDER_READ: f64 = 2.5;
const ORDER_WRITE: f64 = 20.0;
const WHOLE_READ: f64 = 11.5;
const WHOLE_WRITE: f64 = 57.0;
