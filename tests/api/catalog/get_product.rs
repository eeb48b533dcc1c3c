//! `GET /products/{id}`.

use serde_json::json;

use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn customers_see_active_products_and_staff_see_all() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let draft = with(product("DRAFT", 100), &json!({"status": "draft"}));
    let created = admin.post("/api/v1/products", &draft).await;
    let path = format!("/api/v1/products/{}", created.text("/data/id"));
    assert_eq!(admin.get(&path).await.status, 200);
    assert_eq!(shop.customer().await.get(&path).await.status, 404);
    assert_eq!(shop.anybody().get(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_known_version_is_not_sent_again() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let known = shop
        .anybody()
        .ask("GET", &path)
        .header("if-none-match", "\"1\"")
        .send()
        .await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), Some("\"1\""));
}

#[tokio::test(start_paused = true)]
async fn head_answers_as_get_without_a_body() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let get = shop.anybody().get(&path).await;
    let head = shop.anybody().ask("HEAD", &path).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_and_malformed_ids_are_not_found() {
    let shop = Shop::open().await;
    for id in ["0190a0b0-0000-7000-8000-000000000000", "7", "x%00y", "%ff"] {
        let answer = shop.anybody().get(&format!("/api/v1/products/{id}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "not_found"),
            "{id}"
        );
    }
}
