//! `POST /inventory/{sku}/adjustments`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, basket};

const PATH: &str = "/api/v1/inventory/MUG/adjustments";

async fn adjust(person: &Person<'_>, delta: i64) -> Answer {
    let body = json!({"delta": delta, "reason": "count"});
    person.post(PATH, &body).await
}

async fn adjust_once(person: &Person<'_>, delta: i64, key: &str) -> Answer {
    let ask = person.ask("POST", PATH).header("idempotency-key", key);
    let body = json!({"delta": delta, "reason": "count"});
    ask.json(&body).send().await
}

/// On hand, reserved and available.
async fn level(staff: &Person<'_>) -> (i64, i64, i64) {
    let level = staff.get("/api/v1/inventory/MUG").await.json();
    let units = |name: &str| level["data"][name].as_i64().expect("units");
    (units("onHand"), units("reserved"), units("available"))
}

async fn movements(staff: &Person<'_>) -> Vec<Value> {
    let page = staff.get("/api/v1/inventory/MUG/movements?limit=100").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.json()["data"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_the_new_level_and_the_ledger_says_who_and_why() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 0).await;
    let admin = shop.admin().await;
    let body = json!({"delta": 12, "reason": "delivery 4711"});
    let adjusted = admin.post(PATH, &body).await;
    assert_json_snapshot!(adjusted.snapshot());
    let read = admin.get("/api/v1/inventory/MUG").await;
    assert_eq!(read.json()["data"], adjusted.json()["data"]);
    let entries = movements(&admin).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (&entries[0]["kind"], &entries[0]["delta"]),
        (&json!("adjustment"), &json!(12))
    );
    assert_eq!(entries[0]["reason"], "delivery 4711");
    let me = admin.get("/api/v1/users/me").await;
    assert_eq!(entries[0]["actorId"], me.text("/data/id"));
}

#[tokio::test(start_paused = true)]
async fn a_level_goes_down_to_nothing_and_not_below() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let refused = adjust(&admin, -6).await;
    assert_json_snapshot!(refused.snapshot());
    assert_eq!(level(&admin).await, (5, 0, 5));
    assert_eq!(adjust(&admin, -5).await.status, 201);
    assert_eq!(level(&admin).await, (0, 0, 0));
    let refused = adjust(&admin, -1).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (422, "stock_below_zero")
    );
    assert_eq!(movements(&admin).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_for_an_order_stays_in_the_house() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let held = shop.customer().await.order(&basket(&[("MUG", 3)])).await;
    assert_eq!(held.status, 201, "{held:?}");
    let refused = adjust(&admin, -3).await;
    assert_json_snapshot!(refused.snapshot());
    assert_eq!(level(&admin).await, (5, 3, 2));
    assert_eq!(adjust(&admin, -2).await.status, 201);
    assert_eq!(level(&admin).await, (3, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    for (body, status, errors) in [
        (
            json!({"delta": 0, "reason": "count"}),
            422,
            vec!["delta: must not be 0"],
        ),
        (
            json!({"delta": 1_000_001, "reason": ""}),
            422,
            vec![
                "delta: must be -1000000 to 1000000",
                "reason: must be 1 to 200 characters",
            ],
        ),
        (
            json!({"delta": -1_000_001, "reason": " "}),
            422,
            vec![
                "delta: must be -1000000 to 1000000",
                "reason: must not be blank",
            ],
        ),
        (
            json!({"delta": 1.5, "onHand": 7}),
            400,
            vec![
                "delta: must be an integer",
                "reason: is required",
                "onHand: is not a known field",
            ],
        ),
        (
            json!({"delta": "5", "reason": 7}),
            400,
            vec!["delta: must be an integer", "reason: must be a string"],
        ),
    ] {
        let refused = admin.post(PATH, &body).await;
        assert_eq!(refused.status, status, "{body}");
        assert_eq!(refused.errors(), errors, "{body}");
    }
    assert_eq!(movements(&admin).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_staff_adjust_and_only_what_there_is() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    assert_eq!(adjust(&shop.anybody(), 1).await.status, 401);
    let forbidden = adjust(&shop.customer().await, 1).await;
    assert_json_snapshot!(forbidden.snapshot());
    let admin = shop.admin().await;
    let body = json!({"delta": 1, "reason": "count"});
    for sku in ["NOPE", "M%20G"] {
        let path = format!("/api/v1/inventory/{sku}/adjustments");
        let unknown = admin.post(&path, &body).await;
        assert_eq!(
            (unknown.status, unknown.code().as_str()),
            (404, "not_found")
        );
    }
    assert_eq!(level(&admin).await, (5, 0, 5));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let tag = admin.get("/api/v1/inventory/MUG").await;
    let tag = tag.header("etag").expect("a tag").to_owned();
    let ask = || {
        let ask = admin.ask("POST", PATH).header("if-match", &tag);
        ask.json(&json!({"delta": 1, "reason": "count"})).send()
    };
    let adjusted = ask().await;
    assert_eq!(adjusted.status, 201);
    let now = admin.get("/api/v1/inventory/MUG").await;
    assert_eq!(adjusted.header("etag"), now.header("etag"));
    let stale = ask().await;
    assert_eq!(
        (stale.status, stale.code().as_str()),
        (412, "precondition_failed")
    );
    assert_eq!(level(&admin).await, (6, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_moves_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let first = adjust_once(&admin, -5, "mine").await;
    assert_eq!(adjust(&admin, 9).await.status, 201);
    // The first answer stands, whatever the level is now.
    let again = adjust_once(&admin, -5, "mine").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let reused = adjust_once(&admin, -4, "mine").await;
    assert_eq!(
        (reused.status, reused.code().as_str()),
        (422, "idempotency_key_reused")
    );
    assert_eq!(level(&admin).await, (9, 0, 9));
    assert_eq!(movements(&admin).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_moves_once_also_where_it_took_the_last_unit() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let first = adjust_once(&admin, -5, "mine").await;
    let again = adjust_once(&admin, -5, "mine").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["data"], again.json()["data"]);
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_with_one_key_are_one_movement() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let asks = (0..10).map(|_| adjust_once(&admin, -3, "mine"));
    let answers = shop.all(asks).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["data"], answers[0].json()["data"]);
    }
    let fresh = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(fresh.count(), 1);
    assert_eq!(level(&admin).await, (2, 0, 2));
    assert_eq!(movements(&admin).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_never_take_more_than_there_is() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let answers = shop.all((0..10).map(|_| adjust(&admin, -1))).await;
    let taken = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(taken.count(), 5);
    let refused = answers
        .iter()
        .filter(|answer| answer.status == 422 && answer.code() == "stock_below_zero");
    assert_eq!(refused.count(), 5);
    assert_eq!(level(&admin).await, (0, 0, 0));
    assert_eq!(movements(&admin).await.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_that_come_in_all_count() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 0).await;
    let admin = shop.admin().await;
    // Each answer is the level that its own movement made.
    let mut levels = Vec::new();
    for answer in shop.all((0..10).map(|_| adjust(&admin, 2))).await {
        assert_eq!(answer.status, 201, "{answer:?}");
        levels.push(answer.json()["data"]["onHand"].as_i64());
    }
    levels.sort_unstable();
    let expected: Vec<Option<i64>> = (1..=10).map(|count| Some(2 * count)).collect();
    assert_eq!(levels, expected);
    assert_eq!(level(&admin).await, (20, 0, 20));
}

#[tokio::test(start_paused = true)]
async fn an_adjustment_says_what_kind_it_is() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let admin = shop.admin().await;
    let path = "/api/v1/inventory/MUG/adjustments";
    for (kind, delta) in [("delivery", 4), ("writeOff", -2), ("adjustment", -1)] {
        let body = serde_json::json!({"delta": delta, "reason": "because", "kind": kind});
        let adjusted = admin.post(path, &body).await;
        assert_eq!(adjusted.status, 201, "{adjusted:?}");
        let other = serde_json::json!({"delta": -delta, "reason": "because", "kind": kind});
        if kind != "adjustment" {
            let refused = admin.post(path, &other).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            assert!(
                refused.errors()[0].starts_with("delta: must be "),
                "{refused:?}"
            );
        }
    }
    let ledger = admin.get("/api/v1/inventory/MUG/movements").await.json();
    let entries = ledger["data"].as_array().expect("a list").iter();
    let mut kinds: Vec<_> = entries.map(|entry| entry["kind"].clone()).collect();
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, ["adjustment", "adjustment", "delivery", "writeOff"]);
}
