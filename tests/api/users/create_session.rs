//! `POST /sessions`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Shop};
use crate::tokens;

const PATH: &str = "/api/v1/sessions";
const LIFETIME_S: i64 = 15 * 60;

fn customer() -> Value {
    json!({"email": "customer@example.com", "password": "Customer-demo-1"})
}

async fn sign_in(shop: &Shop, body: &Value, key: &str) -> Answer {
    let ask = shop.anybody().ask("POST", PATH);
    ask.header("idempotency-key", key).json(body).send().await
}

/// A body without its trace.
fn untraced(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["traceId"] = Value::Null;
    body
}

#[tokio::test(start_paused = true)]
async fn a_session_comes_with_a_token_that_works() {
    let shop = Shop::open().await;
    let opened = shop.anybody().post(PATH, &customer()).await;
    assert_json_snapshot!(opened.snapshot());
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    let holder = shop.holder(Some(&opened.text("/data/accessToken")));
    let me = holder.get("/api/v1/users/me").await;
    assert_eq!(me.json()["data"], opened.json()["data"]["user"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_says_who_where_until_when_and_what_for() {
    let shop = Shop::open().await;
    let opened = shop.anybody().post(PATH, &customer()).await;
    let token = opened.text("/data/accessToken");
    let header = tokens::header(&token);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("EdDSA"), &json!("at+jwt"))
    );
    let claims = tokens::claims(&token);
    let names: BTreeSet<&str> = claims
        .as_object()
        .expect("claims")
        .keys()
        .map(String::as_str)
        .collect();
    let promised = [
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "epoch", "email", "roles", "scope",
    ];
    assert_eq!(names, BTreeSet::from(promised));
    assert_eq!(claims["iss"], "http://127.0.0.1:9000");
    assert_eq!(claims["aud"], "souk");
    assert_eq!(claims["sub"], opened.text("/data/user/id"));
    assert_eq!(claims["email"], "customer@example.com");
    assert_eq!(claims["roles"], json!(["customer"]));
    assert_eq!(claims["scope"], "");
    let seconds = |name: &str| claims[name].as_i64().expect("seconds");
    assert_eq!(seconds("exp") - seconds("iat"), LIFETIME_S);
    assert_eq!(seconds("nbf"), seconds("iat"));

    let admin = shop.admin().await;
    let claims = tokens::claims(admin.token().expect("a token"));
    assert_eq!(claims["roles"], json!(["admin"]));
    assert_json_snapshot!(claims["scope"]);
}

#[tokio::test(start_paused = true)]
async fn two_sessions_have_nothing_in_common_but_their_user() {
    let shop = Shop::open().await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let opened = shop.anybody().post(PATH, &customer()).await;
        sessions.push(tokens::claims(&opened.text("/data/accessToken")));
    }
    assert_eq!(sessions[0]["sub"], sessions[1]["sub"]);
    for name in ["sid", "jti"] {
        assert_ne!(sessions[0][name], sessions[1][name], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let shop = Shop::open().await;
    let wrong = json!({"email": "customer@example.com", "password": "customer-demo-1"});
    let unknown = json!({"email": "nobody@example.com", "password": "Customer-demo-1"});
    let wrong = shop.anybody().post(PATH, &wrong).await;
    let unknown = shop.anybody().post(PATH, &unknown).await;
    assert_json_snapshot!(wrong.snapshot());
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(untraced(&wrong), untraced(&unknown));
    let told = |answer: &Answer| -> Vec<(String, String)> {
        let headers = answer.headers.iter().cloned();
        headers
            .filter(|(name, _)| name != "x-trace-id" && name != "apigw-requestid")
            .collect()
    };
    assert_eq!(told(&wrong), told(&unknown));
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test(start_paused = true)]
async fn an_address_may_be_capitalised_in_any_way_and_a_password_may_not() {
    let shop = Shop::open().await;
    shop.log_in("CUSTOMER@Example.com", "Customer-demo-1").await;
    for password in ["CUSTOMER-DEMO-1", "Customer-demo-1 ", "Customer-demo-"] {
        let body = json!({"email": "customer@example.com", "password": password});
        let refused = shop.anybody().post(PATH, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "invalid_credentials"),
            "{password}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_for_a_quarter_of_an_hour() {
    let shop = Shop::open().await;
    let holder = shop.customer().await;
    shop.wait(14 * 60).await;
    assert_eq!(holder.get("/api/v1/users/me").await.status, 200);
    shop.wait(70).await;
    let expired = holder.get("/api/v1/users/me").await;
    assert_json_snapshot!(expired.snapshot());
    // Whoever still sends it can sign in anew.
    let anew = holder.post(PATH, &customer()).await;
    assert_eq!(anew.status, 201, "{anew:?}");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_opens_one_session() {
    let shop = Shop::open().await;
    let first = sign_in(&shop, &customer(), "mine").await;
    shop.wait(60).await;
    let again = sign_in(&shop, &customer(), "mine").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    let elsewhere = json!({"email": "Customer@example.com", "password": "Customer-demo-1"});
    let reused = sign_in(&shop, &elsewhere, "mine").await;
    assert_eq!(
        (reused.status, reused.code().as_str()),
        (422, "idempotency_key_reused")
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_alone_opens_nothing() {
    let shop = Shop::open().await;
    assert_eq!(sign_in(&shop, &customer(), "mine").await.status, 201);
    let guess = json!({"email": "customer@example.com", "password": "Guess-1234"});
    let refused = sign_in(&shop, &guess, "mine").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (401, "invalid_credentials")
    );
}

#[tokio::test(start_paused = true)]
async fn faults_are_named_at_once() {
    let shop = Shop::open().await;
    let broken = json!({"email": "nobody", "password": ""});
    let refused = shop.anybody().post(PATH, &broken).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.errors(),
        [
            "email: must be an email address",
            "password: must be 1 to 128 characters",
        ]
    );
    let unparsable = json!({"email": ["customer@example.com"], "remember": true});
    let refused = shop.anybody().post(PATH, &unparsable).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.errors(),
        [
            "email: must be a string",
            "password: is required",
            "remember: is not a known field",
        ]
    );
}
