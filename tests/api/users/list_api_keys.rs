//! `GET /api-keys`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::Shop;

const PATH: &str = "/api/v1/api-keys";
const READ: &str = "/api/v1/inventory/MUG-STONE-BLUE/movements";

async fn named(shop: &Shop, name: &str) -> Value {
    let listed = shop.admin().await.get(PATH).await;
    let keys = listed.json()["data"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    keys.into_iter()
        .find(|key| key["name"] == name)
        .unwrap_or_else(|| panic!("no key {name} in {listed:?}"))
}

#[tokio::test(start_paused = true)]
async fn the_newest_come_first_and_all_that_ever_were_are_there() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let soon = shop.store.now().plus(std::time::Duration::from_secs(60));
    for (name, until) in [("Expired", json!(soon)), ("Active", Value::Null)] {
        shop.wait(1).await;
        let body = json!({"name": name, "scopes": ["stock:read"], "expiresAt": until});
        assert_eq!(admin.post(PATH, &body).await.status, 201);
    }
    let demo = format!("{PATH}/{}", local::seed::API_KEY);
    assert_eq!(admin.delete(&demo).await.status, 204);
    shop.wait(60).await;
    assert_json_snapshot!(admin.get(PATH).await.snapshot());
    let mut path = format!("{PATH}?limit=1");
    let mut names = Vec::new();
    loop {
        let page = admin.get(&path).await;
        names.push(page.text("/data/0/name"));
        match page.json()["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["Active", "Expired", "Warehouse"]);
    let numbered = admin.get(&format!("{PATH}?page=2&pageSize=2")).await;
    assert_eq!(numbered.text("/data/0/name"), "Warehouse");
    assert_eq!(numbered.json()["meta"]["total"], 3);
}

#[tokio::test(start_paused = true)]
async fn the_last_use_is_noted_at_most_every_five_minutes() {
    let shop = Shop::open().await;
    let key = shop.key_with(&["stock:read"]).await;
    let server = shop.holder(Some(&key));
    assert!(named(&shop, "Test").await["lastUsedAt"].is_null());
    shop.wait(60).await;
    let first = shop.store.now().to_string();
    for seconds in [0, 299] {
        shop.wait(seconds).await;
        shop.store.cloud().meter_start();
        assert_eq!(server.get(READ).await.status, 200);
        let metered = shop.store.cloud().meter_stop();
        let written = metered["inventory-list-movements"].write_units;
        assert!(
            (written - if seconds == 0 { 1.0 } else { 0.0 }).abs() < 0.1,
            "{written}"
        );
        assert_eq!(named(&shop, "Test").await["lastUsedAt"], json!(first));
    }
    shop.wait(1).await;
    let later = shop.store.now().to_string();
    assert_eq!(server.get(READ).await.status, 200);
    assert_eq!(named(&shop, "Test").await["lastUsedAt"], json!(later));
    // A request that is refused used the key as well.
    shop.wait(300).await;
    let refused = shop.store.now().to_string();
    assert_eq!(server.get("/api/v1/users").await.status, 403);
    assert_eq!(named(&shop, "Test").await["lastUsedAt"], json!(refused));
}

#[tokio::test(start_paused = true)]
async fn only_who_may_see_keys_sees_them() {
    let shop = Shop::open().await;
    assert_eq!(shop.customer().await.get(PATH).await.status, 403);
    let key = shop.key_with(&["api-keys:read"]).await;
    let server = shop.holder(Some(&key));
    assert_eq!(server.get(PATH).await.status, 200);
    let made = server
        .post(PATH, &json!({"name": "More", "scopes": ["api-keys:read"]}))
        .await;
    assert_eq!(made.status, 403);
}
