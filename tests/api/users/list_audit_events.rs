//! `GET /audit-events`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Person, Shop};

const PATH: &str = "/api/v1/audit-events";
const KEYS: &str = "/api/v1/api-keys";

/// Makes a key, which leaves an entry, and says under which name.
async fn leave_an_entry(admin: &Person<'_>) -> String {
    let body = json!({"name": "Entry", "scopes": ["stock:read"]});
    let made = admin.post(KEYS, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.text("/data/id")
}

/// The keys that entries tell of, page by page.
async fn keys(admin: &Person<'_>, query: &str) -> Vec<String> {
    let mut path = format!("{PATH}?{query}");
    let mut found = Vec::new();
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        for entry in page.json()["data"].as_array().expect("a list") {
            found.push(
                entry["details"]["key"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
        match page.json()["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return found,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_says_who_did_what_and_from_where() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let made = leave_an_entry(&admin).await;
    let trail = admin.get(PATH).await;
    assert_eq!(trail.text("/data/0/details/key"), made);
    assert_json_snapshot!(trail.snapshot(), {".body.data[0].actor" => "[actor]"});
    let me = admin.get("/api/v1/users/me").await.text("/data/id");
    assert_eq!(trail.text("/data/0/actor"), format!("user/{me}"));
}

#[tokio::test(start_paused = true)]
async fn the_newest_come_first_within_bounds_of_time() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mut made = Vec::new();
    let mut moments = Vec::new();
    for _ in 0..6 {
        moments.push(shop.store.now().to_string());
        made.push(leave_an_entry(&admin).await);
        shop.wait(60).await;
    }
    made.reverse();
    assert_eq!(keys(&admin, "limit=2").await, made);
    assert_eq!(keys(&admin, "pageSize=4").await, made);
    // From the instant itself on, and before the other.
    let from = format!("limit=2&from={}", moments[2]);
    assert_eq!(keys(&admin, &from).await, made[..4]);
    let to = format!("limit=1&to={}", moments[2]);
    assert_eq!(keys(&admin, &to).await, made[4..]);
    let both = format!("limit=1&from={}&to={}", moments[1], moments[4]);
    assert_eq!(keys(&admin, &both).await, made[2..5]);
    let offset = "from=2020-01-01T02:00:00%2B02:00&limit=100";
    assert_eq!(keys(&admin, offset).await, made);
    let none: [String; 0] = [];
    let empty = format!("from={}&to={}", moments[1], moments[1]);
    assert_eq!(keys(&admin, &empty).await, none);
}

#[tokio::test(start_paused = true)]
async fn the_entries_about_a_user_are_theirs_alone() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    leave_an_entry(&admin).await;
    let former = local::seed::FORMER.id;
    let erased = admin.delete(&format!("/api/v1/users/{former}")).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    let about = admin.get(&format!("{PATH}?user={former}")).await;
    let body = about.json();
    let entries = body["data"].as_array().expect("a list");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["action"], "user.erased");
    assert_eq!(entries[0]["userId"], json!(former));
    let customer = local::seed::CUSTOMER.id;
    let about = admin.get(&format!("{PATH}?user={customer}")).await;
    assert_eq!(about.json()["data"], Value::Array(Vec::new()));
    let all = admin.get(PATH).await;
    assert_eq!(all.json()["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for (query, error) in [
        ("user=me", "user: must be a UUID in hyphenated form"),
        ("from=yesterday", "from: must be an RFC 3339 date and time"),
        (
            "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
            "to: must not be before from",
        ),
    ] {
        let answer = admin.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
    assert_eq!(shop.customer().await.get(PATH).await.status, 403);
}
