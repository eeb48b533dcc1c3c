//! Staying signed in: in two tabs, after a theft, after a new password; and what is mailed works once.

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};

const SESSIONS: &str = "/api/v1/sessions";
const REFRESH: &str = "/api/v1/sessions/refresh";
const PASSWORD: &str = "Newcomer-pass-1";

async fn sign_in(shop: &Shop, email: &str, password: &str) -> Answer {
    let login = json!({"email": email, "password": password});
    let opened = shop.anybody().post(SESSIONS, &login).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    opened
}

async fn refresh(shop: &Shop, answer: &Answer) -> Answer {
    let body = json!({"refreshToken": answer.text("/data/refreshToken")});
    shop.anybody().post(REFRESH, &body).await
}

#[tokio::test(start_paused = true)]
async fn two_tabs_that_refresh_at_once_both_stay_signed_in() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut tabs = vec![sign_in(&shop, "ada@example.com", PASSWORD).await; 2];
    for _ in 0..5 {
        shop.wait(14 * 60).await;
        // The first time both hold the same token, later each its own.
        tabs = shop.all(tabs.iter().map(|tab| refresh(&shop, tab))).await;
        for tab in &tabs {
            assert_eq!(tab.status, 200, "{tab:?}");
        }
    }
    assert!(shop.audited("session.replayed").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_comes_after_the_grace_ends_the_session_and_is_put_down() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let opened = sign_in(&shop, "ada@example.com", PASSWORD).await;
    let other = sign_in(&shop, "ada@example.com", PASSWORD).await;
    let next = refresh(&shop, &opened).await;
    assert_eq!(next.status, 200);
    shop.wait(10).await;
    for stolen in [&opened, &next, &opened] {
        let refused = refresh(&shop, stolen).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "invalid_refresh_token")
        );
    }
    let entries = shop.audited("session.replayed");
    assert_eq!(entries.len(), 1, "{entries:#?}");
    assert_eq!(entries[0]["subject"], opened.text("/data/user/id"));
    let ada = shop.holder(Some(&other.text("/data/accessToken")));
    let listed = ada.get(SESSIONS).await.json();
    let ended = &entries[0]["details"]["session"];
    let sessions = listed["data"].as_array().expect("sessions");
    assert!(sessions.iter().all(|session| session["id"] != *ended));
    // Her other session has nothing to do with it.
    assert_eq!(refresh(&shop, &other).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_new_password_ends_every_other_session_at_its_next_refresh() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(sign_in(&shop, "ada@example.com", PASSWORD).await);
        shop.wait(5).await;
    }
    let ada = shop.holder(Some(&sessions[2].text("/data/accessToken")));
    let change = json!({"currentPassword": PASSWORD, "newPassword": "Another-pass-2"});
    let changed = ada.put("/api/v1/users/me/password", &change).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    for (index, session) in sessions.iter().enumerate() {
        let expected = if index == 2 { 200 } else { 401 };
        assert_eq!(refresh(&shop, session).await.status, expected, "{index}");
    }
    // A token of a session that is over runs out by itself.
    let held = shop.holder(Some(&sessions[0].text("/data/accessToken")));
    assert_eq!(held.get("/api/v1/users/me").await.status, 200);
    shop.wait(16 * 60).await;
    assert_eq!(held.get("/api/v1/users/me").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn every_mailed_token_works_once() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let verify = |token: String| {
        let shop = &shop;
        async move {
            let body = json!({"token": token});
            let path = "/api/v1/email-verifications";
            shop.anybody().post(path, &body).await.status
        }
    };
    let welcome = shop.mailed_token("ada@example.com").await;
    assert_eq!(verify(welcome.clone()).await, 200);
    assert_eq!(verify(welcome).await, 404);

    let body = json!({"email": "ada@new.example.com", "currentPassword": PASSWORD});
    assert_eq!(ada.put("/api/v1/users/me/email", &body).await.status, 202);
    let change = shop.mailed_token("ada@new.example.com").await;
    assert_eq!(verify(change.clone()).await, 200);
    assert_eq!(verify(change).await, 404);

    let wish: Value = json!({"email": "ada@new.example.com"});
    let asked = shop.anybody().post("/api/v1/password-resets", &wish).await;
    assert_eq!(asked.status, 202);
    let reset = shop.mailed_token("ada@new.example.com").await;
    let path = format!("/api/v1/password-resets/{reset}");
    let body = json!({"newPassword": "Another-pass-2"});
    assert_eq!(shop.anybody().put(&path, &body).await.status, 204);
    assert_eq!(shop.anybody().put(&path, &body).await.status, 404);
    sign_in(&shop, "ada@new.example.com", "Another-pass-2").await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_opened_while_the_password_changes_does_not_outlive_the_old_one() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let login = json!({"email": "ada@example.com", "password": PASSWORD});
    let change = json!({"currentPassword": PASSWORD, "newPassword": "Another-pass-2"});
    let asked = (0..10).map(|turn| {
        let (ada, shop, login, change) = (&ada, &shop, &login, &change);
        async move {
            match turn {
                5 => ada.put("/api/v1/users/me/password", change).await,
                _ => shop.anybody().post(SESSIONS, login).await,
            }
        }
    });
    let answers = shop.all(asked).await;
    assert_eq!(answers[5].status, 204, "{:?}", answers[5]);
    let opened: Vec<&Answer> = answers.iter().filter(|one| one.status == 201).collect();
    assert!(!opened.is_empty(), "{answers:?}");
    for session in opened {
        assert_eq!(refresh(&shop, session).await.status, 401);
    }
}
