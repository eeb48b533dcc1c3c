//! `PUT /users/me/notification-preferences`, and what the consumer makes of it.

use serde_json::{Value, json};

use crate::shop::{Person, Shop, basket, with};

const PATH: &str = "/api/v1/users/me/notification-preferences";
const ADA: &str = "ada@example.com";

fn channel(orders: bool, returns: bool, payments: bool, account: bool) -> Value {
    json!({"orders": orders, "returns": returns, "payments": payments, "account": account})
}

fn on() -> Value {
    channel(true, true, true, true)
}

async fn order(shop: &Shop, person: &Person<'_>, method: Option<&str>) -> String {
    let body = match method {
        Some(method) => with(basket(&[("MUG", 1)]), &json!({"paymentMethod": method})),
        None => basket(&[("MUG", 1)]),
    };
    let placed = person.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    shop.settle().await;
    placed.text("/data/id")
}

async fn cancelled(shop: &Shop, person: &Person<'_>) {
    let id = order(shop, person, None).await;
    let path = format!("/api/v1/orders/{id}/cancellations");
    assert_eq!(person.post(&path, &json!({})).await.status, 201);
    shop.settle().await;
}

async fn kinds(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/api/v1/notifications").await.json();
    let all = page["data"].as_array().cloned().unwrap_or_default();
    all.iter()
        .filter_map(|told| told["kind"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_said_stays_said_and_is_everybody_s_own() {
    let shop = Shop::open().await;
    let (ada, grace) = (
        shop.newcomer(ADA).await,
        shop.newcomer("grace@example.com").await,
    );
    let wanted = json!({
        "email": channel(false, true, false, true), "inApp": channel(true, false, true, false),
    });
    let said = ada.put(PATH, &wanted).await;
    assert_eq!(said.status, 200, "{said:?}");
    assert_eq!(said.header("etag"), Some("\"1\""));
    for part in ["email", "inApp"] {
        assert_eq!(said.json()["data"][part], wanted[part]);
    }
    assert_eq!(ada.get(PATH).await.json()["data"], said.json()["data"]);
    assert_eq!(grace.get(PATH).await.json()["data"]["email"], on());
    for (tag, status) in [("\"0\"", 412), ("\"1\"", 200), ("\"1\"", 412), ("*", 200)] {
        let ask = ada.ask("PUT", PATH).header("if-match", tag);
        let answer = ask.json(&wanted).send().await;
        assert_eq!(answer.status, status, "{tag}: {answer:?}");
    }
    assert_eq!(ada.get(PATH).await.json()["data"]["version"], 3);
}

#[tokio::test(start_paused = true)]
async fn what_protects_cannot_be_switched_off_and_nothing_is_left_open() {
    let shop = Shop::open().await;
    let ada = shop.newcomer(ADA).await;
    let off = json!({"email": channel(true, true, true, false), "inApp": on()});
    let refused = ada.put(PATH, &off).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(
        refused.errors(),
        ["email.account: must be true: mail about the account protects it"]
    );
    for (body, error) in [
        (json!({"email": on()}), "inApp: is required"),
        (
            json!({"email": on(), "inApp": {"orders": true, "returns": true, "payments": true}}),
            "inApp.account: is required",
        ),
        (
            json!({"email": on(), "inApp": on(), "sms": on()}),
            "sms: is not a known field",
        ),
    ] {
        let refused = ada.put(PATH, &body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_eq!(refused.errors(), [error]);
    }
    assert_eq!(ada.get(PATH).await.json()["data"]["version"], 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_what_they_do_not_want_to_hear() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    let ada = shop.newcomer(ADA).await;
    shop.settle().await;
    let (mail, told) = (shop.mail_to(ADA).await.len(), kinds(&ada).await.len());
    let quiet = channel(false, false, false, true);
    for (email, in_app, mailed, listed) in [
        (quiet.clone(), on(), 0, 1),
        (on(), channel(false, true, true, true), 1, 0),
        (quiet, channel(false, false, false, false), 0, 0),
    ] {
        let wanted = json!({"email": email, "inApp": in_app});
        assert_eq!(ada.put(PATH, &wanted).await.status, 200);
        let before = (shop.mail_to(ADA).await.len(), kinds(&ada).await.len());
        cancelled(&shop, &ada).await;
        let after = (shop.mail_to(ADA).await.len(), kinds(&ada).await.len());
        assert_eq!(after, (before.0 + mailed, before.1 + listed), "{wanted}");
    }
    assert_eq!(shop.mail_to(ADA).await.len(), mail + 1);
    assert_eq!(kinds(&ada).await.len(), told + 1);
}

#[tokio::test(start_paused = true)]
async fn who_wants_nothing_still_gets_what_the_law_or_safety_demands() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    let ada = shop.newcomer(ADA).await;
    shop.settle().await;
    let nothing = json!({
        "email": channel(false, false, false, true),
        "inApp": channel(false, false, false, false),
    });
    assert_eq!(ada.put(PATH, &nothing).await.status, 200);
    order(&shop, &ada, Some("pm_test_ok")).await;
    let new = json!({"currentPassword": "Newcomer-pass-1", "newPassword": "Another-pass-2"});
    let changed = ada.put("/api/v1/users/me/password", &new).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    shop.settle().await;
    let subjects: Vec<String> = shop
        .mail_to(ADA)
        .await
        .iter()
        .filter_map(|mail| mail["subject"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(subjects.len(), 3, "{subjects:?}");
    assert!(subjects[1].ends_with("is confirmed"), "{subjects:?}");
    assert_eq!(subjects[2], "Your password was changed");
    assert_eq!(kinds(&ada).await, ["welcome"]);
}
