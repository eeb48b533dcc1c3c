//! What the tests share: asking a store for things, in JSON.

use std::sync::Arc;

use local::{Options, Response, Store};
use serde_json::{Value, json};

pub(crate) const SKU: &str = local::seed::SKU;

pub(crate) async fn open(options: Options) -> Arc<Store> {
    Store::open(options).await.expect("the store opens")
}

/// Asks with a JSON body, or none for null.
pub(crate) async fn ask(
    store: &Store,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> (Response, Value) {
    let mut sent: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let body = if body.is_null() {
        Vec::new()
    } else {
        sent.push(("Content-Type".to_owned(), "application/json".to_owned()));
        body.to_string().into_bytes()
    };
    let response = store.request(method, target, &sent, &body).await;
    let json = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    (response, json)
}

pub(crate) async fn get(store: &Store, target: &str) -> Value {
    ask(store, "GET", target, &[], &Value::Null).await.1
}

pub(crate) async fn post(store: &Store, target: &str, body: &Value) -> (u16, Value) {
    let (response, json) = ask(store, "POST", target, &[], body).await;
    (response.status, json)
}

/// A guest's order of so many mugs, placed under an idempotency key.
pub(crate) async fn order(store: &Store, key: &str, units: u32, method: Option<&str>) -> Value {
    let mut body = json!({
        "items": [{"sku": SKU, "quantity": units}],
        "email": "guest@example.com",
        "shippingAddress": {
            "name": "Guest",
            "line1": "1 High Street",
            "city": "Dublin",
            "postalCode": "D01 F5P2",
            "country": "IE",
        },
    });
    if let Some(method) = method {
        body["paymentMethod"] = json!(method);
    }
    let headers = [("Idempotency-Key", key)];
    let (response, placed) = ask(store, "POST", "/api/v1/orders", &headers, &body).await;
    assert_eq!(response.status, 201, "{placed}");
    placed["data"].clone()
}

/// An order as its guest sees it now.
pub(crate) async fn read(store: &Store, placed: &Value) -> Value {
    let path = format!("/api/v1/orders/{}", placed["id"].as_str().unwrap());
    let token = format!("Bearer {}", placed["orderToken"].as_str().unwrap());
    let headers = [("Authorization", token.as_str())];
    let (response, order) = ask(store, "GET", &path, &headers, &Value::Null).await;
    assert_eq!(response.status, 200, "{order}");
    order["data"].clone()
}

pub(crate) async fn available(store: &Store) -> i64 {
    let level = get(store, &format!("/api/v1/inventory/{SKU}")).await;
    level["data"]["available"].as_i64().expect("a level")
}

/// The mail to an address.
pub(crate) fn mail_to(store: &Store, address: &str) -> usize {
    subjects_to(store, address).len()
}

/// What the mails to an address are about.
pub(crate) fn subjects_to(store: &Store, address: &str) -> Vec<String> {
    let mails = store.cloud().emails();
    let theirs = mails.iter().filter(|mail| mail.to == address);
    theirs.map(|mail| mail.subject.clone()).collect()
}

/// What the console says of a queue.
pub(crate) async fn queue(store: &Store, name: &str) -> Value {
    let queues = get(store, "/_local/queues").await;
    let found = queues["data"].as_array().expect("queues").clone();
    found
        .into_iter()
        .find(|queue| queue["name"] == name)
        .expect("the queue")
}
