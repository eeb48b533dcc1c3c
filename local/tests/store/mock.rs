//! A mock answers with the contract's examples, and does nothing.

use local::Options;
use serde_json::{Value, json};

use crate::stage::{ask, open};

async fn mock() -> std::sync::Arc<local::Store> {
    open(Options {
        mock: true,
        seed: false,
        ..Options::for_tests()
    })
    .await
}

fn header<'a>(response: &'a local::Response, sought: &str) -> Option<&'a str> {
    let mut headers = response.headers.iter();
    headers
        .find(|(name, _)| name == sought)
        .map(|(_, value)| value.as_str())
}

/// Every operation of the contract: its method, its path with parameters filled in, its responses.
fn operations(contract: &Value) -> Vec<(String, String, Value)> {
    let paths = contract["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in ["get", "post", "put", "patch", "delete"] {
            if item[method].is_object() {
                let filled = path.replace(['{', '}'], "");
                let responses = item[method]["responses"].clone();
                operations.push((method.to_uppercase(), filled, responses));
            }
        }
    }
    operations
}

#[tokio::test(start_paused = true)]
async fn every_operation_answers_every_status_of_the_contract() {
    let store = mock().await;
    let (_, contract) = ask(&store, "GET", "/openapi.json", &[], &Value::Null).await;
    let mut answered = 0;
    for (method, path, responses) in operations(&contract) {
        if !path.starts_with("/api/") {
            continue;
        }
        let (usual, _) = ask(&store, &method, &path, &[], &Value::Null).await;
        assert!((200..300).contains(&usual.status), "{method} {path}");
        for (status, described) in responses.as_object().expect("responses") {
            let wish = format!("code={status}");
            let (response, body) =
                ask(&store, &method, &path, &[("Prefer", &wish)], &Value::Null).await;
            assert_eq!(response.status.to_string(), *status, "{method} {path}");
            assert_eq!(header(&response, "preference-applied"), Some(&*wish));
            assert!(header(&response, "x-trace-id").is_some());
            match response.status {
                200..300 if described["content"].is_null() => assert_eq!(response.body, b""),
                300..400 => assert_eq!(response.body, b""),
                200..300 => assert_eq!(body["success"], true, "{method} {path} {status}"),
                _ => assert_eq!(body["statusCode"], response.status, "{method} {path}"),
            }
            answered += 1;
        }
    }
    assert!(answered > 400, "only {answered}");
}

#[tokio::test(start_paused = true)]
async fn the_example_is_chosen_by_name_and_by_media_type() {
    let store = mock().await;
    let (response, order) = ask(&store, "POST", "/api/v1/orders", &[], &Value::Null).await;
    let id = order["data"]["id"].as_str().expect("an id");
    let made = format!("/api/v1/orders/{id}");
    assert_eq!(header(&response, "location"), Some(&*made));

    let wish = [("Prefer", "code=409, example=\"conflict\"")];
    let (_, body) = ask(&store, "POST", "/api/v1/orders", &wish, &Value::Null).await;
    assert_eq!(body["code"], "conflict");

    let wish = [
        ("Prefer", "code=409"),
        ("Accept", "application/problem+json"),
    ];
    let (response, body) = ask(&store, "POST", "/api/v1/orders", &wish, &Value::Null).await;
    assert_eq!(
        header(&response, "content-type"),
        Some("application/problem+json")
    );
    assert_eq!(body["status"], 409);

    for (wish, named) in [
        ("code=418", "Prefer: code must be one of 201, 400"),
        ("code=409, example=none", "Prefer: example must be one of "),
    ] {
        let wish = [("Prefer", wish)];
        let (response, body) = ask(&store, "POST", "/api/v1/orders", &wish, &Value::Null).await;
        assert_eq!(response.status, 400);
        let said = body["errors"][0].as_str().expect("a reason");
        assert!(said.starts_with(named), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_listed_origins_may_read_it_and_say_what_they_want() {
    let store = mock().await;
    let origin = ("Origin", "http://localhost:5173");
    let (response, _) = ask(&store, "GET", "/api/v1/products", &[origin], &Value::Null).await;
    assert_eq!(
        header(&response, "access-control-allow-origin"),
        Some(origin.1)
    );
    let elsewhere = ("Origin", "https://elsewhere.example");
    let (response, _) = ask(
        &store,
        "GET",
        "/api/v1/products",
        &[elsewhere],
        &Value::Null,
    )
    .await;
    assert_eq!(header(&response, "access-control-allow-origin"), None);

    let preflight = [origin, ("Access-Control-Request-Method", "POST")];
    let (response, _) = ask(
        &store,
        "OPTIONS",
        "/api/v1/orders",
        &preflight,
        &Value::Null,
    )
    .await;
    let allowed = header(&response, "access-control-allow-headers").expect("a list");
    assert!(allowed.ends_with(", Prefer"), "{allowed}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_operation_is_answered_as_ever() {
    let store = mock().await;
    let (response, _) = ask(&store, "GET", "/api/v1/nothing", &[], &Value::Null).await;
    assert_eq!(response.status, 404);
    let (response, _) = ask(&store, "GET", "/docs", &[], &Value::Null).await;
    assert_eq!(response.status, 200);
    let (_, answer) = ask(&store, "POST", "/api/v1/products", &[], &json!({})).await;
    assert_eq!(answer["success"], true);
    let (_, after) = ask(&store, "GET", "/_local/events", &[], &Value::Null).await;
    assert_eq!(after["data"], json!([]));
}
