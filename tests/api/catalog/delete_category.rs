//! `DELETE /categories/{id}`.

use serde_json::json;

use super::{category, patch};
use crate::shop::{Shop, product, with};

#[tokio::test(start_paused = true)]
async fn only_an_empty_category_goes() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let house = category(&admin, "House", None).await;
    let attic = category(&admin, "Attic", Some(&house)).await;
    let [house, attic] = [house, attic].map(|id| format!("/api/v1/categories/{id}"));
    let refused = admin.delete(&house).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(refused.errors(), ["the category has subcategories"]);
    // Whatever the status of the products in it.
    let body = with(
        product("HAT", 1),
        &json!({"category": "attic", "status": "draft"}),
    );
    let created = admin.post("/api/v1/products", &body).await;
    let hat = created.header("location").expect("a location").to_owned();
    for status in ["draft", "active", "archived"] {
        assert_eq!(
            patch(&admin, &hat, &json!({"status": status})).await.status,
            200
        );
        let refused = admin.delete(&attic).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "invalid_state")
        );
        assert_eq!(refused.errors(), ["the category has products"]);
    }
    // A product leaves it for another category, comes back, and is deleted.
    for (slug, status) in [("house", 204), ("attic", 404)] {
        let moved = patch(&admin, &hat, &json!({"category": slug})).await;
        if status == 204 {
            assert_eq!(moved.status, 200, "{moved:?}");
        } else {
            assert_eq!(
                moved.errors(),
                ["category: must be the slug of an existing category"]
            );
        }
        assert_eq!(admin.delete(&attic).await.status, status);
    }
    assert_eq!(admin.delete(&house).await.status, 409);
    assert_eq!(admin.delete(&hat).await.status, 204);
    assert_eq!(admin.delete(&house).await.status, 204);
    assert_eq!(admin.get(&house).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_product_that_comes_at_the_same_moment_keeps_its_category_or_gets_none() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for number in 0..6 {
        let name = format!("Shelf {number}");
        let id = category(&admin, &name, None).await;
        let path = format!("/api/v1/categories/{id}");
        let slug = json!({"category": format!("shelf-{number}")});
        let body = with(product(&format!("HAT-{number}"), 1), &slug);
        let (created, deleted) =
            tokio::join!(admin.post("/api/v1/products", &body), admin.delete(&path));
        match (created.status, deleted.status) {
            (201, 409) => assert_eq!(admin.get(&path).await.status, 200),
            (422, 204) => assert_eq!(admin.get(&path).await.status, 404),
            other => panic!("{other:?}: {created:?} {deleted:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_version_deletes_nothing() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = category(&admin, "House", None).await;
    let path = format!("/api/v1/categories/{id}");
    let ask = admin.ask("DELETE", &path).header("if-match", "\"2\"");
    assert_eq!(ask.send().await.status, 412);
    assert_eq!(admin.get(&path).await.status, 200);
}
