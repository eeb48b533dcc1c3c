//! `POST /products`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn staff_create_a_product_with_variants() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({
        "name": "Blue Mug",
        "description": "Holds 300 ml.\nDishwasher safe.",
        "status": "active",
        "variants": [
            {
                "sku": "MUG-BLUE",
                "options": {"colour": "blue"},
                "prices": [{"amount": 1250, "currency": "EUR"}, {"amount": 1400, "currency": "USD"}],
                "weightGrams": 350,
            },
        ],
        "images": ["https://images.example.com/mug.jpg"],
    });
    let created = admin.post("/api/v1/products", &body).await;
    assert_json_snapshot!(created.snapshot());
    let location = created.header("location").expect("a location").to_owned();
    assert_eq!(
        location,
        format!("/api/v1/products/{}", created.text("/data/id"))
    );
    let read = shop.anybody().get(&location).await;
    assert_eq!(read.json()["data"], created.json()["data"]);
    assert_eq!(read.header("etag"), Some("\"1\""));
}

#[tokio::test(start_paused = true)]
async fn slugs_and_skus_are_unique_in_the_shop() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    assert_eq!(
        admin
            .post("/api/v1/products", &product("ONE", 100))
            .await
            .status,
        201
    );
    let same_sku = with(product("ONE", 100), &json!({"slug": "another"}));
    let refused = admin.post("/api/v1/products", &same_sku).await;
    assert_json_snapshot!(refused.snapshot());
    let same_slug = with(product("TWO", 100), &json!({"slug": "thing-one"}));
    let refused = admin.post("/api/v1/products", &same_slug).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "slug_taken")
    );
    // Nothing of a refused product stays behind.
    assert_eq!(
        shop.anybody().get("/api/v1/inventory/TWO").await.status,
        404
    );
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    let body = json!({
        "name": "",
        "status": "sold",
        "variants": [{
            "sku": "not a sku",
            "options": {"": "x"},
            "prices": [],
            "weightGrams": -1,
        }],
        "images": ["ftp://example.com/x.jpg"],
    });
    let refused = shop.admin().await.post("/api/v1/products", &body).await;
    assert_json_snapshot!(refused.snapshot());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_parsed_is_named_at_once_too() {
    let shop = Shop::open().await;
    let body = json!({"nam": "x", "variants": [{"sku": 7}], "status": ["active"]});
    let refused = shop
        .admin()
        .await
        .post("/api/v1/products?dry=1", &body)
        .await;
    assert_json_snapshot!(refused.snapshot());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_creates_one_product() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let ask = || {
        admin
            .ask("POST", "/api/v1/products")
            .header("idempotency-key", "\"mug\"")
            .json(&product("MUG", 100))
    };
    let first = ask().send().await;
    let again = ask().send().await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.header("idempotency-replayed"), None);
    let other = admin
        .ask("POST", "/api/v1/products")
        .header("idempotency-key", "mug")
        .json(&product("OTHER", 100))
        .send()
        .await;
    assert_eq!(
        (other.status, other.code().as_str()),
        (422, "idempotency_key_reused")
    );
}
