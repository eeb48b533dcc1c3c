//! `DELETE /products/{id}`.

use crate::shop::{Shop, basket, with};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn what_was_never_sold_is_gone() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 5).await;
    let path = format!("/api/v1/products/{id}");
    let deleted = admin.delete(&path).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.delete(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn what_was_ever_sold_is_archived() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 5).await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"email": "guest@example.com"}),
    );
    assert_eq!(shop.anybody().order(&body).await.status, 201);
    let path = format!("/api/v1/products/{id}");
    assert_eq!(admin.delete(&path).await.status, 204);
    let kept = admin.get(&path).await;
    assert_eq!(kept.text("/data/status"), "archived");
    assert_eq!(shop.anybody().get(&path).await.status, 404);
    // It cannot be bought any more.
    assert_eq!(shop.anybody().order(&body).await.status, 422);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_version_deletes_nothing() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let ask = admin.ask("DELETE", &path).header("if-match", "\"2\"");
    assert_eq!(ask.send().await.status, 412);
    assert_eq!(admin.get(&path).await.status, 200);
}
