//! `GET /inventory/{sku}/movements`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Person, Shop, basket, with};

const PATH: &str = "/api/v1/inventory/MUG/movements";

async fn adjust(staff: &Person<'_>, delta: i64, reason: &str) {
    let body = json!({"delta": delta, "reason": reason});
    let adjusted = staff.post("/api/v1/inventory/MUG/adjustments", &body).await;
    assert_eq!(adjusted.status, 201, "{adjusted:?}");
}

/// Every entry, page by page, and how many pages that was.
async fn walk(staff: &Person<'_>, limit: u32) -> (Vec<Value>, u32) {
    let mut path = format!("{PATH}?limit={limit}");
    let mut entries = Vec::new();
    let mut pages = 0;
    loop {
        let page = staff.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        assert_eq!(body["meta"]["limit"], limit);
        entries.extend(body["data"].as_array().cloned().unwrap_or_default());
        pages += 1;
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => {
                assert_eq!(body["meta"]["hasMore"], false);
                assert!(body["meta"]["nextCursor"].is_null());
                return (entries, pages);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn counts_sales_and_cancellations_stand_there_newest_first() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    shop.wait(1).await;
    let customer = shop.customer().await;
    let paid = json!({"paymentMethod": "pm_test_ok"});
    let placed = customer.order(&with(basket(&[("MUG", 2)]), &paid)).await;
    shop.settle().await;
    shop.wait(1).await;
    let id = placed.text("/data/id");
    let cancel = format!("/api/v1/orders/{id}/cancellations");
    assert_eq!(customer.post(&cancel, &json!({})).await.status, 201);
    shop.settle().await;
    let listed = shop.admin().await.get(PATH).await;
    let number = placed.text("/data/number");
    let text = listed.snapshot().to_string().replace(&number, "[number]");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    assert_json_snapshot!(snapshot);
    assert_eq!(listed.text("/data/0/orderId"), id);
    assert_eq!(listed.text("/data/1/orderId"), id);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_sums_to_what_is_on_hand() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let admin = shop.admin().await;
    adjust(&admin, -4, "broken").await;
    let customer = shop.customer().await;
    for method in ["pm_test_ok", "pm_test_declined", "pm_test_timeout"] {
        let body = with(basket(&[("MUG", 3)]), &json!({"paymentMethod": method}));
        assert_eq!(customer.order(&body).await.status, 201);
    }
    let unpaid = customer.order(&basket(&[("MUG", 5)])).await;
    assert_eq!(unpaid.status, 201, "{unpaid:?}");
    shop.settle().await;
    adjust(&admin, 7, "found behind the shelf").await;
    let (entries, _) = walk(&admin, 100).await;
    let sum: i64 = entries
        .iter()
        .filter_map(|entry| entry["delta"].as_i64())
        .sum();
    let level = admin.get("/api/v1/inventory/MUG").await.json();
    // Two were sold, one was declined, and one is still held.
    assert_eq!(sum, 50 - 4 - 3 - 3 + 7);
    assert_eq!(level["data"]["onHand"], sum);
    assert_eq!(level["data"]["reserved"], 5);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_pages_to_its_end_without_a_miss_or_a_repeat() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 1).await;
    let admin = shop.admin().await;
    for turn in 2..=7 {
        // Ids of one millisecond have no order among them.
        shop.wait(1).await;
        adjust(&admin, turn, "count").await;
    }
    let (entries, pages) = walk(&admin, 3).await;
    let deltas: Vec<i64> = entries
        .iter()
        .filter_map(|entry| entry["delta"].as_i64())
        .collect();
    assert_eq!((deltas, pages), ((1..=7).rev().collect(), 3));
    let ids: BTreeSet<String> = entries
        .iter()
        .map(|entry| entry["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 7);
    // A page that ends where the ledger does leads nowhere.
    assert_eq!(walk(&admin, 7).await.1, 1);

    // What is new comes first, where a reader has already been.
    let first = admin.get(&format!("{PATH}?limit=3")).await;
    shop.wait(1).await;
    adjust(&admin, 8, "count").await;
    let second = admin.get(&first.text("/links/next")).await;
    assert_eq!(second.json()["data"][0]["delta"], 4);
}

#[tokio::test(start_paused = true)]
async fn an_empty_ledger_is_none_only_of_a_known_sku() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 0).await;
    let admin = shop.admin().await;
    let empty = admin.get(PATH).await;
    assert_json_snapshot!(empty.snapshot());
    for sku in ["NOPE", "M%20G"] {
        let path = format!("/api/v1/inventory/{sku}/movements");
        let unknown = admin.get(&path).await;
        assert_eq!(
            (unknown.status, unknown.code().as_str()),
            (404, "not_found")
        );
    }
    // A ledger outlives its product.
    adjust(&admin, 3, "count").await;
    let deleted = admin.delete(&format!("/api/v1/products/{id}")).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(walk(&admin, 20).await.0.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_staff_read_it() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    assert_eq!(shop.anybody().get(PATH).await.status, 401);
    let forbidden = shop.customer().await.get(PATH).await;
    assert_json_snapshot!(forbidden.snapshot());
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    shop.stocked("CUP", 5).await;
    let admin = shop.admin().await;
    shop.wait(1).await;
    adjust(&admin, 1, "count").await;
    let page = admin.get(&format!("{PATH}?limit=1")).await;
    let cursor = page.text("/meta/nextCursor");
    let foreign = format!("/api/v1/inventory/CUP/movements?cursor={cursor}");
    let foreign = admin.get(&foreign).await;
    let of_this_list = "cursor: must be a nextCursor of this list with the same filters";
    assert_eq!(foreign.status, 400);
    assert_eq!(foreign.errors(), [of_this_list]);
    for (query, error) in [
        ("limit=0", "limit: must be 1 to 100"),
        ("limit=101", "limit: must be 1 to 100"),
        ("limit=ten", "limit: must be an integer"),
        ("cursor=abc", of_this_list),
        (
            "kind=sale",
            "kind: is not a known parameter; allowed are cursor, limit, page, pageSize, fields",
        ),
    ] {
        let answer = admin.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
}
