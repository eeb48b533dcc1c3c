//! `GET /categories`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{category, patch};
use crate::shop::{Person, Shop};

const CATEGORIES: &str = "/api/v1/categories";

/// All of a list, in pages of three.
async fn all(person: &Person<'_>, query: &str) -> Vec<Value> {
    let mut path = format!("{CATEGORIES}?limit=3&{query}");
    let mut seen = Vec::new();
    loop {
        let page = person.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        seen.extend(body["data"].as_array().cloned().unwrap_or_default());
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return seen,
        }
    }
}

fn names(list: &[Value]) -> Vec<&str> {
    list.iter().filter_map(|it| it["name"].as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_comes_behind_its_parent_and_by_its_position() {
    let shop = Shop::open().await;
    let list = all(&shop.anybody(), "").await;
    assert_eq!(
        names(&list),
        [
            "Kitchen",
            "Tableware",
            "Mugs",
            "Cookware",
            "Coffee and tea",
            "Desk",
            "Writing",
            "Travel",
            "Home",
            "Season"
        ]
    );
    let mut known = BTreeSet::from([Value::Null.to_string()]);
    for one in &list {
        assert!(known.contains(&one["parentId"].to_string()), "{one}");
        known.insert(one["id"].to_string());
    }
    let admin = shop.admin().await;
    let desk = format!("{CATEGORIES}/{}", list[5]["id"].as_str().expect("an id"));
    patch(&admin, &desk, &json!({"position": 5})).await;
    let list = all(&shop.anybody(), "").await;
    assert_eq!(names(&list)[..3], ["Desk", "Writing", "Kitchen"]);
}

#[tokio::test(start_paused = true)]
async fn those_below_one_can_be_had_alone() {
    let shop = Shop::open().await;
    let list = all(&shop.anybody(), "").await;
    let below = async |number: usize| {
        let id = list[number]["id"].as_str().expect("an id");
        all(&shop.anybody(), &format!("parentId={id}")).await
    };
    let kitchen = ["Tableware", "Cookware", "Coffee and tea"];
    assert_eq!(names(&below(0).await), kitchen);
    assert_eq!(below(2).await, [Value::Null; 0]);
    let unknown = format!("{CATEGORIES}?parentId=0190a0b0-0000-7000-8000-000000000000");
    let unknown = shop.anybody().get(&unknown).await;
    assert_eq!(unknown.status, 422);
    assert_eq!(
        unknown.errors(),
        ["parentId: must be the id of an existing category"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_where_it_was_whatever_comes_and_goes() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let ids = ["Attic", "Barn", "Cellar", "Den"];
    let parent = category(&admin, "House", None).await;
    let mut made = Vec::new();
    for name in ids {
        made.push(category(&admin, name, Some(&parent)).await);
        shop.wait(1).await;
    }
    let path = format!("{CATEGORIES}?limit=2&parentId={parent}");
    let first = admin.get(&path).await;
    // The one that the page ended with goes, and one comes behind.
    let gone = format!("{CATEGORIES}/{}", made[1]);
    assert_eq!(admin.delete(&gone).await.status, 204);
    category(&admin, "Eaves", Some(&parent)).await;
    let next = admin.get(&first.text("/links/next")).await.json();
    let list = next["data"].as_array().cloned().unwrap_or_default();
    assert_eq!(names(&list), ["Cellar", "Den"]);
    assert_eq!(next["meta"]["hasMore"], true);
    let numbered = format!("{CATEGORIES}?page=2&pageSize=3&parentId={parent}");
    let numbered = admin.get(&numbered).await.json();
    let list = numbered["data"].as_array().cloned().unwrap_or_default();
    assert_eq!(
        (names(&list), &numbered["meta"]["total"]),
        (vec!["Eaves"], &json!(4))
    );
}
