//! `POST /categories`.

use insta::assert_json_snapshot;
use serde_json::json;

use super::category;
use crate::shop::Shop;

const CATEGORIES: &str = "/api/v1/categories";

#[tokio::test(start_paused = true)]
async fn staff_create_a_category_below_another() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let parent = category(&admin, "Garden", None).await;
    let body = json!({
        "name": "Pots & Saucers",
        "description": "Of clay.",
        "parentId": parent,
        "position": 3,
    });
    let created = admin.post(CATEGORIES, &body).await;
    assert_eq!(created.text("/data/parentId"), parent);
    assert_json_snapshot!(created.snapshot());
    let location = created.header("location").expect("a location");
    assert_eq!(
        location,
        format!("{CATEGORIES}/{}", created.text("/data/id"))
    );
    let read = shop.anybody().get(location).await;
    assert_eq!(read.json()["data"], created.json()["data"]);
    assert_eq!(read.header("etag"), Some("\"1\""));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let unknown = "0190a0b0-0000-7000-8000-000000000000";
    for (body, status, errors) in [
        (
            json!({"name": "", "slug": "A B", "parentId": "root", "position": 1_000_001}),
            422,
            vec![
                "name: must be 1 to 100 characters",
                "slug: must be lower-case letters and digits in words joined by single hyphens",
                "parentId: must be a UUID in hyphenated form",
                "position: must be 0 to 1000000",
            ],
        ),
        (
            json!({"position": "first"}),
            400,
            vec!["name: is required", "position: must be an integer"],
        ),
        (
            json!({"name": "Garden", "parentId": unknown}),
            422,
            vec!["parentId: must be the id of an existing category"],
        ),
    ] {
        let refused = admin.post(CATEGORIES, &body).await;
        assert_eq!((refused.status, refused.errors()), (status, owned(&errors)));
    }
    let customer = shop.customer().await;
    let garden = json!({"name": "Garden"});
    assert_eq!(customer.post(CATEGORIES, &garden).await.status, 403);
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn slugs_are_unique_among_categories_and_of_another_kind_than_products() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    shop.stocked("GARDEN", 0).await;
    let body = json!({"name": "Garden", "slug": "thing-garden"});
    assert_eq!(admin.post(CATEGORIES, &body).await.status, 201);
    let again = admin.post(CATEGORIES, &body).await;
    assert_eq!((again.status, again.code().as_str()), (409, "slug_taken"));
    assert_eq!(again.errors(), ["slug: is taken"]);
    let nameless = admin.post(CATEGORIES, &json!({"name": "庭"})).await;
    assert!(nameless.text("/data/slug").starts_with("category-"));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_creates_one_category() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let ask = || {
        let ask = admin.ask("POST", CATEGORIES);
        ask.header("idempotency-key", "garden")
            .json(&json!({"name": "Garden"}))
    };
    let (first, again) = (ask().send().await, ask().send().await);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test(start_paused = true)]
async fn the_tree_has_five_levels_and_fifty_below_each_however_many_come_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let root = category(&admin, "One", None).await;
    let mut last = root.clone();
    for name in ["Two", "Three", "Four", "Five"] {
        last = category(&admin, name, Some(&last)).await;
    }
    let deeper = json!({"name": "Six", "parentId": last});
    let deeper = admin.post(CATEGORIES, &deeper).await;
    assert_eq!(
        deeper.errors(),
        ["parentId: must leave the tree with at most 5 levels"]
    );
    for number in 0..43 {
        category(&admin, &format!("Leaf {number}"), Some(&root)).await;
    }
    // There is room for three more, and six come.
    let asks = (0..6).map(|number| {
        let body = json!({"name": format!("Late {number}"), "parentId": root});
        let admin = admin.clone();
        async move { admin.post(CATEGORIES, &body).await }
    });
    let answers = shop.all(asks).await;
    let made = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(made.count(), 3);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            refused.errors(),
            ["parentId: must leave every category with at most 50 others below it"]
        );
    }
    let path = format!("{CATEGORIES}?parentId={root}&limit=100");
    let list = admin.get(&path).await;
    let direct = list.json()["data"].as_array().map(Vec::len);
    assert_eq!(direct, Some(47));
}
