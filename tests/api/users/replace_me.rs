//! `PUT /users/me`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::Shop;

const PATH: &str = "/api/v1/users/me";

#[tokio::test(start_paused = true)]
async fn name_and_country_are_written_anew_and_nothing_else() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let before = customer.get(PATH).await;
    shop.wait(1).await;
    let body = json!({"name": "Caroline Customer", "country": "FR"});
    let replaced = customer.put(PATH, &body).await;
    assert_json_snapshot!(replaced.snapshot());
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    let read = customer.get(PATH).await;
    assert_eq!(read.json()["data"], replaced.json()["data"]);
    for kept in [
        "id",
        "email",
        "emailVerified",
        "roles",
        "status",
        "createdAt",
    ] {
        assert_eq!(
            read.json()["data"][kept],
            before.json()["data"][kept],
            "{kept}"
        );
    }
    assert!(read.text("/data/updatedAt") > before.text("/data/updatedAt"));
}

#[tokio::test(start_paused = true)]
async fn a_country_that_is_left_out_is_cleared() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let moved = json!({"name": "Carl", "country": "FR"});
    let moved = customer.put(PATH, &moved).await;
    assert_eq!(moved.text("/data/country"), "FR");
    let cleared = customer.put(PATH, &json!({"name": "Carl"})).await;
    assert!(cleared.json()["data"]["country"].is_null(), "{cleared:?}");
    customer
        .put(PATH, &json!({"name": "Carl", "country": "FR"}))
        .await;
    let nulled = json!({"name": "Carl", "country": null});
    assert_eq!(customer.put(PATH, &nulled).await.status, 200);
    assert!(customer.get(PATH).await.json()["data"]["country"].is_null());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    for (tag, status) in [
        ("\"7\"", 412),
        ("W/\"1\"", 412),
        ("\"other\"", 412),
        ("1", 400),
        ("\"7\", \"1\"", 200),
        ("\"1\"", 412),
        ("\"2\"", 200),
        ("*", 200),
    ] {
        let ask = customer.ask("PUT", PATH).header("if-match", tag);
        let answer = ask.json(&json!({"name": "Carl"})).send().await;
        assert_eq!(answer.status, status, "{tag} {answer:?}");
        if status == 412 {
            assert_eq!(answer.code(), "precondition_failed");
        }
    }
    assert_eq!(customer.get(PATH).await.json()["data"]["version"], 4);
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let refused = customer
        .put(PATH, &json!({"name": " ", "country": "gb"}))
        .await;
    assert_json_snapshot!(refused.snapshot());
    let long = json!({"name": "x".repeat(101)});
    let refused = customer.put(PATH, &long).await;
    assert_eq!(refused.errors(), ["name: must be 1 to 100 characters"]);
    let longest = json!({"name": "é".repeat(100)});
    assert_eq!(customer.put(PATH, &longest).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn nobody_gives_themselves_what_is_not_theirs_to_give() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let body = json!({
        "name": "Carl",
        "email": "admin@example.com",
        "emailVerified": true,
        "roles": ["admin"],
        "status": "active",
        "version": 9,
    });
    let refused = customer.put(PATH, &body).await;
    assert_json_snapshot!(refused.snapshot());
    assert_eq!(customer.get(PATH).await.json()["data"]["version"], 1);
    let missing = customer.put(PATH, &json!({"country": "FR"})).await;
    assert_eq!(missing.status, 400);
    assert_eq!(missing.errors(), ["name: is required"]);
    let nobody = shop.anybody().put(PATH, &json!({"name": "Carl"})).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test(start_paused = true)]
async fn of_ten_at_once_none_is_lost_unnoticed() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let customer = &customer;
    let asks = (0..10).map(|turn| async move {
        let body = json!({"name": format!("Carl {turn}")});
        customer.put(PATH, &body).await
    });
    let answers = shop.all(asks).await;
    let mut versions = Vec::new();
    for answer in &answers {
        if answer.status == 200 {
            versions.push(answer.json()["data"]["version"].as_u64());
        } else {
            assert_eq!((answer.status, answer.code().as_str()), (409, "conflict"));
            assert!(answer.header("retry-after").is_some());
        }
    }
    versions.sort_unstable();
    let expected: Vec<Option<u64>> = (2..).take(versions.len()).map(Some).collect();
    assert_eq!(versions, expected);
    let now = customer.get(PATH).await.json()["data"]["version"].as_u64();
    assert_eq!(versions.last(), Some(&now));
}

#[tokio::test(start_paused = true)]
async fn of_ten_at_once_on_one_version_one_wins() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let asks = (0..10).map(|turn| {
        let ask = customer.ask("PUT", PATH).header("if-match", "\"1\"");
        ask.json(&json!({"name": format!("Carl {turn}")})).send()
    });
    let answers = shop.all(asks).await;
    let count = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((count(200), count(412)), (1, 9));
}
