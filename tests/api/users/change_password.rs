//! `PUT /users/me/password`.

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const PATH: &str = "/api/v1/users/me/password";
const SESSIONS: &str = "/api/v1/sessions";
const OLD: &str = "Newcomer-pass-1";
const NEW: &str = "Another-pass-2";

fn change(current: &str, new: &str) -> Value {
    json!({"currentPassword": current, "newPassword": new})
}

async fn sign_in(shop: &Shop, password: &str) -> Answer {
    let login = json!({"email": "ada@example.com", "password": password});
    shop.anybody().post(SESSIONS, &login).await
}

async fn refresh(shop: &Shop, signed_in: &Answer) -> u16 {
    let body = json!({"refreshToken": signed_in.text("/data/refreshToken")});
    let path = format!("{SESSIONS}/refresh");
    shop.anybody().post(&path, &body).await.status
}

#[tokio::test(start_paused = true)]
async fn a_new_password_takes_the_place_of_the_old() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let changed = ada.put(PATH, &change(OLD, NEW)).await;
    assert_eq!(
        (changed.status, changed.body.len()),
        (204, 0),
        "{changed:?}"
    );
    assert_eq!(sign_in(&shop, OLD).await.status, 401);
    assert_eq!(sign_in(&shop, NEW).await.status, 201);
    assert_eq!(shop.audited("password.changed").len(), 1);
    shop.settle().await;
    let mail = shop.mail_to("ada@example.com").await;
    let subjects: Vec<&str> = mail
        .iter()
        .filter_map(|mail| mail["subject"].as_str())
        .collect();
    assert_eq!(subjects, ["Welcome to Souk", "Your password was changed"]);
}

#[tokio::test(start_paused = true)]
async fn all_other_sessions_end_and_the_present_one_stays() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let (present, other) = (sign_in(&shop, OLD).await, sign_in(&shop, OLD).await);
    let ada = shop.holder(Some(&present.text("/data/accessToken")));
    assert_eq!(ada.put(PATH, &change(OLD, NEW)).await.status, 204);
    let listed = ada.get(SESSIONS).await.json();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["data"][0]["current"], true);
    assert_eq!(refresh(&shop, &other).await, 401);
    assert_eq!(refresh(&shop, &present).await, 200);
    let later = sign_in(&shop, NEW).await;
    assert_eq!(refresh(&shop, &later).await, 200);
}

#[tokio::test(start_paused = true)]
async fn what_was_mailed_before_is_good_for_nothing() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let token = shop.mailed_token("ada@example.com").await;
    assert_eq!(ada.put(PATH, &change(OLD, NEW)).await.status, 204);
    let proof = json!({"token": token});
    let spent = shop
        .anybody()
        .post("/api/v1/email-verifications", &proof)
        .await;
    assert_eq!((spent.status, spent.code().as_str()), (404, "token_spent"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_named_and_changes_nothing() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let refused = ada.put(PATH, &change("Guess-1234", NEW)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.errors(), ["currentPassword: is wrong"]);
    for (weak, line) in [
        ("short", "newPassword: must be 8 to 128 characters"),
        (
            "Password1",
            "newPassword: must not be a commonly used password",
        ),
        (
            "Ada@example.com",
            "newPassword: must not be the email address",
        ),
    ] {
        let refused = ada.put(PATH, &change(OLD, weak)).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (422, vec![line.to_owned()])
        );
    }
    assert_eq!(sign_in(&shop, OLD).await.status, 201);
    assert!(shop.audited("password.changed").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stolen_access_token_cannot_be_used_to_guess() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let thief = ada.at("198.51.100.1");
    let mut refused = Vec::new();
    for number in 0..30 {
        let guess = thief
            .put(PATH, &change(&format!("Guess-{number}"), NEW))
            .await;
        refused.push(guess.status);
        shop.wait(10).await;
    }
    let looked_at = refused.iter().filter(|status| **status == 422).count();
    assert_eq!(looked_at, 5, "{refused:?}");
    assert!(
        refused.iter().skip(5).all(|status| *status == 429),
        "{refused:?}"
    );
    // Ada is where she registered, and has a budget of her own there.
    assert_eq!(ada.put(PATH, &change(OLD, NEW)).await.status, 204);
}
