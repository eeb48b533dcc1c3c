//! `DELETE /api-keys/{id}`.

use serde_json::json;

use crate::shop::Shop;

const PATH: &str = "/api/v1/api-keys";

#[tokio::test(start_paused = true)]
async fn a_revoked_key_opens_nothing_from_that_moment() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Till", "scopes": ["stock:read", "stock:write"]});
    let made = admin.post(PATH, &body).await;
    let key = format!("{PATH}/{}", made.text("/data/id"));
    let secret = made.text("/data/secret");
    let server = shop.holder(Some(&secret));
    let adjustments = "/api/v1/inventory/MUG-STONE-BLUE/adjustments";
    let movements = "/api/v1/inventory/MUG-STONE-BLUE/movements";
    let counted = json!({"delta": 1, "reason": "count"});
    assert_eq!(server.post(adjustments, &counted).await.status, 201);
    assert_eq!(server.get(movements).await.status, 200);
    // Entries of one millisecond have no order among them.
    shop.wait(1).await;
    assert_eq!(admin.delete(&key).await.status, 204);
    assert_eq!(server.post(adjustments, &counted).await.status, 401);
    assert_eq!(server.get(movements).await.status, 401);
    let listed = admin.get(PATH).await;
    assert_eq!(listed.text("/data/0/status"), "revoked");
    let revoked_at = listed.text("/data/0/revokedAt");
    shop.wait(60).await;
    assert_eq!(admin.delete(&key).await.status, 204, "again");
    assert_eq!(admin.get(PATH).await.text("/data/0/revokedAt"), revoked_at);
    let trail = admin.get("/api/v1/audit-events").await;
    let actions: Vec<String> = trail.json()["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["action"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(actions, ["apiKey.revoked", "apiKey.created"]);
}

#[tokio::test(start_paused = true)]
async fn of_many_who_revoke_at_once_one_does() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Till", "scopes": ["stock:read"]});
    let made = admin.post(PATH, &body).await;
    let key = format!("{PATH}/{}", made.text("/data/id"));
    let answers = shop.all((0..5).map(|_| admin.delete(&key))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 204),
        "{answers:?}"
    );
    let trail = admin.get("/api/v1/audit-events").await;
    assert_eq!(trail.json()["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(start_paused = true)]
async fn only_who_may_revokes_and_only_what_there_is() {
    let shop = Shop::open().await;
    let demo = format!("{PATH}/{}", local::seed::API_KEY);
    assert_eq!(shop.customer().await.delete(&demo).await.status, 403);
    let unknown = format!("{PATH}/0190a0b0-0000-7000-8000-00000000000e");
    assert_eq!(shop.admin().await.delete(&unknown).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_key_has_no_version_that_a_request_could_name() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Till", "scopes": ["stock:read"]});
    let made = admin.post(PATH, &body).await;
    let key = format!("{PATH}/{}", made.text("/data/id"));
    let revoke = |tag| admin.ask("DELETE", &key).header("if-match", tag).send();
    let refused = revoke("\"1\"").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (412, "precondition_failed")
    );
    assert_eq!(admin.get(PATH).await.text("/data/0/status"), "active");
    assert_eq!(revoke("*").await.status, 204);
    assert_eq!(admin.get(PATH).await.text("/data/0/status"), "revoked");
}
