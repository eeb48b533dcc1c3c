//! `PUT /categories/{id}`.

use serde_json::json;

use super::category;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_cleared() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let parent = category(&admin, "House", None).await;
    let body = json!({"name": "Attic", "description": "Dusty.", "parentId": parent, "position": 7});
    let created = admin.post("/api/v1/categories", &body).await;
    let path = created.header("location").expect("a location").to_owned();
    let ask = admin.ask("PUT", &path).header("if-match", "\"1\"");
    let replaced = ask.json(&json!({"name": "Loft"})).send().await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    let mut expected = created.json()["data"].clone();
    expected["name"] = json!("Loft");
    expected["slug"] = json!("loft");
    expected["description"] = json!("");
    expected["parentId"] = json!(null);
    expected["position"] = json!(0);
    expected["version"] = json!(2);
    expected["updatedAt"] = replaced.json()["data"]["updatedAt"].clone();
    assert_eq!(replaced.json()["data"], expected);
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    assert_eq!(admin.get(&path).await.json()["data"], expected);
}

#[tokio::test(start_paused = true)]
async fn the_version_must_be_named_and_right() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = category(&admin, "Attic", None).await;
    let path = format!("/api/v1/categories/{id}");
    let body = json!({"name": "Loft"});
    let unguarded = admin.put(&path, &body).await;
    assert_eq!(unguarded.code(), "precondition_required");
    for (tag, status) in [("\"2\"", 412), ("\"1\"", 200), ("\"1\"", 412), ("*", 200)] {
        let ask = admin.ask("PUT", &path).header("if-match", tag);
        assert_eq!(ask.json(&body).send().await.status, status, "{tag}");
    }
    let nowhere = "/api/v1/categories/0190a0b0-0000-7000-8000-000000000000";
    let ask = admin.ask("PUT", nowhere).header("if-match", "*");
    assert_eq!(ask.json(&body).send().await.status, 404);
}
