//! `POST /sessions/refresh`.

use serde_json::{Value, json};

use crate::shop::{Answer, Shop};
use crate::tokens;

const PATH: &str = "/api/v1/sessions/refresh";
const SIGN_IN: &str = "/api/v1/sessions";
const DAY_S: u64 = 24 * 60 * 60;

async fn signed_in(shop: &Shop) -> Answer {
    let body = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
    let opened = shop.anybody().post(SIGN_IN, &body).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    opened
}

fn refresh_token(answer: &Answer) -> String {
    answer.text("/data/refreshToken")
}

async fn refresh(shop: &Shop, token: &str) -> Answer {
    let body = json!({"refreshToken": token});
    shop.anybody().post(PATH, &body).await
}

#[track_caller]
fn is_over(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "invalid_refresh_token"),
        "{answer:?}"
    );
}

/// The value of the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    let (pair, attributes) = set.split_once("; ").expect("attributes");
    assert_eq!(
        attributes,
        "HttpOnly; Secure; SameSite=Strict; Path=/api/v1/sessions; Max-Age=2592000"
    );
    pair.strip_prefix("souk_refresh=")
        .expect("its name")
        .to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_with_new_tokens() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    assert_eq!(cookie(&opened), refresh_token(&opened));
    shop.wait(20 * 60).await;
    let refreshed = refresh(&shop, &refresh_token(&opened)).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(cookie(&refreshed), refresh_token(&refreshed));
    assert_ne!(refresh_token(&refreshed), refresh_token(&opened));
    let names = |answer: &Answer| -> Vec<String> {
        let body = answer.json();
        let fields = body["data"].as_object().expect("data");
        fields.keys().cloned().collect()
    };
    assert_eq!(names(&refreshed), names(&opened));
    let (before, after) = (
        tokens::claims(&opened.text("/data/accessToken")),
        tokens::claims(&refreshed.text("/data/accessToken")),
    );
    assert_eq!(before["sid"], after["sid"]);
    assert_ne!(before["jti"], after["jti"]);
    let holder = shop.holder(Some(&refreshed.text("/data/accessToken")));
    assert_eq!(holder.get("/api/v1/users/me").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_browser_sends_its_cookie_and_no_body() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    let cookie = format!("other=1; souk_refresh={}", cookie(&opened));
    let ask = || shop.anybody().ask("POST", PATH).header("cookie", &cookie);
    assert_eq!(ask().send().await.status, 200);
    assert_eq!(ask().json(&json!({})).send().await.status, 200);
    // What stands in the body counts, whatever cookie comes along.
    let forged = json!({"refreshToken": "rt_forged"});
    is_over(&ask().json(&forged).send().await);
    is_over(&shop.anybody().ask("POST", PATH).send().await);
}

#[tokio::test(start_paused = true)]
async fn a_cookie_from_another_sites_page_is_refused() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    let cookie = format!("souk_refresh={}", cookie(&opened));
    let ask = |name: &str, value: &str| {
        shop.anybody()
            .ask("POST", PATH)
            .header("host", "127.0.0.1:9000")
            .header("cookie", &cookie)
            .header(name, value)
    };
    for (name, value) in [
        ("origin", "https://evil.example.com"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let refused = ask(name, value).send().await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "cross_site"),
            "{name}: {value}"
        );
        // A page that knows the token itself needs no cookie.
        let known = json!({"refreshToken": refresh_token(&opened)});
        let own = shop.anybody().ask("POST", PATH).header(name, value);
        assert_eq!(own.json(&known).send().await.status, 200);
    }
    for (name, value) in [
        ("origin", "http://127.0.0.1:9000"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let sent = ask(name, value).send().await;
        assert_eq!(sent.status, 200, "{name}: {value}: {sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_costs_nothing_for_ten_seconds() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    let first = refresh(&shop, &refresh_token(&opened)).await;
    shop.wait(9).await;
    let again = refresh(&shop, &refresh_token(&opened)).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_ne!(refresh_token(&first), refresh_token(&again));
    shop.wait(3600).await;
    for successor in [&first, &again] {
        let refreshed = refresh(&shop, &refresh_token(successor)).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forged_token_ends_nobodys_session() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    let good = refresh_token(&opened);
    let access = opened.text("/data/accessToken");
    let mut forged = vec![
        "rt_".to_owned(),
        "nonsense and more".to_owned(),
        good[3..].to_owned(),
        format!("{good}A"),
        access.clone(),
        format!("rt_{access}")[..512].to_owned(),
    ];
    for index in (3..good.len()).step_by(5) {
        let mut bytes = good.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(bytes).expect("ASCII"));
    }
    for token in forged.iter().filter(|token| token.len() <= 512) {
        is_over(&refresh(&shop, token).await);
    }
    assert!(shop.audited("session.replayed").is_empty());
    assert_eq!(refresh(&shop, &good).await.status, 200);
    // The reverse: a refresh token is no access token.
    let refused = shop.holder(Some(&good)).get("/api/v1/users/me").await;
    assert_eq!(refused.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_for_thirty_days_after_its_last_use() {
    let shop = Shop::open().await;
    let mut token = refresh_token(&signed_in(&shop).await);
    for _ in 0..3 {
        shop.wait(29 * DAY_S).await;
        let refreshed = refresh(&shop, &token).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
        token = refresh_token(&refreshed);
    }
    shop.wait(30 * DAY_S).await;
    is_over(&refresh(&shop, &token).await);
    assert!(shop.audited("session.replayed").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_gives_the_same_successor() {
    let shop = Shop::open().await;
    let opened = signed_in(&shop).await;
    let body = json!({"refreshToken": refresh_token(&opened)});
    let send = || async {
        let ask = shop.anybody().ask("POST", PATH);
        let ask = ask.header("idempotency-key", "mine");
        ask.json(&body).send().await
    };
    let first = send().await;
    shop.wait(60).await;
    let again = send().await;
    assert_eq!((first.status, again.status), (200, 200), "{again:?}");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.json()["data"], again.json()["data"]);
    let next = refresh(&shop, &refresh_token(&again)).await;
    assert_eq!(next.status, 200, "{next:?}");
}

#[tokio::test(start_paused = true)]
async fn no_token_is_kept() {
    let shop = Shop::open().await;
    let ask = shop.anybody().ask("POST", SIGN_IN);
    let body = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
    let ask = ask.header("idempotency-key", "mine").json(&body);
    let opened = ask.send().await;
    let refreshed = refresh(&shop, &refresh_token(&opened)).await;
    let kept = Value::Array(shop.kept_of_users()).to_string();
    for answer in [&opened, &refreshed] {
        for secret in [refresh_token(answer), answer.text("/data/accessToken")] {
            assert!(!kept.contains(&secret));
        }
    }
}
