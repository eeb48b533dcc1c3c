//! Moving the store's time.

use local::Options;
use serde_json::{Value, json};

use crate::stage::{ask, available, open, order, post, read};

#[tokio::test(start_paused = true)]
async fn a_hold_ends_when_its_time_has_passed() {
    let store = open(Options::for_tests()).await;
    let before = available(&store).await;
    let placed = order(&store, "one", 2, None).await;
    store.settle().await;
    assert_eq!(available(&store).await, before - 2);

    let now = store.now();
    let (status, moved) = post(&store, "/_local/clock", &json!({"advanceSeconds": 1000})).await;
    assert_eq!(status, 200, "{moved}");
    assert!(store.now().since(now).as_secs() >= 1000);
    store.settle().await;
    assert_eq!(read(&store, &placed).await["status"], "expired");
    assert_eq!(available(&store).await, before);
}

#[tokio::test(start_paused = true)]
async fn tokens_expire_with_the_stores_time() {
    let store = open(Options::for_tests()).await;
    let login = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
    let (status, session) = post(&store, "/api/v1/sessions", &login).await;
    assert_eq!(status, 201, "{session}");
    let token = format!(
        "Bearer {}",
        session["data"]["accessToken"].as_str().unwrap()
    );
    let me = async || {
        let headers = [("authorization", token.as_str())];
        let asked = ask(&store, "GET", "/api/v1/users/me", &headers, &Value::Null);
        asked.await.0.status
    };
    assert_eq!(me().await, 200);
    store.advance(std::time::Duration::from_secs(3600)).await;
    assert_eq!(me().await, 401);
}

#[tokio::test(start_paused = true)]
async fn time_is_moved_forward_by_a_sensible_number() {
    let store = open(Options::for_tests()).await;
    for (body, status) in [
        (json!({"advanceSeconds": -1}), 400),
        (json!({"seconds": 1}), 400),
        (json!({"advanceSeconds": u64::MAX}), 422),
        (Value::Null, 400),
    ] {
        assert_eq!(
            post(&store, "/_local/clock", &body).await.0,
            status,
            "{body}"
        );
    }
}
