//! `PATCH /notifications/{id}`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

const LIST: &str = "/api/v1/notifications";

async fn change(person: &Person<'_>, path: &str, body: &Value) -> Answer {
    let ask = person.ask("PATCH", path);
    let ask = ask.bytes("application/merge-patch+json", body.to_string().as_bytes());
    ask.send().await
}

/// The path of the welcome that somebody new was told.
async fn welcome(shop: &Shop, person: &Person<'_>) -> String {
    shop.settle().await;
    let told = person.get(LIST).await;
    assert_eq!(told.text("/data/0/kind"), "welcome");
    format!("{LIST}/{}", told.text("/data/0/id"))
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_read_and_unread_as_often_as_one_likes() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let path = welcome(&shop, &ada).await;
    let read = change(&ada, &path, &json!({"read": true})).await;
    assert_json_snapshot!(read.snapshot());
    assert_eq!(read.header("etag"), Some("\"2\""));
    // It is so already.
    let again = change(&ada, &path, &json!({"read": true})).await;
    assert_eq!(again.json()["data"], read.json()["data"]);
    assert_eq!(ada.get(LIST).await.json()["data"][0], read.json()["data"]);
    let steps = json!([{"op": "replace", "path": "/read", "value": false}]);
    let ask = ada.ask("PATCH", &path);
    let ask = ask.bytes("application/json-patch+json", steps.to_string().as_bytes());
    let unread = ask.send().await;
    assert_eq!(unread.json()["data"]["read"], false, "{unread:?}");
    assert_eq!(unread.json()["data"]["version"], 3);
}

#[tokio::test(start_paused = true)]
async fn those_of_others_do_not_exist() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let path = welcome(&shop, &ada).await;
    let body = json!({"read": true});
    let grace = shop.newcomer("grace@example.com").await;
    for other in [grace, shop.admin().await] {
        assert_eq!(change(&other, &path, &body).await.status, 404);
    }
    assert_eq!(change(&shop.anybody(), &path, &body).await.status, 401);
    let nowhere = format!("{LIST}/0190a0b0-0000-7000-8000-00000000000e");
    assert_eq!(change(&ada, &nowhere, &body).await.status, 404);
    assert_eq!(
        change(&ada, &format!("{LIST}/mug"), &body).await.status,
        404
    );
    assert_eq!(ada.get(LIST).await.json()["data"][0]["read"], false);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right_and_nothing_else_can_be_changed() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let path = welcome(&shop, &ada).await;
    for (tag, status) in [
        ("\"2\"", 412),
        ("\"1\"", 200),
        ("\"1\"", 412),
        ("\"2\"", 200),
    ] {
        let ask = ada.ask("PATCH", &path).header("if-match", tag);
        let answer = ask.json(&json!({"read": true})).send().await;
        assert_eq!(answer.status, status, "{tag}: {answer:?}");
    }
    for (body, error) in [
        (json!({"title": "Mine"}), "title: is not a known field"),
        (json!({"read": "yes"}), "read: must be true or false"),
        (json!({"read": null}), "read: is required"),
    ] {
        let answer = change(&ada, &path, &body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.errors(), [error]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_read_stays_read_when_its_event_comes_again() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let path = welcome(&shop, &ada).await;
    assert_eq!(
        change(&ada, &path, &json!({"read": true})).await.status,
        200
    );
    for event in shop.events().await {
        if event["type"] == "UserRegistered" {
            shop.inject("notifications-notify-customer", &event.to_string())
                .await;
        }
    }
    shop.settle().await;
    assert_eq!(ada.get(LIST).await.json()["data"][0]["read"], true);
}
