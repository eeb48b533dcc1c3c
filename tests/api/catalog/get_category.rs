//! `GET /categories/{id}`.

use super::category;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn anybody_reads_a_category() {
    let shop = Shop::open().await;
    let id = category(&shop.admin().await, "Garden", None).await;
    let path = format!("/api/v1/categories/{id}");
    let read = shop.anybody().get(&path).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.text("/data/slug"), "garden");
    assert!(read.json()["data"]["parentId"].is_null());
    let known = shop.anybody().ask("GET", &path);
    let known = known.header("if-none-match", "\"1\"").send().await;
    assert_eq!(known.status, 304);
}

#[tokio::test(start_paused = true)]
async fn unknown_and_malformed_ids_are_not_found() {
    let shop = Shop::open().await;
    for id in ["0190a0b0-0000-7000-8000-000000000000", "7", "by-slug"] {
        let path = format!("/api/v1/categories/{id}");
        assert_eq!(shop.anybody().get(&path).await.code(), "not_found", "{id}");
    }
}
