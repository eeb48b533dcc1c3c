//! `PUT /password-resets/{token}`.

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const PATH: &str = "/api/v1/password-resets";
const NEW: &str = "Another-pass-2";
const HOUR_S: u64 = 60 * 60;

async fn token(shop: &Shop, email: &str) -> String {
    shop.settle().await;
    let asked = shop.anybody().post(PATH, &json!({"email": email})).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    shop.mailed_token(email).await
}

async fn reset(shop: &Shop, token: &str, password: &str) -> Answer {
    let path = format!("{PATH}/{token}");
    let body = json!({"newPassword": password});
    shop.anybody().put(&path, &body).await
}

#[track_caller]
fn is_spent(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (404, "token_spent"),
        "{answer:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_the_mail_chooses_a_new_password_once() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let token = token(&shop, "ada@example.com").await;
    let done = reset(&shop, &token, NEW).await;
    assert_eq!((done.status, done.body.len()), (204, 0), "{done:?}");
    is_spent(&reset(&shop, &token, "Third-pass-3").await);
    shop.log_in("ada@example.com", NEW).await;
    let me = ada.get("/api/v1/users/me").await;
    assert_eq!(me.json()["data"]["emailVerified"], true);
    assert_eq!(shop.audited("password.reset").len(), 1);
    shop.settle().await;
    let mail = shop.mail_to("ada@example.com").await;
    let last = mail.last().map(|mail| mail["subject"].clone());
    assert_eq!(last, Some(json!("Your password was changed")));
}

#[tokio::test(start_paused = true)]
async fn all_sessions_end_and_what_was_mailed_before_is_good_for_nothing() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let verification = shop.mailed_token("ada@example.com").await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    let open = shop.anybody().post("/api/v1/sessions", &login).await;
    let token = token(&shop, "ada@example.com").await;
    assert_eq!(reset(&shop, &token, NEW).await.status, 204);
    let body = json!({"refreshToken": open.text("/data/refreshToken")});
    let refused = shop.anybody().post("/api/v1/sessions/refresh", &body).await;
    assert_eq!(refused.status, 401);
    let proof = json!({"token": verification});
    let spent = shop
        .anybody()
        .post("/api/v1/email-verifications", &proof)
        .await;
    is_spent(&spent);
}

#[tokio::test(start_paused = true)]
async fn a_reset_forgives_what_was_guessed() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    for number in 0..20 {
        let guess: Value = json!({"email": "ada@example.com", "password": "Guess-1234"});
        let eve = shop.anybody().at(&format!("198.51.100.{number}"));
        eve.post("/api/v1/sessions", &guess).await;
    }
    let login = |password: &str| json!({"email": "ada@example.com", "password": password});
    let elsewhere = shop.anybody().at("203.0.113.50");
    let refused = elsewhere
        .post("/api/v1/sessions", &login("Newcomer-pass-1"))
        .await;
    assert_eq!(refused.status, 429);
    let token = token(&shop, "ada@example.com").await;
    assert_eq!(reset(&shop, &token, NEW).await.status, 204);
    let opened = elsewhere.post("/api/v1/sessions", &login(NEW)).await;
    assert_eq!(opened.status, 201, "{opened:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_an_hour_and_not_after_its_address_was_left() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let late = token(&shop, "ada@example.com").await;
    shop.wait(HOUR_S).await;
    is_spent(&reset(&shop, &late, NEW).await);

    let ada = shop.log_in("ada@example.com", "Newcomer-pass-1").await;
    let old = token(&shop, "ada@example.com").await;
    let change = json!({"email": "new@example.com", "currentPassword": "Newcomer-pass-1"});
    assert_eq!(ada.put("/api/v1/users/me/email", &change).await.status, 202);
    let proof = json!({"token": shop.mailed_token("new@example.com").await});
    let moved = shop
        .anybody()
        .post("/api/v1/email-verifications", &proof)
        .await;
    assert_eq!(moved.status, 200, "{moved:?}");
    is_spent(&reset(&shop, &old, NEW).await);
}

#[tokio::test(start_paused = true)]
async fn a_password_that_breaks_a_rule_leaves_the_token_good() {
    let shop = Shop::open().await;
    let token = token(&shop, "customer@example.com").await;
    for (weak, line) in [
        ("short", "newPassword: must be 8 to 128 characters"),
        (
            "Password1",
            "newPassword: must not be a commonly used password",
        ),
        (
            "Customer@example.com",
            "newPassword: must not be the email address",
        ),
    ] {
        let refused = reset(&shop, &token, weak).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (422, vec![line.to_owned()])
        );
    }
    is_spent(&reset(&shop, &format!("{token}A"), NEW).await);
    assert_eq!(reset(&shop, &token, NEW).await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn a_token_has_no_version_that_a_request_could_name() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let token = token(&shop, "ada@example.com").await;
    let path = format!("{PATH}/{token}");
    let set = |tag| {
        let ask = shop.anybody().ask("PUT", &path).header("if-match", tag);
        ask.json(&json!({"newPassword": NEW})).send()
    };
    let refused = set("\"1\"").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (412, "precondition_failed")
    );
    shop.log_in("ada@example.com", "Newcomer-pass-1").await;
    // The token is as good as before.
    assert_eq!(set("*").await.status, 204);
    shop.log_in("ada@example.com", NEW).await;
}
