//! `GET /users`.

use std::collections::BTreeSet;

use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};
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

/// A page of people, and the read units it took.
async fn metered(shop: &Shop, admin: &Person<'_>, path: &str) -> (Answer, f64) {
    shop.store.cloud().meter_start();
    let page = admin.get(path).await;
    let metered = shop.store.cloud().meter_stop();
    (page, metered["users-list-users"].read_units)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_page_to_the_end_while_others_register_at_the_cost_of_a_hundred() {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    // Every fifth is in a list of their own as well.
    let mut people = (0..10_000).map(|number| match number % 5 {
        0 => Somebody {
            roles: &[Role::Support],
            ..CUSTOMER
        },
        _ => CUSTOMER,
    });
    let mut known = fill(&shop, people.by_ref().take(100)).await;
    let queries = [
        "limit=40&sort=createdAt",
        "limit=10&status=active&role=support",
        "limit=100",
    ];
    let mut costs = Vec::new();
    for query in queries {
        let (page, cost) = metered(&shop, &admin, &format!("{PATH}?{query}")).await;
        assert_eq!(page.json()["meta"]["hasMore"], true, "{query}: {page:?}");
        costs.push(cost);
    }
    known.extend(fill(&shop, people).await);
    assert_eq!(known.len(), 10_000);

    let largest = costs.pop().expect("a cost");
    for (query, of_a_hundred) in queries.into_iter().zip(costs) {
        let mut path = format!("{PATH}?{query}");
        let (mut seen, mut newer) = (BTreeSet::new(), Vec::new());
        let mut pages = 0;
        loop {
            let (page, cost) = metered(&shop, &admin, &path).await;
            for id in ids(&page) {
                assert!(seen.insert(id), "{query}: nobody comes twice");
            }
            let Some(next) = page.json()["links"]["next"].as_str().map(str::to_owned) else {
                break;
            };
            pages += 1;
            assert!(
                cost == of_a_hundred,
                "{query}: page {pages} took {cost} read units, among a hundred {of_a_hundred}"
            );
            path = next;
            if pages % 10 == 0 {
                newer.extend(fill(&shop, [CUSTOMER]).await);
            }
        }
        let missed = |people: &[String]| people.iter().filter(|id| !seen.contains(*id)).count();
        if query.contains("role=") {
            assert!((2_000..2_010).contains(&seen.len()), "{}", seen.len());
            let supporters: Vec<String> = known.iter().step_by(5).cloned().collect();
            assert_eq!(missed(&supporters), 0, "{query}: nobody is missed");
        } else {
            assert_eq!(missed(&known), 0, "{query}: nobody is missed");
            assert_eq!(missed(&newer), 0, "{query}: nor who registers meanwhile");
        }
    }
    // Each partition is read as far as a page might need it. The largest pages read more of a long one
    // than a list of a hundred has in it: half a unit in each of four.
    let (_, cost) = metered(&shop, &admin, &format!("{PATH}?limit=100")).await;
    assert!(cost <= largest + 2.0, "{cost}");
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
