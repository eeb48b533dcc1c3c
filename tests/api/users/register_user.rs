//! `POST /users`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Shop, with};

const PATH: &str = "/api/v1/users";

fn account(email: &str) -> Value {
    json!({"email": email, "password": "Good-enough-1", "name": "Ada Lovelace"})
}

async fn register(shop: &Shop, body: &Value, key: &str) -> Answer {
    let ask = shop.anybody().ask("POST", PATH);
    ask.header("idempotency-key", key).json(body).send().await
}

/// How many letters of welcome an address was sent.
async fn welcomes(shop: &Shop, address: &str) -> usize {
    shop.settle().await;
    shop.mail_to(address).await.len()
}

#[tokio::test(start_paused = true)]
async fn whoever_registers_can_sign_in_and_is_welcomed() {
    let shop = Shop::open().await;
    let body = with(
        account("Ada.Lovelace@Example.com"),
        &json!({"country": "GB"}),
    );
    let registered = shop.anybody().post(PATH, &body).await;
    assert_json_snapshot!(registered.snapshot());
    assert_eq!(registered.header("location"), Some("/api/v1/users/me"));
    assert_eq!(registered.header("etag"), Some("\"1\""));
    assert_eq!(registered.header("cache-control"), Some("no-store"));

    let ada = shop
        .log_in("ada.lovelace@example.com", "Good-enough-1")
        .await;
    let me = ada.get("/api/v1/users/me").await;
    assert_eq!(me.json()["data"], registered.json()["data"]);
    assert_eq!(welcomes(&shop, "Ada.Lovelace@Example.com").await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_address_is_taken_however_it_is_capitalised() {
    let shop = Shop::open().await;
    let first = shop.anybody().post(PATH, &account("ada@example.com")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let again = shop.anybody().post(PATH, &account("ada@example.com")).await;
    assert_json_snapshot!(again.snapshot());
    for other in ["ADA@EXAMPLE.COM", "Ada@example.com", "ada@Example.Com"] {
        let taken = shop.anybody().post(PATH, &account(other)).await;
        assert_eq!((taken.status, taken.code().as_str()), (409, "email_taken"));
    }
    // The account is still its owner's, and nobody else was written to.
    shop.log_in("ada@example.com", "Good-enough-1").await;
    assert_eq!(welcomes(&shop, "ada@example.com").await, 1);
    assert_eq!(welcomes(&shop, "ADA@EXAMPLE.COM").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_password_is_neither_short_nor_plain_nor_common_nor_the_address() {
    let shop = Shop::open().await;
    let long = format!("A{}", "a".repeat(128));
    for (password, rule) in [
        ("Short-7", "must be 8 to 128 characters"),
        ("Äöü-ß78", "must be 8 to 128 characters"),
        (long.as_str(), "must be 8 to 128 characters"),
        ("no-capitals-1", "must contain an upper-case letter"),
        ("Tab\there-1", "must not contain control characters"),
        ("Password", "must not be a commonly used password"),
        ("PASSWORD123", "must not be a commonly used password"),
        ("Qwertyuiop", "must not be a commonly used password"),
        ("Adalovelace@Example.com", "must not be the email address"),
        ("AdaLovelace", "must not be the email address"),
    ] {
        let body = with(
            account("adalovelace@example.com"),
            &json!({"password": password}),
        );
        let refused = shop.anybody().post(PATH, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "validation_failed"),
            "{password}"
        );
        assert_eq!(
            refused.errors(),
            [format!("password: {rule}")],
            "{password}"
        );
    }
    assert_eq!(welcomes(&shop, "adalovelace@example.com").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_password_of_any_letters_and_of_either_length_will_do() {
    let shop = Shop::open().await;
    let longest = format!("A{}", "é".repeat(127));
    for (turn, password) in ["Eight-88", "ÄÖÜ äöü ß", longest.as_str()]
        .iter()
        .enumerate()
    {
        let email = format!("ada{turn}@example.com");
        let body = with(account(&email), &json!({"password": password}));
        let registered = shop.anybody().post(PATH, &body).await;
        assert_eq!(registered.status, 201, "{registered:?}");
        shop.log_in(&email, password).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    let body = json!({"email": "nobody", "password": "short", "name": "", "country": "XX"});
    let refused = shop.anybody().post(PATH, &body).await;
    assert_json_snapshot!(refused.snapshot());
    for (name, rule) in [
        ("x".repeat(101), "must be 1 to 100 characters"),
        (" ".to_owned(), "must not be blank"),
        ("a\nb".to_owned(), "must not contain control characters"),
    ] {
        let body = with(account("ada@example.com"), &json!({"name": name}));
        let refused = shop.anybody().post(PATH, &body).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.errors(), [format!("name: {rule}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_parsed_is_named_at_once_too() {
    let shop = Shop::open().await;
    // Nobody makes themselves an administrator.
    let body = json!({"email": 7, "name": "Ada", "roles": ["admin"], "emailVerified": true});
    let refused = shop
        .anybody()
        .post(&format!("{PATH}?as=admin"), &body)
        .await;
    assert_json_snapshot!(refused.snapshot());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_opens_one_account() {
    let shop = Shop::open().await;
    let body = account("ada@example.com");
    let first = register(&shop, &body, "mine").await;
    shop.wait(60).await;
    let again = register(&shop, &body, "\"mine\"").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    for name in ["location", "etag"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    assert_eq!(welcomes(&shop, "ada@example.com").await, 1);

    let renamed = with(body, &json!({"name": "Somebody Else"}));
    let reused = register(&shop, &renamed, "mine").await;
    assert_eq!(
        (reused.status, reused.code().as_str()),
        (422, "idempotency_key_reused")
    );
    // A stranger who happens upon the same key is not told of it.
    let other = register(&shop, &account("grace@example.com"), "mine").await;
    assert_eq!(other.status, 201, "{other:?}");
    assert_eq!(other.header("idempotency-replayed"), None);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_remembered() {
    let shop = Shop::open().await;
    let common = with(
        account("ada@example.com"),
        &json!({"password": "Password123"}),
    );
    assert_eq!(register(&shop, &common, "mine").await.status, 422);
    let better = register(&shop, &account("ada@example.com"), "mine").await;
    assert_eq!(better.status, 201, "{better:?}");
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_with_one_key_open_one_account() {
    let shop = Shop::open().await;
    let body = account("ada@example.com");
    let answers = shop
        .all((0..10).map(|_| register(&shop, &body, "mine")))
        .await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["data"], answers[0].json()["data"]);
    }
    let fresh = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(fresh.count(), 1);
    assert_eq!(welcomes(&shop, "ada@example.com").await, 1);
}

#[tokio::test(start_paused = true)]
async fn of_ten_at_once_without_a_key_one_gets_the_address() {
    let shop = Shop::open().await;
    let asks = (0..10).map(|turn| {
        let email = if turn % 2 == 0 {
            "ada@example.com"
        } else {
            "ADA@example.com"
        };
        let body = account(email);
        let shop = &shop;
        async move { shop.anybody().post(PATH, &body).await }
    });
    let answers = shop.all(asks).await;
    let opened = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(opened.count(), 1);
    let taken = answers
        .iter()
        .filter(|answer| answer.status == 409 && answer.code() == "email_taken");
    assert_eq!(taken.count(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_password_is_kept_as_an_argon2id_hash() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let kept = shop.kept_of_users();
    let login = kept
        .iter()
        .find(|item| item["pk"] == "email/ada@example.com")
        .expect("a login");
    let hash = login["passwordHash"].as_str().expect("a hash");
    // What OWASP recommends for argon2id, with a salt of 128 bits and a hash of 256.
    let rest = hash.strip_prefix("$argon2id$v=19$m=19456,t=2,p=1$");
    let (salt, digest) = rest.and_then(|rest| rest.split_once('$')).expect("parts");
    assert_eq!((salt.len(), digest.len()), (22, 43));
}
