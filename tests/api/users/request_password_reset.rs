//! `POST /password-resets`.

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const PATH: &str = "/api/v1/password-resets";
const SUBJECT: &str = "Choose a new password";

async fn ask(shop: &Shop, email: &str) -> Answer {
    shop.anybody().post(PATH, &json!({"email": email})).await
}

#[tokio::test(start_paused = true)]
async fn every_address_gets_the_same_answer_for_the_same_work() {
    let shop = Shop::open().await;
    let mut seen = Vec::new();
    for email in ["customer@example.com", "nobody@example.com"] {
        shop.store.cloud().meter_start();
        let answer = ask(&shop, email).await;
        let units = shop.store.cloud().meter_stop();
        assert_eq!((answer.status, answer.body.len()), (202, 0), "{answer:?}");
        let headers: Vec<(String, String)> = answer
            .headers
            .iter()
            .filter(|(name, _)| name != "x-trace-id" && name != "apigw-requestid")
            .cloned()
            .collect();
        seen.push((headers, units.get("users-request-password-reset").copied()));
    }
    assert!(seen[0].1.is_some());
    assert_eq!(seen[0], seen[1]);
    shop.settle().await;
    assert_eq!(
        shop.mail_about(SUBJECT, "customer@example.com").await.len(),
        1
    );
    assert!(shop.mail_to("nobody@example.com").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_is_one_wish() {
    let shop = Shop::open().await;
    let send = || async {
        let ask = shop.anybody().ask("POST", PATH);
        let ask = ask.header("idempotency-key", "mine");
        let body = json!({"email": "customer@example.com"});
        ask.json(&body).send().await
    };
    let first = send().await;
    shop.wait(120).await;
    let again = send().await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    shop.settle().await;
    assert_eq!(
        shop.mail_about(SUBJECT, "customer@example.com").await.len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_address_is_named() {
    let shop = Shop::open().await;
    let refused = ask(&shop, "nobody").await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.errors(), ["email: must be an email address"]);
    let unknown: Value = json!({"email": "a@b.example", "user": 1});
    assert_eq!(shop.anybody().post(PATH, &unknown).await.status, 400);
}
