//! `PUT /carts/{id}/items/{sku}`.

use insta::assert_json_snapshot;
use serde_json::json;

use super::{cart_of, contents, put};
use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn the_last_word_on_how_many_counts() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    shop.stocked("TEE", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    put(&guest, &cart, "TEE", 1).await;
    assert_json_snapshot!(put(&guest, &cart, "MUG", 5).await.snapshot());
    let all = [("MUG".to_owned(), 5), ("TEE".to_owned(), 1)];
    assert_eq!(contents(&guest, &cart).await, all);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_held_by_it_and_nothing_more_than_there_is_goes_in() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 5).await;
    assert_eq!(shop.available("MUG").await, 5);
    let refused = put(&guest, &cart, "MUG", 6).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "out_of_stock".to_owned())
    );
    assert_eq!(
        refused.json()["details"],
        json!([{"sku": "MUG", "requested": 6, "available": 5}])
    );
    assert_eq!(contents(&guest, &cart).await, [("MUG".to_owned(), 5)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_sold_does_not_go_in() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let draft = with(product("DRAFT", 100), &json!({"status": "draft"}));
    admin.post("/api/v1/products", &draft).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    for sku in ["DRAFT", "NOTHING"] {
        let refused = put(&guest, &cart, sku, 1).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.errors(), ["sku: is not sold here in EUR"]);
    }
    for quantity in [0, 1_000] {
        let refused = put(&guest, &cart, "DRAFT", quantity).await;
        assert_eq!(refused.errors(), ["quantity: must be 1 to 999"]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_at_once_both_count() {
    let shop = Shop::open().await;
    for sku in ["A", "B", "C", "D", "E"] {
        shop.stocked(sku, 5).await;
    }
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    let puts = ["A", "B", "C", "D", "E"].map(|sku| put(&guest, &cart, sku, 1));
    for answer in shop.all(puts).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(contents(&guest, &cart).await.len(), 5);
}
