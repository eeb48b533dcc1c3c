//! The endpoints and consumers of carts.

mod create_cart;
mod delete_cart;
mod delete_cart_coupon;
mod delete_cart_item;
mod get_cart;
mod join_cart;
mod list_carts;
mod merge_carts;
mod put_cart_coupon;
mod put_cart_item;
mod put_cart_shipping;

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, product};

/// The path of a new cart of somebody.
async fn cart_of(person: &Person<'_>) -> String {
    let made = person.post("/api/v1/carts", &json!({})).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("/api/v1/carts/{}", made.text("/data/id"))
}

/// Puts so many of a SKU into a cart.
async fn put(person: &Person<'_>, cart: &str, sku: &str, quantity: u32) -> Answer {
    let path = format!("{cart}/items/{sku}");
    person.put(&path, &json!({"quantity": quantity})).await
}

/// What is in a cart: SKUs and quantities.
async fn contents(person: &Person<'_>, cart: &str) -> Vec<(String, u64)> {
    let shown = person.get(cart).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let items = shown.json()["data"]["items"].as_array().cloned();
    items
        .unwrap_or_default()
        .iter()
        .map(|item| {
            let sku = item["sku"].as_str().unwrap_or_default().to_owned();
            (sku, item["quantity"].as_u64().unwrap_or_default())
        })
        .collect()
}

/// What changed about the only item of a cart.
async fn changes(person: &Person<'_>, cart: &str) -> Value {
    person.get(cart).await.json()["data"]["items"][0]["changes"].clone()
}

/// Gives a product, of one variant with this SKU, another price.
async fn reprice(shop: &Shop, id: &str, sku: &str, cents: i64) {
    let admin = shop.admin().await;
    let path = format!("/api/v1/products/{id}");
    let repriced = admin
        .ask("PUT", &path)
        .header("if-match", "*")
        .json(&product(sku, cents))
        .send()
        .await;
    assert_eq!(repriced.status, 200, "{repriced:?}");
}
