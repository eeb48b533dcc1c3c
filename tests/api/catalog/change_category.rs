//! `PATCH /categories/{id}`.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::CategoryId;
use domain::sku::Sku;
use serde_json::json;
use store::categories::{self, Categories};
use store::products::{self, Products};

use super::{category, patch};
use crate::shop::{Shop, product, with};

fn at(id: &str) -> String {
    format!("/api/v1/categories/{id}")
}

#[tokio::test(start_paused = true)]
async fn a_branch_moves_with_all_that_is_in_it() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let house = category(&admin, "House", None).await;
    let attic = category(&admin, "Attic", Some(&house)).await;
    let trunk = category(&admin, "Trunk", Some(&attic)).await;
    let garden = category(&admin, "Garden", None).await;
    let body = with(
        product("HAT", 1),
        &json!({"category": "trunk", "status": "active"}),
    );
    assert_eq!(admin.post("/api/v1/products", &body).await.status, 201);
    let found = async |slug: &str| {
        let path = format!("/api/v1/products?category={slug}");
        let list = shop.anybody().get(&path).await;
        list.json()["data"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((found("house").await, found("garden").await), (1, 0));
    let moved = patch(&admin, &at(&attic), &json!({"parentId": garden})).await;
    assert_eq!(moved.text("/data/parentId"), garden);
    assert_eq!((found("house").await, found("garden").await), (0, 1));
    assert_eq!((found("attic").await, found("trunk").await), (1, 1));
    // What went along was not written anew.
    let along = shop.anybody().get(&at(&trunk)).await;
    assert_eq!(along.header("etag"), Some("\"1\""));
    let root = patch(&admin, &at(&attic), &json!({"parentId": null})).await;
    assert!(root.json()["data"]["parentId"].is_null());
    assert_eq!((found("garden").await, found("attic").await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn nothing_moves_below_itself_not_even_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let rule = ["parentId: must be neither the category itself nor one below it"];
    let (one, two) = (
        category(&admin, "One", None).await,
        category(&admin, "Two", None).await,
    );
    let three = category(&admin, "Three", Some(&one)).await;
    for parent in [&one, &three] {
        let refused = patch(&admin, &at(&one), &json!({"parentId": parent})).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (422, rule.map(str::to_owned).into())
        );
    }
    // Each below the other: whoever comes second is refused, and no ring is made.
    let asks = [(&one, &two), (&two, &one)].map(|(id, parent)| {
        let (admin, merge) = (admin.clone(), json!({"parentId": parent}));
        async move { patch(&admin, &at(id), &merge).await.status }
    });
    let mut statuses = shop.all(asks).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    let list = admin.get("/api/v1/categories?limit=100").await.json();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(13));
}

#[tokio::test(start_paused = true)]
async fn products_show_the_slug_of_today_under_another_tag() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = category(&admin, "Hats", None).await;
    let body = with(
        product("HAT", 1),
        &json!({"category": "hats", "status": "active"}),
    );
    let created = admin.post("/api/v1/products", &body).await;
    let path = created.header("location").expect("a location").to_owned();
    let before = shop.anybody().get(&path).await;
    assert_eq!(before.header("etag"), created.header("etag"));
    let renamed = patch(&admin, &at(&id), &json!({"slug": "headgear"})).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    // An instance that has shown the former slug may go on for five seconds; it leads to the category.
    assert_eq!(
        shop.anybody().get(&path).await.text("/data/category"),
        "hats"
    );
    shop.wait(5).await;
    let ask = shop.anybody().ask("GET", &path);
    let tag = before.header("etag").expect("a tag");
    let after = ask.header("if-none-match", tag).send().await;
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(after.text("/data/category"), "headgear");
    assert_eq!(after.json()["data"]["version"], 1);
    // Both tags name the version that a change is based on.
    for number in [1, 2] {
        let now = admin.get(&path).await;
        let tag = now.header("etag").expect("a tag");
        let ask = admin.ask("PATCH", &path).header("if-match", tag);
        let merge = json!({"description": format!("Felt, number {number}.")});
        let changed = ask.json(&merge).send().await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(changed.text("/data/category"), "headgear");
        assert_eq!(changed.json()["data"]["version"], number + 1);
    }
    let list = shop.anybody().get("/api/v1/products?category=hats").await;
    assert_eq!(list.text("/data/0/category"), "headgear");
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_changes_a_category() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = category(&admin, "Hats", None).await;
    let steps = json!([
        {"op": "test", "path": "/parentId", "value": null},
        {"op": "copy", "from": "/name", "path": "/description"},
        {"op": "replace", "path": "/position", "value": 9},
    ]);
    let ask = admin.ask("PATCH", &at(&id)).header("if-match", "\"1\"");
    let steps = steps.to_string();
    let changed = ask.bytes("application/json-patch+json", steps.as_bytes());
    let changed = changed.send().await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.text("/data/description"), "Hats");
    assert_eq!(changed.json()["data"]["position"], 9);
}

#[tokio::test(start_paused = true)]
async fn whoever_prices_an_order_learns_of_a_category_and_of_those_above_it() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let house = category(&admin, "House", None).await;
    let attic = category(&admin, "Attic", Some(&house)).await;
    let more = json!({
        "category": "attic",
        "variants": [{
            "sku": "HAT",
            "prices": [{"amount": 1, "currency": "EUR"}],
            "weightGrams": 90,
            "taxCategory": "reduced",
        }],
    });
    let created = admin
        .post("/api/v1/products", &with(product("HAT", 1), &more))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let offers: Products<products::Offers> = shop.handle().await;
    let sku = Sku::parse("HAT").expect("a SKU");
    let (mut reads, skus) = (offers.reads(), BTreeSet::from([sku]));
    offers.want(&mut reads, &skus);
    let mut answers = reads.send().await.expect("answers");
    let offers = offers.answered(&mut answers, &skus).expect("offers");
    assert_eq!(offers[0].weight_grams, 90);
    assert_eq!(offers[0].tax_category.as_str(), "reduced");
    let own = offers[0].category.expect("a category");
    assert_eq!(own.to_string(), attic);
    let categories: Categories<categories::Read> = shop.handle().await;
    let unknown = CategoryId::from_u128(7);
    let sought = BTreeSet::from([own, unknown]);
    let lineages = categories.lineages(&sought).await.expect("lineages");
    let house = CategoryId::parse(&house).expect("an id");
    assert_eq!(lineages, BTreeMap::from([(own, vec![house, own])]));
}
