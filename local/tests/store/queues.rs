//! Queues with AWS's semantics, seen through the console.

use local::Options;
use serde_json::{Value, json};

use crate::stage::{ask, get, open, post, queue};

const QUEUE: &str = "orders-settle-payment";

#[tokio::test(start_paused = true)]
async fn a_poisoned_message_harms_itself_alone_and_can_be_redriven() {
    let store = open(Options::for_tests()).await;
    let path = format!("/_local/queues/{QUEUE}/messages");
    let sent = store.request("POST", &path, &[], b"poison").await;
    assert_eq!(sent.status, 201);
    assert_eq!(queue(&store, QUEUE).await["visible"], 1);

    store.settle().await;
    let hidden = queue(&store, QUEUE).await;
    assert_eq!(
        (&hidden["visible"], &hidden["inFlight"]),
        (&json!(0), &json!(1))
    );

    store.settle_all().await;
    let dead = json!({
        "name": QUEUE, "visible": 0, "inFlight": 0, "delayed": 0, "deadLetters": 1,
    });
    assert_eq!(queue(&store, QUEUE).await, dead);

    let redrive = format!("/_local/queues/{QUEUE}/redrive");
    let (status, moved) = post(&store, &redrive, &Value::Null).await;
    assert_eq!((status, &moved["data"]), (200, &json!({"moved": 1})));
    assert_eq!(queue(&store, QUEUE).await["visible"], 1);
    store.settle_all().await;
    assert_eq!(queue(&store, QUEUE).await, dead);
}

#[tokio::test(start_paused = true)]
async fn lost_messages_are_lost() {
    let store = open(Options::for_tests()).await;
    let path = format!("/_local/queues/{QUEUE}/messages");
    store.request("POST", &path, &[], b"poison").await;
    store.lose_messages(QUEUE).await;
    assert_eq!(queue(&store, QUEUE).await["visible"], 0);
}

#[tokio::test(start_paused = true)]
async fn the_console_refuses_in_the_envelope() {
    let store = open(Options::for_tests()).await;
    let unknown = get(&store, "/_local/nothing").await;
    assert_eq!(
        (&unknown["success"], &unknown["code"]),
        (&json!(false), &json!("not_found"))
    );
    assert!(unknown["traceId"].is_string());
    let (response, body) = ask(&store, "DELETE", "/_local/emails", &[], &Value::Null).await;
    assert_eq!(
        (response.status, &body["code"]),
        (405, &json!("method_not_allowed"))
    );
    assert!(
        response
            .headers
            .contains(&("allow".to_owned(), "GET".to_owned()))
    );
    let (status, body) = post(&store, "/_local/queues/nothing/redrive", &Value::Null).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_found")));
    let page = store.request("GET", "/_local", &[], &[]).await;
    assert!(String::from_utf8_lossy(&page.body).starts_with("<!doctype html>"));
}
