//! `POST /email-verifications`.

use local::Options;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

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

const BOSS: &str = "boss@example.com";
const PASSWORD: &str = "Newcomer-pass-1";

async fn with_a_boss() -> Shop {
    Shop::with(Options {
        admin_email: "Boss@example.com".to_owned(),
        ..Options::for_tests()
    })
    .await
}

/// Verifies an address while signed in.
async fn verify_as(shop: &Shop, person: &Person<'_>, address: &str) -> Answer {
    let token = shop.mailed_token(address).await;
    person.post(PATH, &json!({"token": token})).await
}

/// Chooses a new password by mail.
async fn reset(shop: &Shop, address: &str, password: &str) {
    shop.wait(60).await;
    let wish = json!({"email": address});
    let asked = shop.anybody().post("/api/v1/password-resets", &wish).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let path = format!(
        "/api/v1/password-resets/{}",
        shop.mailed_token(address).await
    );
    let body = json!({"newPassword": password});
    assert_eq!(shop.anybody().put(&path, &body).await.status, 204);
}

async fn roles(person: &Person<'_>) -> Value {
    person.get("/api/v1/users/me").await.json()["data"]["roles"].clone()
}

/// Moves somebody's account to another address.
async fn relocate(shop: &Shop, person: &Person<'_>, password: &str, address: &str) -> Answer {
    let body = json!({"email": address, "currentPassword": password});
    assert_eq!(
        person.put("/api/v1/users/me/email", &body).await.status,
        202
    );
    verify_as(shop, person, address).await
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_one_address_becomes_admin_by_showing_that_mail_and_account_are_theirs() {
    let shop = with_a_boss().await;
    for (address, expected) in [
        (BOSS, json!(["customer", "admin"])),
        ("ada@example.com", json!(["customer"])),
    ] {
        let person = shop.newcomer(address).await;
        assert_eq!(roles(&person).await, json!(["customer"]));
        let verified = verify_as(&shop, &person, address).await;
        assert_eq!(verified.json()["data"]["roles"], expected, "{address}");
    }
    let boss = shop.log_in(BOSS, PASSWORD).await;
    let level = boss.get("/api/v1/inventory/MUG-STONE-BLUE/movements").await;
    assert_eq!(level.status, 200);
    let entries = shop.audited("user.changed");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["details"]["roles.old"], "customer");
    assert_eq!(entries[0]["details"]["roles.new"], "customer admin");
}

#[tokio::test(start_paused = true)]
async fn a_link_alone_makes_nobody_admin_whose_address_it_is_not() {
    let shop = with_a_boss().await;
    let ada = shop.newcomer("ada@example.com").await;
    // Somebody registers the address before its owner does.
    let stranger = shop.newcomer(BOSS).await;
    let login = json!({"email": BOSS, "password": PASSWORD});
    let open = shop.anybody().post("/api/v1/sessions", &login).await;
    let token = shop.mailed_token(BOSS).await;
    let verified = ada.post(PATH, &json!({"token": token})).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    assert_eq!(verified.json()["data"]["emailVerified"], true);
    let body = json!({"email": BOSS, "currentPassword": PASSWORD});
    stranger.put("/api/v1/users/me/email", &body).await;
    assert_eq!(
        verify(&shop, &shop.mailed_token(BOSS).await).await.status,
        200
    );
    assert_eq!(roles(&stranger).await, json!(["customer"]));
    assert!(shop.audited("user.changed").is_empty());
    // The owner takes the account over, and is the admin then.
    reset(&shop, BOSS, "Another-pass-2").await;
    let boss = shop.log_in(BOSS, "Another-pass-2").await;
    assert_eq!(roles(&boss).await, json!(["customer", "admin"]));
    let body = json!({"refreshToken": open.text("/data/refreshToken")});
    let over = shop.anybody().post("/api/v1/sessions/refresh", &body).await;
    assert_eq!(over.status, 401);
}

#[tokio::test(start_paused = true)]
async fn an_admin_who_was_dismissed_stays_dismissed() {
    let shop = with_a_boss().await;
    let boss = shop.newcomer(BOSS).await;
    let verified = verify_as(&shop, &boss, BOSS).await;
    assert_eq!(
        verified.json()["data"]["roles"],
        json!(["customer", "admin"])
    );
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{}", verified.text("/data/id"));
    let ask = admin.ask("PATCH", &path);
    let customer = json!({"roles": ["customer"]}).to_string();
    let ask = ask.bytes("application/merge-patch+json", customer.as_bytes());
    assert_eq!(ask.send().await.status, 200);

    reset(&shop, BOSS, "Another-pass-2").await;
    let boss = shop.log_in(BOSS, "Another-pass-2").await;
    assert_eq!(roles(&boss).await, json!(["customer"]));
    // Nor by going away and coming back, or by sending somebody else.
    let moved = relocate(&shop, &boss, "Another-pass-2", "else@example.com").await;
    assert_eq!(moved.status, 200, "{moved:?}");
    let other = shop.newcomer("other@example.com").await;
    let moved = relocate(&shop, &other, PASSWORD, BOSS).await;
    assert_eq!(moved.json()["data"]["roles"], json!(["customer"]));
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn whom_staff_made_admin_and_dismissed_is_not_made_one_by_their_address() {
    let shop = with_a_boss().await;
    let boss = shop.newcomer(BOSS).await;
    let id = boss.get("/api/v1/users/me").await.text("/data/id");
    let admin = shop.admin().await;
    for given in [json!(["customer", "admin"]), json!(["customer"])] {
        let ask = admin.ask("PATCH", &format!("/api/v1/users/{id}"));
        let body = json!({"roles": given}).to_string();
        let ask = ask.bytes("application/merge-patch+json", body.as_bytes());
        assert_eq!(ask.send().await.status, 200);
    }
    let verified = verify_as(&shop, &boss, BOSS).await;
    assert_eq!(verified.json()["data"]["roles"], json!(["customer"]));
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
