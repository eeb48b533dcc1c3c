//! `PUT /users/me/email`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

const PATH: &str = "/api/v1/users/me/email";
const VERIFY: &str = "/api/v1/email-verifications";
const PASSWORD: &str = "Newcomer-pass-1";

async fn ask(person: &Person<'_>, email: &str) -> Answer {
    let body = json!({"email": email, "currentPassword": PASSWORD});
    person.put(PATH, &body).await
}

async fn verify(shop: &Shop, token: &str) -> Answer {
    shop.anybody().post(VERIFY, &json!({"token": token})).await
}

async fn subjects(shop: &Shop, address: &str) -> Vec<Value> {
    let mail = shop.mail_to(address).await;
    mail.into_iter()
        .map(|mail| mail["subject"].clone())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_account_moves_when_the_new_address_answers() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let asked = ask(&ada, "ada@new.example.com").await;
    assert_eq!((asked.status, asked.body.len()), (202, 0), "{asked:?}");
    let me = ada.get("/api/v1/users/me").await;
    assert_eq!(me.text("/data/email"), "ada@example.com");

    let token = shop.mailed_token("ada@new.example.com").await;
    let moved = verify(&shop, &token).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(moved.text("/data/email"), "ada@new.example.com");
    assert_eq!(moved.json()["data"]["emailVerified"], true);
    shop.log_in("ada@new.example.com", PASSWORD).await;
    let old = json!({"email": "ada@example.com", "password": PASSWORD});
    let gone = shop.anybody().post("/api/v1/sessions", &old).await;
    assert_eq!(gone.status, 401);
    shop.settle().await;
    assert_eq!(
        subjects(&shop, "ada@example.com").await,
        ["Welcome to Souk", "Your account has another address"]
    );
    let entries = shop.audited("email.changed");
    assert_eq!(entries.len(), 1);
    assert!(!entries[0].to_string().contains("example.com"));
    // The old address is free again.
    shop.newcomer("ada@example.com").await;
}

#[tokio::test(start_paused = true)]
async fn the_letter_says_what_it_is_for() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    ask(&ada, "ada@new.example.com").await;
    let token = shop.mailed_token("ada@new.example.com").await;
    let mail = shop.mail_to("ada@new.example.com").await;
    let text = mail[0]["text"].as_str().expect("text");
    assert_json_snapshot!(text.replace(&token, "[token]"));
    let link = format!("http://127.0.0.1:9000/verify-email?token={token}");
    assert!(text.contains(&link), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_taken_address_gets_the_same_answer_and_a_harmless_letter() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    shop.newcomer("bob@example.com").await;
    shop.settle().await;
    let free = ask(&ada, "free@example.com").await;
    let taken = ask(&ada, "Bob@example.com").await;
    assert_eq!((free.status, taken.status), (202, 202));
    assert_eq!(free.body, taken.body);
    shop.settle().await;
    let mail = shop.mail_to("Bob@example.com").await;
    assert_eq!(mail.len(), 1, "{mail:#?}");
    assert_eq!(mail[0]["subject"], "Your address is in use already");
    for form in ["text", "html"] {
        let body = mail[0][form].as_str().expect("text").to_lowercase();
        assert!(!body.contains("token") && !body.contains("ada@"), "{body}");
        assert!(!body.contains("http"), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_the_address_meanwhile_keeps_it() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    ask(&ada, "new@example.com").await;
    let token = shop.mailed_token("new@example.com").await;
    shop.newcomer("new@example.com").await;
    let refused = verify(&shop, &token).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "email_taken")
    );
    let me = ada.get("/api/v1/users/me").await;
    assert_eq!(me.text("/data/email"), "ada@example.com");
}

#[tokio::test(start_paused = true)]
async fn ones_own_address_is_asked_again() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let first = shop.mailed_token("ada@example.com").await;
    shop.wait(1).await;
    assert_eq!(ask(&ada, "Ada@example.com").await.status, 202);
    let second = shop.mailed_token("Ada@example.com").await;
    assert_ne!(first, second);
    // A newer token takes the place of the older.
    assert_eq!(verify(&shop, &first).await.status, 404);
    let verified = verify(&shop, &second).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    assert_eq!(verified.text("/data/email"), "Ada@example.com");
    assert!(shop.audited("email.changed").is_empty());
    assert_eq!(shop.audited("email.verified").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_mailed_without_the_password() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let body = json!({"email": "new@example.com", "currentPassword": "Guess-1234"});
    let refused = ada.put(PATH, &body).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.errors(), ["currentPassword: is wrong"]);
    shop.settle().await;
    assert!(shop.mail_to("new@example.com").await.is_empty());
}
