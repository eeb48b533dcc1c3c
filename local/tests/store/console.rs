//! The console: orders and their lives, messages, streams, requests, and the page that shows them.

use std::sync::Arc;
use std::time::Duration;

use local::aws::{Fault, Faults};
use local::{Failures, Listener, Options, Response, Store};
use serde_json::{Value, json};
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::stage::{ask, get, open, order, post, queue};

const QUEUE: &str = "orders-settle-payment";

/// The data that a path of the console answers with.
async fn seen(store: &Store, path: &str) -> Value {
    let (response, body) = ask(store, "GET", path, &[], &Value::Null).await;
    assert_eq!(response.status, 200, "{path}: {body}");
    body["data"].clone()
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let all = list.as_array().expect("a list").iter();
    all.filter_map(|one| one[field].as_str()).collect()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let mut named = response.headers.iter().filter(|(known, _)| known == name);
    named.next().map_or("", |(_, value)| value)
}

#[tokio::test(start_paused = true)]
async fn the_newest_orders_come_first() {
    let store = open(Options::for_tests()).await;
    let first = order(&store, "one", 1, None).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    let second = order(&store, "two", 2, Some("pm_test_ok")).await;
    store.settle().await;
    let orders = seen(&store, "/_local/orders").await;
    assert_eq!(texts(&orders, "id"), [&second["id"], &first["id"]]);
    assert_eq!(
        texts(&orders, "status"),
        ["confirmed", "pendingPayment"],
        "{orders}"
    );
    assert_eq!(orders[0]["number"], second["number"]);
    assert_eq!(orders[0]["paymentStatus"], "captured");
    assert_eq!(orders[0]["fulfilmentStatus"], "unfulfilled");
    assert_eq!(orders[0]["email"], "guest@example.com");
    assert_eq!(orders[0]["total"], second["totals"]["total"]);
    assert_eq!(orders[0]["createdAt"], second["createdAt"]);
}

#[tokio::test(start_paused = true)]
async fn the_life_of_an_order_is_all_that_is_known_of_it() {
    let store = open(Options::for_tests()).await;
    order(&store, "another", 1, Some("pm_test_ok")).await;
    let placed = order(&store, "one", 3, Some("pm_test_ok")).await;
    store.settle().await;
    let path = format!("/_local/orders/{}", placed["id"].as_str().unwrap());
    let life = seen(&store, &path).await;
    let order = &life["order"];
    assert_eq!(order["status"], "confirmed");
    assert_eq!(order["lines"][0]["quantity"], 3);
    assert_eq!(order["totals"]["captured"], order["totals"]["total"]);
    let moments = texts(&order["timeline"], "type");
    assert_eq!(moments.first(), Some(&"placed"), "{order}");
    assert!(moments.contains(&"confirmed"), "{order}");
    assert_eq!(order["timeline"][0]["actor"], "guest");

    assert_eq!(texts(&life["payments"], "status"), ["captured"]);
    assert_eq!(texts(&life["payments"], "method"), ["pm_test_ok"]);
    let mut events = texts(&life["events"], "type");
    events.sort_unstable();
    assert_eq!(
        events,
        ["OrderConfirmed", "OrderCreated", "PaymentSucceeded"]
    );
    let number = placed["number"].as_str().unwrap();
    let [subject] = texts(&life["emails"], "subject")[..] else {
        panic!("one mail: {life}");
    };
    assert!(subject.contains(number), "{subject}");
    assert_eq!(life["messages"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_life_names_who_did_something() {
    let store = open(Options {
        demo_orders: true,
        ..Options::for_tests()
    })
    .await;
    let path = format!("/_local/orders/{}", local::seed::PAID_ORDER);
    let life = seen(&store, &path).await;
    let customer = life["order"]["customerId"].as_str().unwrap();
    assert_eq!(life["people"][customer], local::seed::CUSTOMER.email);
}

#[tokio::test(start_paused = true)]
async fn a_life_shows_the_messages_that_wait_or_failed() {
    let store = open(Options::for_tests()).await;
    let placed = order(&store, "one", 1, None).await;
    store.settle().await;
    let id = placed["id"].as_str().unwrap();
    let path = format!("/_local/queues/{QUEUE}/messages");
    let poison = json!({ "orderId": id }).to_string();
    store.request("POST", &path, &[], poison.as_bytes()).await;
    let about = async || {
        let life = seen(&store, &format!("/_local/orders/{id}")).await;
        life["messages"].clone()
    };
    let waiting = about().await;
    assert_eq!(waiting[0]["deadLetter"], false, "{waiting}");
    store.settle_all().await;
    let dead = about().await;
    assert_eq!(dead[0]["deadLetter"], true, "{dead}");
    assert_eq!(dead[0]["body"], poison.as_str());
}

#[tokio::test(start_paused = true)]
async fn there_is_no_life_of_what_is_no_order() {
    let store = open(Options::for_tests()).await;
    for id in ["nothing", "019bc0b1-4de8-7000-8000-00000000dead"] {
        let body = get(&store, &format!("/_local/orders/{id}")).await;
        assert_eq!(body["code"], "not_found", "{id}: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_are_looked_at_without_being_received() {
    let store = open(Options::for_tests()).await;
    let path = format!("/_local/queues/{QUEUE}/messages");
    store.request("POST", &path, &[], b"poison").await;
    for _ in 0..10 {
        let held = seen(&store, &path).await;
        assert_eq!(held[0]["body"], "poison");
        assert_eq!(
            (&held[0]["received"], &held[0]["mostReceives"]),
            (&json!(0), &json!(5))
        );
        assert!(held[0]["event"].is_null());
        let why = held[0]["unreadable"].as_str().unwrap();
        assert!(why.starts_with("not a known event"), "{why}");
    }
    assert_eq!(queue(&store, QUEUE).await["visible"], 1);

    // Received once more each time, until it is a dead letter and not only on its last try.
    for received in 1..=5 {
        store.settle().await;
        let held = seen(&store, &path).await;
        assert_eq!(held[0]["received"], received, "{held}");
        assert_eq!(held[0]["deadLetter"], false, "{held}");
        post(&store, "/_local/clock", &json!({"advanceSeconds": 400})).await;
    }
    store.settle().await;
    let dead = seen(&store, &path).await;
    assert_eq!(dead[0]["deadLetter"], true, "{dead}");
    assert_eq!(dead[0]["received"], 5, "{dead}");
    assert_eq!(queue(&store, QUEUE).await["deadLetters"], 1);

    post(
        &store,
        &format!("/_local/queues/{QUEUE}/redrive"),
        &Value::Null,
    )
    .await;
    let redriven = seen(&store, &path).await;
    assert_eq!(redriven[0]["deadLetter"], false, "{redriven}");
    assert_eq!(redriven[0]["received"], 0, "{redriven}");
    assert_eq!(redriven.as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn messages_survive_a_restart_and_are_still_seen() {
    let directory = tempfile::tempdir().unwrap();
    let kept = || Options {
        data: Some(directory.path().to_owned()),
        ..Options::for_tests()
    };
    let path = format!("/_local/queues/{QUEUE}/messages");
    let store = open(kept()).await;
    store.request("POST", &path, &[], b"poison").await;
    store.settle_all().await;
    drop(store);
    let store = open(kept()).await;
    let dead = seen(&store, &path).await;
    assert_eq!(dead[0]["body"], "poison");
    assert_eq!(
        (&dead[0]["deadLetter"], &dead[0]["received"]),
        (&json!(true), &json!(5))
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_names_the_event_that_it_carries() {
    let store = open(Options::for_tests()).await;
    let placed = order(&store, "one", 1, Some("pm_test_ok")).await;
    store.pump_streams().await;
    let held = seen(&store, "/_local/queues/payments-charge-order/messages").await;
    let about = format!("order/{}", placed["id"].as_str().unwrap());
    assert_eq!(held[0]["event"]["type"], "OrderCreated");
    assert_eq!(held[0]["event"]["aggregate"], about);
    assert!(held[0]["unreadable"].is_null());
    let unknown = get(&store, "/_local/queues/nothing/messages").await;
    assert_eq!(unknown["code"], "not_found");
}

/// Lets nothing through that one function asks for.
struct Barring(&'static str);

impl Faults for Barring {
    fn before(&self, function: &str, _operation: &str) -> Fault {
        if function == self.0 {
            Fault::InternalError
        } else {
            Fault::None
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_failed_says_why() {
    let failures = Arc::new(Failures::default());
    let listener = Listener(failures.clone()).with_filter(Listener::filter());
    let heard = tracing_subscriber::registry().with(listener);
    // For all threads: of one that only some listen to, the others may decide that nobody does.
    tracing::subscriber::set_global_default(heard).expect("no other test listens");
    let store = open(Options {
        failures,
        ..Options::for_tests()
    })
    .await;
    store.set_faults(Some(Arc::new(Barring(QUEUE))));
    order(&store, "one", 1, Some("pm_test_ok")).await;
    store.settle().await;
    let path = format!("/_local/queues/{QUEUE}/messages");
    let held = seen(&store, &path).await;
    assert_eq!(held[0]["event"]["type"], "PaymentSucceeded", "{held}");
    let why = held[0]["failure"].as_str().unwrap_or_default();
    assert!(why.starts_with("unavailable"), "{held}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_says_how_far_its_reader_is_behind() {
    let store = open(Options::for_tests()).await;
    store.settle().await;
    let of_orders = async || {
        let streams = seen(&store, "/_local/streams").await;
        let all = streams.as_array().unwrap().clone();
        let mut found = all.into_iter().filter(|one| one["table"] == "orders");
        found.next().expect("the orders' stream")
    };
    assert_eq!(of_orders().await["behind"], 0);
    assert_eq!(of_orders().await["next"], json!([]));
    let placed = order(&store, "one", 1, None).await;
    let behind = of_orders().await;
    assert_eq!(behind["function"], "platform-relay-outbox");
    assert!(behind["behind"].as_u64() >= Some(2), "{behind}");
    assert_eq!(behind["behindIsAtLeast"], false);
    let about = format!("order/{}", placed["id"].as_str().unwrap());
    assert!(
        texts(&behind["next"], "pk").contains(&about.as_str()),
        "{behind}"
    );
    let overview = seen(&store, "/_local/overview").await;
    assert!(overview["behind"].as_u64() >= Some(2), "{overview}");
    store.settle().await;
    let caught_up = of_orders().await;
    assert_eq!(caught_up["behind"], 0);
    assert!(caught_up["checkpoint"].is_string());
}

#[tokio::test(start_paused = true)]
async fn the_last_requests_are_kept_and_no_more_than_there_is_room_for() {
    let store = open(Options::for_tests()).await;
    assert_eq!(seen(&store, "/_local/requests").await, json!([]));
    let asked = ask(&store, "GET", "/api/v1/products?limit=3", &[], &Value::Null);
    let (response, _) = asked.await;
    get(&store, "/api/v1/nothing").await;
    let requests = seen(&store, "/_local/requests").await;
    let [refused, listed] = &requests.as_array().unwrap()[..] else {
        panic!("those two alone, and none of the console's: {requests}");
    };
    assert_eq!(
        (&refused["status"], &refused["function"]),
        (&json!(404), &json!("platform-fallback"))
    );
    assert_eq!(listed["number"], 1);
    assert_eq!(listed["method"], "GET");
    assert_eq!(listed["target"], "/api/v1/products?limit=3");
    assert_eq!(listed["status"], 200);
    assert_eq!(listed["function"], "catalog-list-products");
    assert_eq!(listed["traceId"], header(&response, "x-trace-id"));
    assert!(listed["durationMs"].is_number());
    assert!(listed["at"].is_string());

    let long = format!("/health?{}", "x".repeat(1_000));
    for _ in 0..250 {
        get(&store, &long).await;
    }
    let requests = seen(&store, "/_local/requests").await;
    assert_eq!(requests.as_array().map(Vec::len), Some(200));
    assert_eq!(requests[0]["number"], 252);
    assert_eq!(requests[0]["target"].as_str().map(str::len), Some(500));
}

#[tokio::test(start_paused = true)]
async fn the_overview_counts() {
    let store = open(Options::for_tests()).await;
    let before = seen(&store, "/_local/overview").await;
    let path = format!("/_local/queues/{QUEUE}/messages");
    store.request("POST", &path, &[], b"poison").await;
    store.settle_all().await;
    order(&store, "one", 1, Some("pm_test_ok")).await;
    store.settle().await;
    let after = seen(&store, "/_local/overview").await;
    let count = |of: &Value, pointer: &str| of.pointer(pointer).and_then(Value::as_u64).unwrap();
    let more = |pointer: &str| count(&after, pointer) - count(&before, pointer);
    assert_eq!(more("/messages/deadLetters"), 1);
    assert_eq!(more("/requests"), 1);
    assert_eq!(more("/emails"), 1);
    assert!(more("/writes") > 0);
    assert_eq!(after["messages"]["visible"], 0);
    assert_eq!(after["behind"], 0);
    assert_eq!(after["now"], json!(store.now()));
}

#[tokio::test(start_paused = true)]
async fn the_page_is_made_of_files_of_its_own() {
    let store = open(Options::for_tests()).await;
    let page = store.request("GET", "/_local", &[], &[]).await;
    let policy = header(&page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = String::from_utf8(page.body).unwrap();
    let parts: Vec<&str> = text
        .split('"')
        .filter(|part| part.starts_with('/'))
        .collect();
    assert!(parts.contains(&"/_local/assets/console.js"), "{parts:?}");
    for part in parts {
        let found = store.request("GET", part, &[], &[]).await;
        assert_eq!(found.status, 200, "{part}");
    }
    for (name, media_type) in [
        ("queues.js", "text/javascript"),
        ("console.css", "text/css"),
    ] {
        let path = format!("/_local/assets/{name}");
        let found = store.request("GET", &path, &[], &[]).await;
        assert!(header(&found, "content-type").starts_with(media_type));
    }
    let nothing = store
        .request("GET", "/_local/assets/nothing.js", &[], &[])
        .await;
    assert_eq!(nothing.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_shown_where_it_can_do_nothing() {
    let store = open(Options::for_tests()).await;
    order(&store, "one", 1, Some("pm_test_ok")).await;
    store.settle().await;
    let mails = seen(&store, "/_local/emails").await;
    let mail = mails.as_array().unwrap().last().unwrap();
    let path = format!("/_local/emails/{}/html", mail["id"].as_str().unwrap());
    let shown = store.request("GET", &path, &[], &[]).await;
    assert_eq!(shown.body, mail["html"].as_str().unwrap().as_bytes());
    let policy = header(&shown, "content-security-policy");
    assert!(policy.contains("sandbox;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let nothing = get(&store, "/_local/emails/nothing/html").await;
    assert_eq!(nothing["code"], "not_found");
    let (json, _) = ask(&store, "GET", "/_local/emails", &[], &Value::Null).await;
    let barred = "default-src 'none'; frame-ancestors 'none'";
    assert_eq!(header(&json, "content-security-policy"), barred);
}

#[tokio::test(start_paused = true)]
async fn other_processes_are_told_where_everything_is() {
    let store = open(Options {
        dynamodb_port: 9001,
        sqs_port: 9002,
        ..Options::for_tests()
    })
    .await;
    let told = seen(&store, "/_local/endpoints").await;
    assert_eq!(told["now"], json!(store.now()));
    assert_eq!(told["region"], store.naming().region.as_str());
    assert_eq!(told["dynamodb"], "http://127.0.0.1:9001");
    assert_eq!(told["sqs"], "http://127.0.0.1:9002");
    assert_eq!(told["tables"]["orders"], "souk-orders");
    let url = |name: &str| format!("http://127.0.0.1:9002/000000000000/souk-{name}");
    assert_eq!(told["queues"][QUEUE], url(QUEUE));
    let dead = format!("{QUEUE}-dead-letters");
    assert_eq!(told["deadLetters"][QUEUE], url(&dead));
    assert_eq!(told["unplaced"], url("unplaced"));

    let quiet = open(Options::for_tests()).await;
    let told = seen(&quiet, "/_local/endpoints").await;
    assert!(
        told["dynamodb"].is_null() && told["sqs"].is_null(),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_path_names_every_method_that_it_answers() {
    let store = open(Options::for_tests()).await;
    let refused = |path: &'static str| {
        let store = &store;
        async move {
            let (response, _) = ask(store, "DELETE", path, &[], &Value::Null).await;
            assert_eq!(response.status, 405, "{path}");
            header(&response, "allow").to_owned()
        }
    };
    assert_eq!(refused("/_local/orders").await, "GET");
    assert_eq!(refused("/_local/endpoints").await, "GET");
    assert_eq!(refused("/_local/queues/x/messages").await, "GET, POST");
    assert_eq!(refused("/_local/queues/x/redrive").await, "POST");
    assert_eq!(refused("/_local/clock").await, "POST");
}
