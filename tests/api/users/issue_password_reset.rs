//! `users-issue-password-reset`: one letter for each wish, and at most one a minute.

use serde_json::json;

use crate::shop::Shop;

const QUEUE: &str = "users-issue-password-reset";
const PATH: &str = "/api/v1/password-resets";
const SUBJECT: &str = "Choose a new password";
const CUSTOMER: &str = "customer@example.com";

async fn wish(shop: &Shop, email: &str) {
    let asked = shop.anybody().post(PATH, &json!({"email": email})).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    shop.settle().await;
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_an_account_is_sent_a_token() {
    let shop = Shop::open().await;
    wish(&shop, "Customer@Example.com").await;
    let token = shop.mailed_token(CUSTOMER).await;
    let mail = shop.mail_about(SUBJECT, CUSTOMER).await;
    let text = mail[0]["text"].as_str().expect("text");
    insta::assert_json_snapshot!(text.replace(&token, "[token]"));
}

#[tokio::test(start_paused = true)]
async fn an_account_is_sent_one_letter_a_minute() {
    let shop = Shop::open().await;
    for _ in 0..5 {
        wish(&shop, CUSTOMER).await;
    }
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 1);
    shop.wait(60).await;
    wish(&shop, CUSTOMER).await;
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 2);
    // The newer token takes the place of the older.
    let mail = shop.mail_about(SUBJECT, CUSTOMER).await;
    let token = |index: usize| {
        let text = mail[index]["text"].as_str().unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Token: "));
        format!("{PATH}/{}", line.expect("a token"))
    };
    let body = json!({"newPassword": "Another-pass-2"});
    assert_eq!(shop.anybody().put(&token(0), &body).await.status, 404);
    assert_eq!(shop.anybody().put(&token(1), &body).await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_comes_three_times_is_one_letter() {
    let shop = Shop::open().await;
    wish(&shop, CUSTOMER).await;
    let events = shop.events().await;
    let event = events
        .iter()
        .find(|event| event["type"] == "PasswordResetRequested")
        .expect("the wish");
    for _ in 0..3 {
        shop.wait(120).await;
        shop.inject(QUEUE, &event.to_string()).await;
        shop.settle().await;
    }
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 1);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_written_to_without_an_account() {
    let shop = Shop::open().await;
    wish(&shop, "nobody@example.com").await;
    assert!(shop.mail_to("nobody@example.com").await.is_empty());
    assert_eq!(shop.dead_letters().await, 0);
}
