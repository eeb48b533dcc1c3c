//! `GET /carts/{id}`.

use insta::assert_json_snapshot;
use serde_json::json;

use super::{cart_of, changes, put, reprice};
use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn it_is_shown_at_the_prices_of_the_moment() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    assert_json_snapshot!(guest.get(&cart).await.snapshot());
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_it_lay_there_is_told_exactly() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 4).await;
    assert_eq!(changes(&guest, &cart).await, json!([]));

    reprice(&shop, &id, "MUG", 1_200).await;
    let price = json!({
        "type": "priceChanged",
        "from": {"amount": 1_000, "currency": "EUR"},
        "to": {"amount": 1_200, "currency": "EUR"},
    });
    assert_eq!(changes(&guest, &cart).await, json!([price]));

    shop.customer().await.order(&basket(&[("MUG", 3)])).await;
    let stock = json!({"type": "notEnough", "requested": 4, "available": 2});
    assert_eq!(changes(&guest, &cart).await, json!([price, stock]));

    // Whoever says how many they want has seen both.
    let accepted = put(&guest, &cart, "MUG", 2).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    assert_eq!(changes(&guest, &cart).await, json!([]));
    let shown = guest.get(&cart).await;
    assert_eq!(shown.json()["data"]["totals"]["total"]["amount"], 2_400);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_sold_any_more_costs_nothing() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 5).await;
    shop.stocked("TEE", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    put(&guest, &cart, "TEE", 1).await;
    let gone = shop.admin().await;
    let gone = gone.delete(&format!("/api/v1/products/{id}")).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let shown = guest.get(&cart).await.json();
    let item = &shown["data"]["items"][0];
    assert_eq!(item["changes"], json!([{"type": "unavailable"}]));
    assert_eq!(item["total"]["amount"], 0);
    assert_eq!(shown["data"]["totals"]["total"]["amount"], 1_000);
}

#[tokio::test(start_paused = true)]
async fn its_tag_changes_with_what_it_shows() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 1).await;
    let tag = guest.get(&cart).await;
    let tag = tag.header("etag").unwrap_or_default().to_owned();
    let known = async || {
        let ask = guest.ask("GET", &cart).header("if-none-match", &tag);
        ask.send().await.status
    };
    assert_eq!(known().await, 304);
    reprice(&shop, &id, "MUG", 1_100).await;
    assert_eq!(known().await, 200);
}

#[tokio::test(start_paused = true)]
async fn it_is_forgotten_after_thirty_days() {
    let shop = Shop::open().await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    shop.wait(30 * 24 * 60 * 60 - 120).await;
    assert_eq!(guest.get(&cart).await.status, 200);
    shop.wait(120).await;
    assert_eq!(guest.get(&cart).await.status, 404);
}
