//! `GET /inventory/{sku}`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, basket, product, with};

const PATH: &str = "/api/v1/inventory/MUG";

#[tokio::test(start_paused = true)]
async fn staff_see_the_whole_level_and_everybody_else_what_can_be_bought() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    assert_eq!(customer.order(&basket(&[("MUG", 2)])).await.status, 201);
    let whole = shop.admin().await.get(PATH).await;
    assert_json_snapshot!(whole.snapshot());
    let public = shop.anybody().get(PATH).await;
    assert_json_snapshot!(public.snapshot());
    let seen = customer.get(PATH).await;
    assert_eq!(seen.json()["data"], public.json()["data"]);
    for answer in [&whole, &public] {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_tag_is_that_of_the_whole_level() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let tag = admin.get(PATH).await.header("etag").map(str::to_owned);
    let tag = tag.expect("a tag");
    let ask = || admin.ask("GET", PATH).header("if-none-match", &tag);
    let known = ask().send().await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    // What changes the level changes its tag; the public view has none to mistake for it.
    let order = with(
        basket(&[("MUG", 1)]),
        &json!({"email": "guest@example.com"}),
    );
    assert_eq!(shop.anybody().order(&order).await.status, 201);
    assert_eq!(ask().send().await.status, 200);
    let public = shop.anybody().ask("GET", PATH);
    let public = public.header("if-none-match", &tag).send().await;
    assert_eq!(public.status, 200);
    assert_ne!(public.header("etag"), Some(tag.as_str()));
}

#[tokio::test(start_paused = true)]
async fn head_answers_as_get_without_a_body() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let get = shop.anybody().get(PATH).await;
    let head = shop.anybody().ask("HEAD", PATH).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_never_counted_is_not_there_yet() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 0).await;
    let whole = shop.admin().await.get(PATH).await;
    assert_json_snapshot!(whole.snapshot());
    assert_eq!(shop.available("MUG").await, 0);
}

#[tokio::test(start_paused = true)]
async fn customers_see_nothing_of_what_is_not_on_sale() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for status in ["draft", "archived"] {
        let sku = status.to_uppercase();
        let body = with(product(&sku, 100), &json!({"status": status}));
        assert_eq!(admin.post("/api/v1/products", &body).await.status, 201);
        let path = format!("/api/v1/inventory/{sku}");
        assert_eq!(admin.get(&path).await.status, 200);
        for person in [shop.anybody(), shop.customer().await] {
            let hidden = person.get(&path).await;
            assert_eq!(
                (hidden.status, hidden.code().as_str()),
                (404, "not_found"),
                "{status}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_and_malformed_skus_are_not_found() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let long = "M".repeat(65);
    for sku in ["NOPE", "mug", "M%20G", "%00", long.as_str()] {
        let path = format!("/api/v1/inventory/{sku}");
        for person in [&shop.anybody(), &admin] {
            let answer = person.get(&path).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (404, "not_found"),
                "{sku}"
            );
        }
    }
}
