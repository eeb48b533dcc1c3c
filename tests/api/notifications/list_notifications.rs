//! `GET /notifications`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Person, Shop, basket, with};

const PATH: &str = "/api/v1/notifications";

/// Orders so often, each time a second later, and lets the shop confirm it; the ids of the orders.
async fn order(shop: &Shop, person: &Person<'_>, times: u32) -> Vec<String> {
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let mut ids = Vec::new();
    for _ in 0..times {
        shop.wait(1).await;
        let placed = person.order(&body).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        ids.push(placed.text("/data/id"));
        shop.settle().await;
    }
    ids
}

async fn list(person: &Person<'_>, query: &str) -> Vec<Value> {
    let page = person.get(&format!("{PATH}{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    page.json()["data"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn everybody_reads_their_own_newest_first() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let one = shop.newcomer("one@example.com").await;
    let other = shop.newcomer("other@example.com").await;
    let ordered = order(&shop, &one, 2).await;
    let told = list(&one, "").await;
    let about: Vec<&str> = told
        .iter()
        .filter_map(|told| told["orderId"].as_str())
        .collect();
    assert_eq!(about, [ordered[1].as_str(), ordered[0].as_str()]);
    let kinds: Vec<&str> = told
        .iter()
        .filter_map(|told| told["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["orderConfirmed", "orderConfirmed", "welcome"]);
    assert!(told.is_sorted_by(|newer, older| newer["at"].as_str() >= older["at"].as_str()));

    let foreign = list(&other, "").await;
    assert_eq!(foreign.len(), 1, "{foreign:?}");
    assert_eq!(foreign[0]["kind"], "welcome");
    // Staff have notifications of their own, and see nobody else's here.
    let staff = list(&shop.admin().await, "").await;
    assert!(staff.iter().all(|told| told["orderId"].is_null()));
}

#[tokio::test(start_paused = true)]
async fn a_notification_says_what_happened() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    assert!(list(&ada, "").await.is_empty());
    shop.settle().await;
    let page = ada.get(PATH).await;
    assert_json_snapshot!(page.snapshot());
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[tokio::test(start_paused = true)]
async fn a_list_pages_to_its_end_without_a_miss_or_a_repeat() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let ada = shop.newcomer("ada@example.com").await;
    order(&shop, &ada, 4).await;
    let mut path = format!("{PATH}?limit=2");
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let page = ada.get(&path).await.json();
        assert_eq!(page["meta"]["limit"], 2);
        seen.extend(page["data"].as_array().cloned().unwrap_or_default());
        pages += 1;
        if pages == 1 {
            // Something new comes first, where the list has already been.
            order(&shop, &ada, 1).await;
        }
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (5, 3));
    let distinct: BTreeSet<String> = seen.iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(distinct.len(), 5);
    let all = list(&ada, "?limit=100").await;
    assert_eq!(all[1..], seen[..]);
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let ada = shop.newcomer("ada@example.com").await;
    order(&shop, &ada, 1).await;
    let cursor = ada.get(&format!("{PATH}?limit=1")).await;
    let cursor = cursor.text("/meta/nextCursor");
    let of_this_list = "cursor: must be a nextCursor of this list with the same filters";
    // A cursor is its reader's, and this list's.
    let grace = shop.newcomer("grace@example.com").await;
    for (person, path) in [(&grace, PATH), (&ada, "/api/v1/orders")] {
        let foreign = person.get(&format!("{path}?cursor={cursor}")).await;
        assert_eq!(foreign.status, 400, "{path}");
        assert_eq!(foreign.errors(), [of_this_list], "{path}");
    }
    for (query, error) in [
        ("limit=0", "limit: must be 1 to 100"),
        ("limit=101", "limit: must be 1 to 100"),
        ("limit=ten", "limit: must be an integer"),
        ("cursor=abc", of_this_list),
        (
            "read=false",
            "read: is not a known parameter; allowed are cursor, limit, page, pageSize, fields",
        ),
    ] {
        let answer = ada.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn guests_have_none() {
    let shop = Shop::open().await;
    assert_eq!(shop.anybody().get(PATH).await.status, 401);
    shop.stocked("MUG", 5).await;
    let order = with(
        basket(&[("MUG", 1)]),
        &json!({"email": "guest@example.com"}),
    );
    let placed = shop.anybody().order(&order).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    assert_eq!(guest.get(PATH).await.status, 401);
}
