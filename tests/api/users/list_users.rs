//! `GET /users`.

use std::collections::BTreeSet;

use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};
use local::Options;
use serde_json::{Value, json};
use store::users::{self, Registration, Users};

use crate::shop::{Answer, Person, Shop};

const PATH: &str = "/api/v1/users";
/// How many people fit into one transaction, with all that belongs to each.
const AT_ONCE: usize = 11;

/// Somebody whom no two tests share.
struct Somebody {
    roles: &'static [Role],
    status: UserStatus,
    country: Option<&'static str>,
}

const CUSTOMER: Somebody = Somebody {
    roles: &[Role::Customer],
    status: UserStatus::Active,
    country: None,
};

/// Opens accounts, each a millisecond or more after the one before, and returns their ids.
async fn fill(shop: &Shop, people: impl IntoIterator<Item = Somebody>) -> Vec<String> {
    let users: Users<users::Register> = shop.handle().await;
    let people: Vec<Somebody> = people.into_iter().collect();
    let mut ids = Vec::new();
    for some in people.chunks(AT_ONCE) {
        let stamp = shop.store.stamp();
        let mut tx = users.begin(&stamp);
        for Somebody {
            roles,
            status,
            country,
        } in some
        {
            let id = UserId::new(stamp.now, stamp.entropy.as_ref());
            let registered = User::register(
                id,
                Email::parse(&format!("{id}@example.com")).expect("an address"),
                PersonName::parse("Somebody").expect("a name"),
                country.map(|code| Country::parse(code).expect("a country")),
                stamp.now,
            );
            let user = User {
                roles: roles.iter().copied().collect(),
                status: *status,
                ..registered
            };
            let registration = Registration {
                user: &user,
                password_hash: "no password".to_owned(),
                address: None,
                token: None,
            };
            users.register(&mut tx, registration).expect("an account");
            ids.push(id.to_string());
        }
        tx.commit().await.expect("a transaction");
        tokio::time::advance(std::time::Duration::from_millis(1)).await;
    }
    ids
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let found = body["data"].as_array().cloned().unwrap_or_default();
    found
        .iter()
        .filter_map(|user| user["id"].as_str().map(str::to_owned))
        .collect()
}

/// Everybody in a list, page by page.
async fn everybody(admin: &Person<'_>, query: &str) -> Vec<String> {
    let mut path = format!("{PATH}?{query}");
    let mut found = Vec::new();
    loop {
        let page = admin.get(&path).await;
        found.extend(ids(&page));
        match page.json()["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return found,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn any_combination_of_filters_is_exact() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mut people = Vec::new();
    for status in [UserStatus::Active, UserStatus::Suspended] {
        for roles in [
            &[Role::Customer][..],
            &[Role::Editor],
            &[Role::Customer, Role::Support],
        ] {
            for country in [None, Some("DE"), Some("FR")] {
                people.push(Somebody {
                    roles,
                    status,
                    country,
                });
            }
        }
    }
    fill(&shop, people).await;
    let all = admin.get(&format!("{PATH}?limit=100")).await.json();
    let all = all["data"].as_array().expect("a list").clone();
    assert_eq!(all.len(), 4 + 18);
    let words = |list: &[&str]| -> Vec<Option<String>> {
        let some = list.iter().map(|word| Some((*word).to_owned()));
        std::iter::once(None).chain(some).collect()
    };
    for status in words(&["active", "suspended", "erased"]) {
        for role in words(&["customer", "editor", "support", "admin", "moderator"]) {
            for country in words(&["DE", "FR", "GB"]) {
                let filters = [("status", &status), ("role", &role), ("country", &country)];
                let query: String = filters
                    .iter()
                    .filter_map(|(name, word)| Some(format!("{name}={}&", word.as_ref()?)))
                    .collect();
                let wanted: Vec<&str> = all
                    .iter()
                    .filter(|user| {
                        let fits = |word: &Option<String>, value: &Value| {
                            word.as_ref().is_none_or(|word| value == word)
                        };
                        let roles = user["roles"].as_array().expect("roles");
                        fits(&status, &user["status"])
                            && fits(&country, &user["country"])
                            && role
                                .as_ref()
                                .is_none_or(|role| roles.iter().any(|one| one == role))
                    })
                    .filter_map(|user| user["id"].as_str())
                    .collect();
                assert_eq!(
                    everybody(&admin, &format!("{query}limit=4")).await,
                    wanted,
                    "{query}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_newest_come_first_or_last_and_pages_may_have_numbers() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    fill(&shop, std::iter::repeat_with(|| CUSTOMER).take(30)).await;
    let newest = everybody(&admin, "limit=100").await;
    assert_eq!(newest.len(), 34);
    let mut sorted = newest.clone();
    sorted.sort_by(|one, other| other.cmp(one));
    assert_eq!(newest, sorted);
    let oldest = everybody(&admin, "sort=createdAt&limit=7").await;
    assert_eq!(oldest, newest.iter().rev().cloned().collect::<Vec<_>>());
    let explicit = everybody(&admin, "sort=-createdAt&limit=7").await;
    assert_eq!(explicit, newest);
    let numbered = admin.get(&format!("{PATH}?page=2&pageSize=20")).await;
    assert_eq!(ids(&numbered), newest[20..]);
    let meta = json!({"page": 2, "pageSize": 20, "total": 34, "totalPages": 2});
    assert_eq!(numbered.json()["meta"], meta);
}

#[tokio::test(start_paused = true)]
async fn who_changes_moves_to_other_lists() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mover = shop.newcomer("mover@example.com").await;
    let id = mover.get("/api/v1/users/me").await.text("/data/id");
    for country in [Some("DE"), Some("FR"), None, Some("DE")] {
        let body = json!({"name": "Mover", "country": country});
        assert_eq!(mover.put("/api/v1/users/me", &body).await.status, 200);
        for list in ["DE", "FR"] {
            let found = everybody(&admin, &format!("country={list}&role=customer")).await;
            let expected: Vec<String> = match country == Some(list) {
                true => vec![id.clone()],
                false => Vec::new(),
            };
            assert_eq!(found, expected, "{country:?} {list}");
        }
        assert!(everybody(&admin, "status=active").await.contains(&id));
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_page_to_the_end_while_others_register_at_the_cost_of_a_hundred() {
    let shop = Shop::with(Options {
        streams: false,
        ..Options::for_tests()
    })
    .await;
    fill(&shop, std::iter::repeat_with(|| CUSTOMER).take(100)).await;
    let admin = shop.admin().await;
    let cost = async |path: &str| {
        shop.store.cloud().meter_start();
        let page = admin.get(path).await;
        assert_eq!(ids(&page).len(), 20);
        shop.store.cloud().meter_stop()["users-list-users"]
    };
    let of_a_hundred = cost(&format!("{PATH}?limit=20")).await;
    assert_eq!(of_a_hundred, (16.0, 0.0));
    let known: BTreeSet<String> = fill(&shop, std::iter::repeat_with(|| CUSTOMER).take(10_000))
        .await
        .into_iter()
        .collect();
    assert_eq!(known.len(), 10_000);

    let mut path = format!("{PATH}?limit=100");
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let page = admin.get(&path).await;
        for id in ids(&page) {
            assert!(seen.insert(id), "nobody comes twice");
        }
        let Some(cursor) = page.json()["meta"]["nextCursor"]
            .as_str()
            .map(str::to_owned)
        else {
            break;
        };
        path = format!("{PATH}?limit=100&cursor={cursor}");
        pages += 1;
        if pages % 10 == 0 {
            let deep = cost(&format!("{PATH}?limit=20&cursor={cursor}")).await;
            assert_eq!(deep, of_a_hundred, "after {pages} pages");
            fill(&shop, [CUSTOMER]).await;
        }
    }
    assert!(known.is_subset(&seen), "nobody is missed");
    assert_eq!(pages, 101);
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for (query, error) in [
        (
            "status=gone",
            "status: must be one of active, suspended, erased",
        ),
        (
            "role=king",
            "role: must be one of customer, editor, moderator, support, admin",
        ),
        (
            "country=de",
            "country: must be an ISO 3166-1 alpha-2 country code",
        ),
        ("sort=name", "sort: must be one of createdAt, -createdAt"),
    ] {
        let answer = admin.get(&format!("{PATH}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
    let page = admin.get(&format!("{PATH}?limit=1")).await;
    let cursor = page.text("/meta/nextCursor");
    for other in [
        "status=active",
        "sort=createdAt",
        "role=admin",
        "country=DE",
    ] {
        let answer = admin.get(&format!("{PATH}?{other}&cursor={cursor}")).await;
        assert_eq!(
            answer.status, 400,
            "a cursor belongs to its filters: {other}"
        );
    }
    assert_eq!(shop.customer().await.get(PATH).await.status, 403);
}
