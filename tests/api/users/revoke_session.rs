//! `DELETE /sessions/{id}`.

use serde_json::json;

use crate::shop::{Person, Shop};

const PATH: &str = "/api/v1/sessions";

async fn newest(person: &Person<'_>) -> String {
    let listed = person.get(PATH).await;
    format!("{PATH}/{}", listed.text("/data/0/id"))
}

#[tokio::test(start_paused = true)]
async fn a_session_elsewhere_is_ended_and_that_is_put_down() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    shop.wait(1).await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    let lost = shop.anybody().post(PATH, &login).await;
    let path = newest(&ada).await;
    let revoked = ada.delete(&path).await;
    assert_eq!((revoked.status, revoked.body.len()), (204, 0));
    let body = json!({"refreshToken": lost.text("/data/refreshToken")});
    let refused = shop.anybody().post(&format!("{PATH}/refresh"), &body).await;
    assert_eq!(refused.status, 401);
    // What has ended is no more, and is put down once.
    assert_eq!(ada.delete(&path).await.status, 404);
    let entries = shop.audited("session.revoked");
    assert_eq!(entries.len(), 1, "{entries:#?}");
    assert!(path.ends_with(entries[0]["details"]["session"].as_str().expect("an id")));
    // The access token runs out by itself.
    let holder = shop.holder(Some(&lost.text("/data/accessToken")));
    assert_eq!(holder.get("/api/v1/users/me").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn anothers_session_does_not_exist() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let eve = shop.newcomer("eve@example.com").await;
    let path = newest(&ada).await;
    let foreign = eve.delete(&path).await;
    assert_eq!(
        (foreign.status, foreign.code().as_str()),
        (404, "not_found")
    );
    assert_eq!(newest(&ada).await, path);
    assert!(shop.audited("session.revoked").is_empty());
    assert_eq!(shop.anybody().delete(&path).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_session_has_no_version_that_a_request_could_name() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    for path in [newest(&ada).await, format!("{PATH}/current")] {
        let ask = ada.ask("DELETE", &path).header("if-match", "\"1\"");
        let refused = ask.send().await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (412, "precondition_failed")
        );
    }
    assert_eq!(
        ada.get(PATH).await.json()["data"].as_array().map(Vec::len),
        Some(1)
    );
}
