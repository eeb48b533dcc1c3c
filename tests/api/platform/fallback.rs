//! Whatever no route answers: 404, 405 with `Allow`, and `OPTIONS`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;

use crate::shop::Shop;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND",
];

/// Every path of the registry, with something for its parameters, and the methods it answers.
fn paths() -> Vec<(String, BTreeSet<String>)> {
    registry::gateway::paths()
        .into_iter()
        .map(|(path, methods)| {
            let filled = path
                .replace("{id}", "0190a0b0-0000-7000-8000-000000000000")
                .replace("{sku}", "MUG")
                .replace("{token}", "a-token")
                .replace("{asset}", "docs.js")
                .replace("{slug}", "mug")
                .replace("{provider}", "test")
                .replace("{fulfilmentId}", "0190a0b0-0000-7000-8000-000000000001")
                .replace("{returnId}", "0190a0b0-0000-7000-8000-000000000002")
                .replace("{refundId}", "0190a0b0-0000-7000-8000-000000000003");
            assert!(!filled.contains('{'), "{filled}");
            let methods = methods.keys().map(|verb| verb.name().to_owned()).collect();
            (filled, methods)
        })
        .collect()
}

fn allowed(header: Option<&str>) -> BTreeSet<String> {
    header
        .unwrap_or_default()
        .split(", ")
        .map(str::to_owned)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_path_refuses_other_methods_and_names_its_own() {
    let shop = Shop::open().await;
    let mut refused = 0;
    for (path, mut methods) in paths() {
        methods.insert("OPTIONS".to_owned());
        for method in METHODS {
            if methods.contains(method) {
                continue;
            }
            let answer = shop.anybody().ask(method, &path).send().await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(allowed(answer.header("allow")), methods, "{method} {path}");
            if method == "HEAD" {
                assert!(answer.body.is_empty(), "{path}");
            } else {
                assert_eq!(answer.code(), "method_not_allowed", "{method} {path}");
            }
            refused += 1;
        }
    }
    assert!(refused > 80, "{refused}");
}

#[tokio::test(start_paused = true)]
async fn every_path_says_which_methods_it_answers() {
    let shop = Shop::open().await;
    for (path, mut methods) in paths() {
        methods.insert("OPTIONS".to_owned());
        let answer = shop.anybody().ask("OPTIONS", &path).send().await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}");
        assert_eq!(allowed(answer.header("allow")), methods, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_method_comes_in_the_envelope() {
    let shop = Shop::open().await;
    let refused = shop.anybody().delete("/api/v1/orders").await;
    assert_json_snapshot!(refused.snapshot());
    assert_eq!(refused.header("allow"), Some("GET, HEAD, OPTIONS, POST"));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
}

#[tokio::test(start_paused = true)]
async fn a_path_that_leads_nowhere_comes_in_the_envelope() {
    let shop = Shop::open().await;
    let missing = shop.anybody().get("/api/v1/nothing").await;
    assert_json_snapshot!(missing.snapshot());
    let trace = missing.header("x-trace-id").expect("a trace");
    assert_eq!(missing.text("/traceId"), trace);
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/products",
        "/products",
        "/api/v1/products/",
        "//api/v1/products",
        "/API/V1/PRODUCTS",
        "/api/v1/inventory//movements",
        "/api/v1/orders/1/2/3",
        "/.well-known",
        "/%00",
        "/favicon.ico?v=1",
    ] {
        for method in ["GET", "POST", "DELETE", "OPTIONS"] {
            let answer = shop.anybody().ask(method, path).send().await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (404, "not_found"),
                "{method} {path}"
            );
            assert_eq!(answer.header("allow"), None, "{method} {path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_problem_details_gets_them() {
    let shop = Shop::open().await;
    for (method, path) in [("GET", "/api/v1/nothing"), ("DELETE", "/api/v1/orders")] {
        let ask = shop.anybody().ask(method, path);
        let problem = ask
            .header("accept", "application/problem+json")
            .send()
            .await;
        assert_json_snapshot!(problem.snapshot());
        assert_eq!(
            problem.header("content-type"),
            Some("application/problem+json")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_trace_is_continued_and_a_body_and_a_token_are_not_looked_at() {
    let shop = Shop::open().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let answer = shop
        .holder(Some("forged"))
        .ask("PUT", "/api/v1/nothing?x=1")
        .header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))
        .bytes("text/plain", b"{")
        .send()
        .await;
    assert_eq!(answer.status, 404, "{answer:?}");
    let sent = answer.header("x-trace-id").expect("a trace");
    assert!(sent.starts_with(&format!("00-{trace}-")), "{sent}");
}
