//! `PATCH /users/me`.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

const PATH: &str = "/api/v1/users/me";
const MERGE: &str = "application/merge-patch+json";
const STEPS: &str = "application/json-patch+json";

async fn patch(person: &Person<'_>, media_type: &str, patch: &Value) -> Answer {
    let ask = person.ask("PATCH", PATH);
    ask.bytes(media_type, patch.to_string().as_bytes())
        .send()
        .await
}

#[tokio::test(start_paused = true)]
async fn a_merge_patch_changes_what_it_names_and_clears_what_is_null() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let changed = patch(&customer, MERGE, &json!({"country": "IE"})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.text("/data/name"), "Carl Customer");
    assert_eq!(changed.text("/data/country"), "IE");
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let changed = patch(
        &customer,
        MERGE,
        &json!({"name": "Caroline", "country": null}),
    )
    .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["data"]["country"], Value::Null);
    let me = customer.get(PATH).await;
    assert_eq!(me.json()["data"], changed.json()["data"]);
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_is_applied_whole_or_not_at_all() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let steps = json!([
        {"op": "replace", "path": "/name", "value": "Caroline"},
        {"op": "test", "path": "/country", "value": "FR"},
    ]);
    let refused = patch(&customer, STEPS, &steps).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "patch_failed")
    );
    assert_eq!(customer.get(PATH).await.text("/data/name"), "Carl Customer");
    let steps = json!([
        {"op": "test", "path": "/name", "value": "Carl Customer"},
        {"op": "replace", "path": "/name", "value": "Caroline"},
        {"op": "add", "path": "/country", "value": "FR"},
    ]);
    let changed = patch(&customer, STEPS, &steps).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.text("/data/country"), "FR");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_part_of_a_profile_cannot_be_changed() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let refused = patch(&customer, MERGE, &json!({"roles": ["admin"]})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.errors(), ["roles: is not a known field"]);
    let refused = patch(&customer, MERGE, &json!({"country": "Ireland"})).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(customer.get(PATH).await.json()["data"]["version"], 1);
}
