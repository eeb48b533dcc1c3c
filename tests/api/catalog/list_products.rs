//! `GET /products`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn a_list_pages_to_its_end_without_a_miss_or_a_repeat() {
    let shop = Shop::open().await;
    let mut path = "/api/v1/products?limit=5".to_owned();
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let page = shop.anybody().get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        for item in body["data"].as_array().expect("a list") {
            assert!(seen.insert(item["id"].to_string()), "seen twice");
        }
        pages += 1;
        assert_eq!(body["meta"]["limit"], 5);
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => {
                assert_eq!(body["meta"]["hasMore"], false);
                break;
            }
        }
        if pages == 1 {
            // Something new comes first, where the list has already been.
            shop.stocked("LATE", 0).await;
        }
    }
    assert_eq!((seen.len(), pages), (24, 5));
}

#[tokio::test(start_paused = true)]
async fn customers_see_active_products_alone() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let draft = with(product("DRAFT", 100), &json!({"status": "draft"}));
    admin.post("/api/v1/products", &draft).await;
    let count = async |person: &crate::shop::Person<'_>, query: &str| {
        let page = person
            .get(&format!("/api/v1/products?limit=100{query}"))
            .await;
        page.json()["data"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count(&shop.anybody(), "").await, 24);
    assert_eq!(count(&admin, "").await, 25);
    assert_eq!(count(&admin, "&status=draft").await, 1);
    let forbidden = shop.anybody().get("/api/v1/products?status=draft").await;
    assert_eq!(forbidden.status, 403);
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    for (query, error) in [
        ("limit=0", "limit: must be 1 to 100"),
        ("limit=101", "limit: must be 1 to 100"),
        ("limit=ten", "limit: must be an integer"),
        ("limit=1&limit=2", "limit: is given twice"),
        (
            "status=gone",
            "status: must be one of draft, active, archived",
        ),
        (
            "colour=red",
            "colour: is not a known parameter; allowed are status, cursor, limit",
        ),
        (
            "cursor=abc",
            "cursor: must be a nextCursor of this list with the same filters",
        ),
    ] {
        let answer = shop
            .anybody()
            .get(&format!("/api/v1/products?{query}"))
            .await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_belongs_to_its_list_and_filters() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let page = admin.get("/api/v1/products?limit=1").await;
    let cursor = page.text("/meta/nextCursor");
    let other = admin
        .get(&format!("/api/v1/products?status=active&cursor={cursor}"))
        .await;
    assert_eq!(other.status, 400);
    let other = admin.get(&format!("/api/v1/orders?cursor={cursor}")).await;
    assert_eq!(other.status, 400);
}
