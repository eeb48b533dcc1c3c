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
    // It is the same token, so that either letter is good.
    let tokens = tokens(&shop).await;
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_asks_every_minute_takes_no_link_away() {
    let shop = Shop::open().await;
    wish(&shop, CUSTOMER).await;
    let first = shop.mailed_token(CUSTOMER).await;
    for _ in 0..30 {
        shop.wait(60).await;
        wish(&shop, CUSTOMER).await;
    }
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 31);
    assert_eq!(use_token(&shop, &first).await, 204);
}

#[tokio::test(start_paused = true)]
async fn a_token_with_less_than_half_its_life_left_is_replaced() {
    let shop = Shop::open().await;
    wish(&shop, CUSTOMER).await;
    shop.wait(31 * 60).await;
    wish(&shop, CUSTOMER).await;
    let tokens = tokens(&shop).await;
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(use_token(&shop, &tokens[0]).await, 404);
    assert_eq!(use_token(&shop, &tokens[1]).await, 204);
}

#[tokio::test(start_paused = true)]
async fn a_used_token_stays_used_however_often_its_wish_comes() {
    let shop = Shop::open().await;
    wish(&shop, CUSTOMER).await;
    shop.wait(120).await;
    wish(&shop, CUSTOMER).await;
    let used = tokens(&shop).await;
    assert_eq!((used.len(), &used[0]), (2, &used[1]));
    repeat(&shop).await;
    assert_eq!(use_token(&shop, &used[0]).await, 204);
    repeat(&shop).await;
    assert_eq!(use_token(&shop, &used[0]).await, 404);

    // Another token in its place does not make it forgotten, nor does the end of both.
    wish(&shop, CUSTOMER).await;
    let next = tokens(&shop).await.pop().expect("a token");
    assert_ne!(next, used[0]);
    repeat(&shop).await;
    shop.wait(35 * 60).await;
    repeat(&shop).await;
    assert_eq!(use_token(&shop, &used[0]).await, 404);
    assert_eq!(use_token(&shop, &next).await, 204);
    shop.wait(60 * 60).await;
    repeat(&shop).await;
    for token in [&used[0], &next] {
        assert_eq!(use_token(&shop, token).await, 404);
    }
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 3);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_new_password_ends_the_token_for_good() {
    let shop = Shop::open().await;
    wish(&shop, CUSTOMER).await;
    let token = shop.mailed_token(CUSTOMER).await;
    let change = json!({"currentPassword": "Customer-demo-1", "newPassword": "Another-pass-2"});
    let customer = shop.customer().await;
    let changed = customer.put("/api/v1/users/me/password", &change).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    repeat(&shop).await;
    assert_eq!(use_token(&shop, &token).await, 404);
    assert_eq!(shop.mail_about(SUBJECT, CUSTOMER).await.len(), 1);
}

/// The tokens that the customer was sent, the oldest first.
async fn tokens(shop: &Shop) -> Vec<String> {
    let mail = shop.mail_about(SUBJECT, CUSTOMER).await;
    mail.iter()
        .filter_map(|mail| mail["text"].as_str())
        .filter_map(|text| text.lines().find_map(|line| line.strip_prefix("Token: ")))
        .map(str::to_owned)
        .collect()
}

async fn use_token(shop: &Shop, token: &str) -> u16 {
    let body = json!({"newPassword": "Another-pass-2"});
    let path = format!("{PATH}/{token}");
    shop.anybody().put(&path, &body).await.status
}

/// Delivers every wish so far three times more.
async fn repeat(shop: &Shop) {
    let mut wishes = shop.events().await;
    wishes.retain(|event| event["type"] == "PasswordResetRequested");
    for _ in 0..3 {
        shop.wait(61).await;
        for wish in &wishes {
            shop.inject(QUEUE, &wish.to_string()).await;
            shop.settle().await;
        }
    }
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
