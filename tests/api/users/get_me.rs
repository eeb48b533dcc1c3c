//! `GET /users/me`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, basket, with};

const PATH: &str = "/api/v1/users/me";

#[tokio::test(start_paused = true)]
async fn everybody_sees_themselves() {
    let shop = Shop::open().await;
    let customer = shop.customer().await.get(PATH).await;
    assert_json_snapshot!(customer.snapshot());
    assert_eq!(customer.header("etag"), Some("\"1\""));
    assert_eq!(customer.header("cache-control"), Some("private, no-cache"));
    let admin = shop.admin().await.get(PATH).await;
    assert_eq!(admin.text("/data/email"), "admin@example.com");
    assert_eq!(admin.json()["data"]["roles"], json!(["admin"]));
}

#[tokio::test(start_paused = true)]
async fn a_known_version_is_not_sent_again() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    for known in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        let ask = customer.ask("GET", PATH).header("if-none-match", known);
        let answer = ask.send().await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), Some("\"1\""));
    }
    let renamed = customer.put(PATH, &json!({"name": "Caroline"})).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let ask = customer.ask("GET", PATH).header("if-none-match", "\"1\"");
    let changed = ask.send().await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.text("/data/name"), "Caroline");
}

#[tokio::test(start_paused = true)]
async fn head_answers_as_get_without_a_body() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let get = customer.get(PATH).await;
    let head = customer.ask("HEAD", PATH).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn guests_have_no_account() {
    let shop = Shop::open().await;
    let nobody = shop.anybody().get(PATH).await;
    assert_json_snapshot!(nobody.snapshot());
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
    // The token of an order opens that order and nothing else.
    shop.stocked("MUG", 1).await;
    let order = with(
        basket(&[("MUG", 1)]),
        &json!({"email": "guest@example.com"}),
    );
    let placed = shop.anybody().order(&order).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    assert_eq!(guest.get(PATH).await.status, 401);
}
