//! `PUT /products/{id}`.

use serde_json::json;

use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_cleared() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mut body = product("MUG", 100);
    body["description"] = json!("A mug.");
    let created = admin.post("/api/v1/products", &body).await;
    let path = format!("/api/v1/products/{}", created.text("/data/id"));
    let replaced = admin
        .ask("PUT", &path)
        .header("if-match", "\"1\"")
        .json(&product("CUP", 200))
        .send()
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    let data = &replaced.json()["data"];
    assert_eq!(data["description"], "");
    assert_eq!(data["version"], 2);
    assert_eq!(data["variants"][0]["sku"], "CUP");
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    // The old SKU and slug are free again.
    assert_eq!(
        shop.anybody().get("/api/v1/inventory/MUG").await.status,
        404
    );
    let again = admin.post("/api/v1/products", &product("MUG", 100)).await;
    assert_eq!(again.status, 201, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn the_version_must_be_named_and_right() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let unguarded = admin.put(&path, &product("MUG", 200)).await;
    assert_eq!(
        (unguarded.status, unguarded.code().as_str()),
        (428, "precondition_required")
    );
    for (tag, status) in [
        ("\"7\"", 412),
        ("W/\"1\"", 412),
        ("\"other\"", 412),
        ("1", 400),
        ("\"7\", \"1\"", 200),
        ("*", 200),
    ] {
        let answer = admin
            .ask("PUT", &path)
            .header("if-match", tag)
            .json(&product("MUG", 200))
            .send()
            .await;
        assert_eq!(answer.status, status, "{tag} {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sku_of_another_product_is_taken() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("ONE", 0).await;
    shop.stocked("TWO", 0).await;
    let mut body = product("TWO", 100);
    body["slug"] = json!("thing-one");
    let refused = admin
        .ask("PUT", &format!("/api/v1/products/{id}"))
        .header("if-match", "*")
        .json(&body)
        .send()
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "sku_taken")
    );
}

/// A product of so many variants, whose SKUs begin alike.
fn many(prefix: &str, count: u32) -> serde_json::Value {
    let mut body = product(prefix, 100);
    let variants = (0..count).map(|number| {
        json!({
            "sku": format!("{prefix}-{number}"),
            "options": {"number": number.to_string()},
            "prices": [{"amount": 100, "currency": "EUR"}],
        })
    });
    body["variants"] = variants.collect();
    body
}

#[tokio::test(start_paused = true)]
async fn every_variant_and_word_of_the_largest_product_can_be_exchanged() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let many = |prefix: &str, count| {
        let words: Vec<String> = (0..8).map(|n| format!("{prefix}{n}")).collect();
        let category = if prefix == "OLD" { "mugs" } else { "home" };
        let more = json!({"name": words.join(" "), "slug": null, "category": category});
        with(many(prefix, count), &more)
    };
    let too_many = admin.post("/api/v1/products", &many("OLD", 41)).await;
    assert_eq!(too_many.errors(), ["variants: must have 1 to 40 items"]);
    let created = admin.post("/api/v1/products", &many("OLD", 40)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let path = format!("/api/v1/products/{}", created.text("/data/id"));
    let ask = admin.ask("PUT", &path).header("if-match", "\"1\"");
    let replaced = ask.json(&many("NEW", 40)).send().await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.status, 404);
}
