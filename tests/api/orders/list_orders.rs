//! `GET /orders`.

use std::collections::BTreeSet;

use crate::shop::{Person, Shop, basket};

async fn all(person: &Person<'_>, limit: u32) -> Vec<String> {
    let mut path = format!("/api/v1/orders?limit={limit}");
    let mut ids = Vec::new();
    loop {
        let page = person.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        for order in body["data"].as_array().expect("a list") {
            ids.push(order["id"].as_str().expect("an id").to_owned());
        }
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return ids,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn customers_see_their_own_and_staff_see_all_newest_first() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let one = shop.newcomer("one@example.com").await;
    let other = shop.newcomer("other@example.com").await;
    let mut placed = Vec::new();
    for turn in 0..7 {
        let person = if turn % 2 == 0 { &one } else { &other };
        let order = person.order(&basket(&[("MUG", 1)])).await;
        placed.push(order.text("/data/id"));
        // Ids of one millisecond have no order among them.
        shop.wait(1).await;
    }
    placed.reverse();
    let own: Vec<String> = placed.iter().step_by(2).cloned().collect();
    assert_eq!(all(&one, 2).await, own);
    let everything = all(&shop.admin().await, 3).await;
    let known: BTreeSet<&String> = placed.iter().collect();
    let ours: Vec<&String> = everything.iter().filter(|id| known.contains(id)).collect();
    assert_eq!(ours, placed.iter().collect::<Vec<_>>());
    let distinct: BTreeSet<&String> = everything.iter().collect();
    assert_eq!(distinct.len(), everything.len(), "none comes twice");
}
