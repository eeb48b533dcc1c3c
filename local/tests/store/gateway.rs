//! Requests become events and answers become responses as in an HTTP API of API Gateway.

use local::{InvokeError, Options};
use serde_json::{Value, json};

use crate::stage::{ask, get, open};

#[tokio::test(start_paused = true)]
async fn what_no_route_answers_the_fallback_does() {
    let store = open(Options::for_tests()).await;
    let (response, body) = ask(&store, "GET", "/api/v1/nothing", &[], &Value::Null).await;
    assert_eq!((response.status, &body["code"]), (404, &json!("not_found")));
    let (response, body) = ask(&store, "DELETE", "/api/v1/orders", &[], &Value::Null).await;
    assert_eq!(
        (response.status, &body["code"]),
        (405, &json!("method_not_allowed"))
    );
    assert!(response.headers.iter().any(|(name, _)| name == "allow"));
}

#[tokio::test(start_paused = true)]
async fn head_is_answered_by_gets_function_without_a_body() {
    let store = open(Options::for_tests()).await;
    let (response, _) = ask(&store, "HEAD", "/api/v1/products", &[], &Value::Null).await;
    assert_eq!((response.status, response.body.len()), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_segment_wins_over_a_parameter_and_queries_arrive_whole() {
    let store = open(Options::for_tests()).await;
    let me = ask(&store, "GET", "/api/v1/users/me", &[], &Value::Null).await;
    assert_eq!(me.0.status, 401);
    let page = get(&store, "/api/v1/products?limit=3").await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(start_paused = true)]
async fn the_gateway_refuses_what_is_too_large_in_its_own_words() {
    let store = open(Options::for_tests()).await;
    let body = vec![b' '; 10 * 1024 * 1024 + 1];
    let response = store.request("POST", "/api/v1/orders", &[], &body).await;
    assert_eq!(response.status, 413);
    let message: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(message, json!({"message": "Request Entity Too Large"}));
}

#[tokio::test(start_paused = true)]
async fn functions_can_be_invoked_by_name() {
    let store = open(Options::for_tests()).await;
    let nobody = store.invoke("orders-nothing", "{}").await;
    assert_eq!(
        nobody,
        Err(InvokeError::Unknown("orders-nothing".to_owned()))
    );
    let no_json = store.invoke("orders-settle-payment", "{").await;
    assert!(matches!(no_json, Err(InvokeError::NotJson(_))));
    let nothing = store
        .invoke("orders-settle-payment", r#"{"Records":[]}"#)
        .await;
    assert_eq!(nothing.as_deref(), Ok(r#"{"batchItemFailures":[]}"#));
}
