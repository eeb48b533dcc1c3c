//! Whom a request counts for: a person, an API key, or an address.

use std::cell::Cell;

use edge::route::{Auth, Method, RateClass};
use serde_json::json;

use super::{LIMIT, STRICT, admitted, limited, most};
use crate::samples::routes;
use crate::shop::Person;

/// How many of so many requests are not refused for their number, whatever else is wrong with them.
async fn let_through(person: &Person<'_>, (method, path): (&str, &str), count: usize) -> usize {
    let mut through = 0;
    for _ in 0..count {
        let answer = person.ask(method, path).json(&json!({})).send().await;
        assert!(answer.status < 500, "{method} {path}: {answer:?}");
        if answer.status != 429 {
            through += 1;
        }
    }
    through
}

#[tokio::test(start_paused = true)]
async fn an_api_key_has_a_limit_of_its_own() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let id = shop.stocked("MUG", 0).await;
        let (one, other) = (
            shop.key_with(&["catalog:read"]).await,
            shop.key_with(&["catalog:read"]).await,
        );
        let path = format!("/api/v1/products/{id}");
        let server = shop.holder(Some(&one));
        let through = admitted(most(instances) + 20, || server.ask("GET", &path)).await;
        assert!(
            (LIMIT..=most(instances)).contains(&through),
            "{instances} instances: {through}"
        );
        // Neither another key nor the address that both are sent from has been asked for anything.
        for fresh in [shop.holder(Some(&other)), shop.anybody()] {
            let answer = fresh.get(&path).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("x-ratelimit-remaining"), Some("99"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_has_one_limit_over_all_routes_of_a_class() {
    let paths = [
        "/api/v1/users/me",
        "/api/v1/orders",
        "/api/v1/notifications",
        "/api/v1/sessions",
    ];
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let customer = shop.customer().await;
        let turn = Cell::new(0);
        let ask = || {
            turn.set(turn.get() + 1);
            customer.ask("GET", paths[turn.get() % paths.len()])
        };
        // Each route is functions of its own, which count in instances of their own.
        let most = most(paths.len() * instances);
        let through = admitted(most + 40, ask).await;
        assert!(
            (LIMIT..=most).contains(&through),
            "{instances} instances: {through}"
        );
        // The other class is untouched by it.
        let guess = json!({"currentPassword": "Wrong-pass-1", "newPassword": "Another-pass-1"});
        let tried = customer.put("/api/v1/users/me/password", &guess).await;
        assert_eq!(tried.status, 422, "{tried:?}");
        assert_eq!(tried.header("x-ratelimit-remaining"), Some("9"));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_let_in_is_counted_all_the_same() {
    let shop = limited(1).await;
    let key = shop.key_with(&["catalog:read"]).await;
    for forbidden in [shop.customer().await, shop.holder(Some(&key))] {
        let through = admitted(LIMIT + 20, || forbidden.ask("GET", "/api/v1/users")).await;
        assert_eq!(through, LIMIT);
    }
    // Others at the same address have their limits untouched.
    for (other, status) in [(shop.admin().await, 200), (shop.anybody(), 401)] {
        let answer = other.get("/api/v1/users").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("99"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_is_counted_wherever_they_are_and_an_unknown_token_where_it_comes_from() {
    let shop = limited(1).await;
    let customer = shop.customer().await;
    for number in 0..LIMIT {
        let moving = customer.at(&format!("192.0.2.{number}"));
        assert_eq!(moving.get("/api/v1/users/me").await.status, 200);
    }
    let moved = customer.at("198.51.100.1").get("/api/v1/users/me").await;
    assert_eq!(moved.status, 429);
    let forger = shop.holder(Some("none")).at("198.51.100.2");
    assert_eq!(
        let_through(&forger, ("GET", "/api/v1/users/me"), LIMIT + 20).await,
        LIMIT
    );
}

/// What anybody may write to, and how often a minute.
fn written_by_anybody() -> Vec<(String, String, RateClass)> {
    routes()
        .into_iter()
        .filter_map(|sample| Some((sample.function.route()?, sample)))
        .filter(|(route, _)| route.method != Method::Get)
        .filter(|(route, _)| matches!(route.auth, Auth::Open | Auth::Anyone))
        .map(|(route, sample)| (sample.method, sample.path, route.rate))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_an_address_writes_is_counted_over_all_instances() {
    let all = written_by_anybody();
    assert!(all.len() >= 7, "{all:?}");
    for instances in [1, 20] {
        let shop = limited(instances).await;
        for (number, (method, path, rate)) in all.iter().enumerate() {
            let stranger = shop.anybody().at(&format!("192.0.2.{number}"));
            let (least, most) = match rate {
                RateClass::Default => (LIMIT, most(instances)),
                RateClass::Strict => (STRICT, STRICT),
            };
            let through = let_through(&stranger, (method, path), most + 5).await;
            assert!(
                (least..=most).contains(&through),
                "{method} {path}, {instances} instances: {through}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reads_by_nobody_in_particular_are_limited_by_each_instance_alone() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let ask = || shop.anybody().ask("GET", "/health").from("192.0.2.9");
        let most = instances * LIMIT;
        assert_eq!(admitted(most + 40, ask).await, most);
    }
}

#[test]
fn the_strict_routes_are_where_secrets_are_tried() {
    let strict: Vec<String> = registry::functions()
        .filter(|function| {
            function
                .route()
                .is_some_and(|route| route.rate == RateClass::Strict)
        })
        .map(edge::Function::name)
        .collect();
    assert_eq!(
        strict,
        [
            "users-change-email",
            "users-change-password",
            "users-create-session",
            "users-request-password-reset",
            "users-reset-password",
            "users-verify-email",
        ]
    );
}
