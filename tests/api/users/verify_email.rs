//! `POST /email-verifications`.

use local::Options;
use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const PATH: &str = "/api/v1/email-verifications";
const DAY_S: u64 = 24 * 60 * 60;

async fn verify(shop: &Shop, token: &str) -> Answer {
    shop.anybody().post(PATH, &json!({"token": token})).await
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
async fn the_token_in_the_welcome_verifies_the_address_once() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let before = ada.get("/api/v1/users/me").await;
    assert_eq!(before.json()["data"]["emailVerified"], false);
    let token = shop.mailed_token("ada@example.com").await;
    let verified = verify(&shop, &token).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    assert_eq!(verified.json()["data"]["emailVerified"], true);
    assert_eq!(verified.header("etag"), Some("\"2\""));
    is_spent(&verify(&shop, &token).await);
    let after = ada.get("/api/v1/users/me").await;
    assert_eq!(after.json()["data"], verified.json()["data"]);
    assert_eq!(shop.audited("email.verified").len(), 1);
    // One letter, which says all.
    assert_eq!(shop.mail_to("ada@example.com").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_many_who_bring_a_token_at_once_one_succeeds() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let token = shop.mailed_token("ada@example.com").await;
    let answers = shop.all((0..8).map(|_| verify(&shop, &token))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        is_spent(answer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_gets_the_same_answer() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let token = shop.mailed_token("ada@example.com").await;
    let send = || async {
        let ask = shop.anybody().ask("POST", PATH);
        let ask = ask.header("idempotency-key", "mine");
        ask.json(&json!({"token": token})).send().await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status), (200, 200), "{again:?}");
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_a_day() {
    let shop = Shop::open().await;
    for (address, seconds, status) in [
        ("ada@example.com", DAY_S - 60, 200),
        ("bob@example.com", DAY_S, 404),
    ] {
        shop.newcomer(address).await;
        let token = shop.mailed_token(address).await;
        shop.wait(seconds).await;
        assert_eq!(verify(&shop, &token).await.status, status, "{address}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forged_token_and_one_for_something_else_are_as_good_as_none() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let token = shop.mailed_token("ada@example.com").await;
    let wish = json!({"email": "ada@example.com"});
    let asked = shop.anybody().post("/api/v1/password-resets", &wish).await;
    assert_eq!(asked.status, 202);
    let other = shop.mailed_token("ada@example.com").await;
    assert_ne!(token, other);
    for forged in [
        "x",
        "not a token",
        &token[1..],
        &format!("{token}A"),
        &other,
    ] {
        is_spent(&verify(&shop, forged).await);
    }
    assert_eq!(verify(&shop, &token).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_one_address_becomes_admin_by_showing_that_it_is_theirs() {
    let shop = Shop::with(Options {
        admin_email: "Boss@example.com".to_owned(),
        ..Options::for_tests()
    })
    .await;
    for (address, roles) in [
        ("boss@example.com", json!(["customer", "admin"])),
        ("ada@example.com", json!(["customer"])),
    ] {
        let person = shop.newcomer(address).await;
        let me = person.get("/api/v1/users/me").await;
        assert_eq!(me.json()["data"]["roles"], json!(["customer"]));
        let token = shop.mailed_token(address).await;
        let verified = verify(&shop, &token).await;
        assert_eq!(verified.json()["data"]["roles"], roles, "{address}");
    }
    let boss = shop.log_in("boss@example.com", "Newcomer-pass-1").await;
    let level = boss.get("/api/v1/inventory/MUG-STONE-BLUE/movements").await;
    assert_eq!(level.status, 200);
}

#[tokio::test(start_paused = true)]
async fn no_mailed_token_is_kept_or_told() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let wish = json!({"email": "ada@example.com"});
    let mut tokens = vec![shop.mailed_token("ada@example.com").await];
    shop.anybody().post("/api/v1/password-resets", &wish).await;
    tokens.push(shop.mailed_token("ada@example.com").await);
    let kept = Value::Array(shop.kept_of_users()).to_string();
    let told = Value::Array(shop.events().await).to_string();
    let shown = ada.get("/api/v1/notifications").await.json().to_string();
    for token in tokens {
        assert!(!kept.contains(&token), "the table holds a token");
        assert!(!told.contains(&token), "an event holds a token");
        assert!(!shown.contains(&token), "a notification holds a token");
    }
}
