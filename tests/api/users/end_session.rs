//! `DELETE /sessions/current`.

use serde_json::json;

use crate::shop::Shop;

const PATH: &str = "/api/v1/sessions/current";

#[tokio::test(start_paused = true)]
async fn whoever_signs_out_cannot_refresh_and_loses_the_cookie() {
    let shop = Shop::open().await;
    let login = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
    let opened = shop.anybody().post("/api/v1/sessions", &login).await;
    let holder = shop.holder(Some(&opened.text("/data/accessToken")));
    for _ in 0..2 {
        let ended = holder.delete(PATH).await;
        assert_eq!((ended.status, ended.body.len()), (204, 0), "{ended:?}");
        assert_eq!(
            ended.header("set-cookie"),
            Some(
                "souk_refresh=; HttpOnly; Secure; SameSite=Strict; Path=/api/v1/sessions; Max-Age=0"
            )
        );
    }
    let body = json!({"refreshToken": opened.text("/data/refreshToken")});
    let refused = shop.anybody().post("/api/v1/sessions/refresh", &body).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (401, "invalid_refresh_token")
    );
    // Signing out is no theft.
    assert!(shop.audited("session.replayed").is_empty());
}

#[tokio::test(start_paused = true)]
async fn other_sessions_go_on() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    let other = shop.anybody().post("/api/v1/sessions", &login).await;
    assert_eq!(ada.delete(PATH).await.status, 204);
    let body = json!({"refreshToken": other.text("/data/refreshToken")});
    let refreshed = shop.anybody().post("/api/v1/sessions/refresh", &body).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
}
