//! `GET /products/by-slug/{slug}`.

use serde_json::json;

use super::patch;
use crate::contract::undeclared;
use crate::samples::routes;
use crate::shop::{Shop, product, with};

const BY_SLUG: &str = "/api/v1/products/by-slug";

#[tokio::test(start_paused = true)]
async fn a_slug_leads_to_its_product_and_a_former_one_on_to_it() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let read = shop.anybody().get(&format!("{BY_SLUG}/thing-mug")).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.body, shop.anybody().get(&path).await.body);
    assert_eq!(read.header("etag"), Some("\"1\""));
    let renamed = patch(&admin, &path, &json!({"slug": "beaker"})).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let function = "catalog-get-product-by-slug";
    let sample = routes().into_iter().find(|it| it.name() == function);
    let sample = sample.expect("a sample");
    for method in ["GET", "HEAD"] {
        let ask = shop.anybody().ask(method, &format!("{BY_SLUG}/thing-mug"));
        let moved = ask.send().await;
        assert_eq!((moved.status, moved.body.len()), (301, 0), "{moved:?}");
        let location = format!("{BY_SLUG}/beaker");
        assert_eq!(moved.header("location"), Some(location.as_str()));
        assert_eq!(moved.header("cache-control"), Some("private, no-cache"));
        assert_eq!(undeclared(sample.function, &moved), [""; 0]);
    }
    // What was asked for beside goes along.
    let sparse = format!("{BY_SLUG}/thing-mug?fields=id,name");
    let sparse = shop.anybody().get(&sparse).await;
    let location = sparse.header("location").expect("a location");
    assert_eq!(location, format!("{BY_SLUG}/beaker?fields=id%2Cname"));
    let read = shop.anybody().get(location).await;
    assert_eq!(read.json()["data"], json!({"id": id, "name": "Thing MUG"}));
}

#[tokio::test(start_paused = true)]
async fn a_former_slug_is_free_for_others() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    patch(&admin, &path, &json!({"slug": "beaker"})).await;
    let other = with(
        product("CUP", 1),
        &json!({"slug": "thing-mug", "status": "active"}),
    );
    let other = admin.post("/api/v1/products", &other).await;
    assert_eq!(other.status, 201, "{other:?}");
    let read = shop.anybody().get(&format!("{BY_SLUG}/thing-mug")).await;
    assert_eq!(read.json()["data"]["id"], other.json()["data"]["id"]);
    let back = patch(&admin, &path, &json!({"slug": "thing-mug"})).await;
    assert_eq!(back.code(), "slug_taken");
    // Two who want one name at once: one of them gets it.
    let names = ["LEFT", "RIGHT"].map(|sku| with(product(sku, 1), &json!({"slug": "wanted"})));
    let asks = names
        .iter()
        .map(|body| admin.post("/api/v1/products", body));
    let mut statuses: Vec<u16> = shop.all(asks).await.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test(start_paused = true)]
async fn what_customers_may_not_see_is_nowhere_for_them() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    for status in ["draft", "archived"] {
        let merge = json!({"status": status, "slug": format!("mug-{status}")});
        assert_eq!(patch(&admin, &path, &merge).await.status, 200);
        for (slug, seen) in [("thing-mug", 301), (&format!("mug-{status}"), 200)] {
            let by_slug = format!("{BY_SLUG}/{slug}");
            assert_eq!(shop.anybody().get(&by_slug).await.status, 404);
            assert_eq!(admin.get(&by_slug).await.status, seen);
        }
    }
    assert_eq!(admin.delete(&path).await.status, 204);
    for slug in ["thing-mug", "mug-draft", "mug-archived", "Thing"] {
        let gone = admin.get(&format!("{BY_SLUG}/{slug}")).await;
        assert_eq!(gone.code(), "not_found", "{slug}");
    }
}
