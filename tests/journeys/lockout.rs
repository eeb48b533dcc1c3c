//! Strangers can guess a few passwords, and cannot keep the owner out.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const PATH: &str = "/api/v1/sessions";
const PASSWORD: &str = "Newcomer-pass-1";
const WINDOW_S: u64 = 15 * 60;

async fn try_from(shop: &Shop, address: &str, email: &str, password: &str) -> Answer {
    let login = json!({"email": email, "password": password});
    shop.anybody().at(address).post(PATH, &login).await
}

async fn guess(shop: &Shop, address: &str, email: &str) -> Answer {
    try_from(shop, address, email, "Guess-1234").await
}

/// How many of these were looked at, rather than refused unseen.
fn looked_at(answers: &[Answer]) -> usize {
    answers
        .iter()
        .inspect(|answer| {
            let expected = match answer.status {
                401 => "invalid_credentials",
                _ => "too_many_attempts",
            };
            assert_eq!(answer.code(), expected, "{answer:?}");
            if answer.status == 429 {
                let after: u64 = answer
                    .header("retry-after")
                    .expect("advice")
                    .parse()
                    .expect("seconds");
                assert!((1..=WINDOW_S).contains(&after));
            }
        })
        .filter(|answer| answer.status == 401)
        .count()
}

#[tokio::test(start_paused = true)]
async fn after_a_thousand_failures_the_owner_signs_in_at_once_where_they_were_before() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut answers = Vec::new();
    for number in 0..1_000 {
        let eve = format!("198.51.100.{}", number % 250);
        answers.push(guess(&shop, &eve, "ada@example.com").await);
    }
    assert_eq!(looked_at(&answers), 10);
    let home = shop.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(home.get("/api/v1/users/me").await.status, 200);
    let entries = shop.audited("account.locked");
    assert_eq!(entries.len(), 1, "once in a window");
}

#[tokio::test(start_paused = true)]
async fn one_attacker_leaves_the_owner_room_wherever_they_are() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut answers = Vec::new();
    for number in 0..1_000 {
        answers.push(guess(&shop, "198.51.100.1", "ada@example.com").await);
        if number % 20 == 0 {
            shop.store.advance(Duration::from_secs(10)).await;
        }
    }
    assert_eq!(looked_at(&answers), 5);
    let opened = try_from(&shop, "203.0.113.77", "ada@example.com", PASSWORD).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    assert!(shop.audited("account.locked").is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_quarter_of_an_hour_sees_more_than_ten_guesses_however_many_come_at_once() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    for round in 0..3_u32 {
        let addresses: Vec<String> = (0..40)
            .map(|number| format!("198.51.{round}.{number}"))
            .collect();
        let asks = addresses
            .iter()
            .map(|address| guess(&shop, address, "ada@example.com"));
        let answers = shop.all(asks).await;
        assert_eq!(looked_at(&answers), 10, "round {round}");
        shop.wait(WINDOW_S).await;
    }
    assert_eq!(shop.audited("account.locked").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_address_without_an_account_is_guarded_the_same() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut seen: Vec<Vec<(u16, Option<String>, Value)>> = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut answers = Vec::new();
        for number in 0..25 {
            let eve = format!("198.51.100.{}", number / 4);
            let answer = guess(&shop, &eve, email).await;
            let mut body = answer.json();
            body["traceId"] = Value::Null;
            let retry = answer.header("retry-after").map(str::to_owned);
            answers.push((answer.status, retry, body));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].iter().any(|(status, ..)| *status == 429));
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_with_failures_and_end_with_success() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let home = "127.0.0.1";
    for _ in 0..3 {
        assert_eq!(guess(&shop, home, "ada@example.com").await.status, 401);
    }
    for pause in [2, 4, 8] {
        let refused = try_from(&shop, home, "ada@example.com", PASSWORD).await;
        assert_eq!(refused.status, 429);
        assert_eq!(
            refused.header("retry-after"),
            Some(pause.to_string().as_str())
        );
        shop.store.advance(Duration::from_secs(pause)).await;
        assert_eq!(guess(&shop, home, "ada@example.com").await.status, 401);
    }
    shop.store.advance(Duration::from_secs(16)).await;
    for _ in 0..12 {
        let opened = try_from(&shop, home, "ada@example.com", PASSWORD).await;
        assert_eq!(opened.status, 201, "{opened:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_a_whole_ipv6_network_is_one_stranger() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut answers = Vec::new();
    for number in 0..30 {
        let eve = format!("2001:db8:1:2::{number:x}");
        answers.push(guess(&shop, &eve, "ada@example.com").await);
        shop.store.advance(Duration::from_secs(10)).await;
    }
    assert_eq!(looked_at(&answers), 5);
}

#[tokio::test(start_paused = true)]
async fn whoever_resets_by_mail_signs_in_there_while_the_attack_goes_on() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let attack = || async {
        for number in 0..250 {
            let eve = format!("198.51.100.{number}");
            guess(&shop, &eve, "ada@example.com").await;
        }
    };
    attack().await;
    let away = "203.0.113.77";
    let locked_out = try_from(&shop, away, "ada@example.com", PASSWORD).await;
    assert_eq!(locked_out.status, 429);

    let wish = json!({"email": "ada@example.com"});
    let ada = shop.anybody().at(away);
    ada.post("/api/v1/password-resets", &wish).await;
    let token = shop.mailed_token("ada@example.com").await;
    attack().await;
    let body = json!({"newPassword": "Another-pass-2"});
    let path = format!("/api/v1/password-resets/{token}");
    assert_eq!(ada.put(&path, &body).await.status, 204);
    attack().await;
    shop.store.advance(Duration::from_secs(60)).await;
    attack().await;
    let opened = try_from(&shop, away, "ada@example.com", "Another-pass-2").await;
    assert_eq!(opened.status, 201, "{opened:?}");
}

#[tokio::test(start_paused = true)]
async fn a_password_has_one_budget_wherever_it_is_asked_for() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let thief = ada.at("198.51.100.1");
    let password = json!({"currentPassword": "Guess-1234", "newPassword": "Another-pass-2"});
    let email = json!({"currentPassword": "Guess-1234", "email": "eve@example.com"});
    let mut seen = Vec::new();
    for round in 0..9 {
        let answer = match round % 3 {
            0 => guess(&shop, "198.51.100.1", "ada@example.com").await,
            1 => thief.put("/api/v1/users/me/password", &password).await,
            _ => thief.put("/api/v1/users/me/email", &email).await,
        };
        seen.push(answer.status);
        shop.store.advance(Duration::from_secs(30)).await;
    }
    assert_eq!(seen, [401, 422, 422, 401, 422, 429, 429, 429, 429]);
}
