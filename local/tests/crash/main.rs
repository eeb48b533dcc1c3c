//! Killed in the middle of its work, again and again: every order that was answered 201 reaches a
//! right final state, and shelf, orders and the provider's books agree.
//!
//! This is the one test of the shop in real time and over real sockets, because a killed process has
//! no other.
#![cfg(test)]

mod process;
mod web;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use process::Process;
use web::Web;

const KILLS: usize = 5;
const LEAST_ORDERS: usize = 500;
const LEAST_UNFINISHED: usize = 20;
const BUYERS: usize = 8;
/// How many orders are placed before a kill.
const PER_ROUND: usize = 110;
const PATIENCE: Duration = Duration::from_secs(180);
/// Most are paid at once, some are declined, some lose their reply, some find the provider down.
const METHODS: [&str; 8] = [
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_declined",
    "pm_test_timeout",
    "pm_test_unavailable",
    "pm_test_ok",
];

struct Placed {
    id: String,
    method: &'static str,
}

/// Buys until `PER_ROUND` orders are placed, from several buyers at once.
fn rush(web: &Web, skus: &[String], keys: &AtomicU64) -> Vec<Placed> {
    let placed = Arc::new(Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..BUYERS {
            let placed = Arc::clone(&placed);
            scope.spawn(move || {
                while placed.lock().expect("no buyer panicked").len() < PER_ROUND {
                    let turn = keys.fetch_add(1, Ordering::Relaxed);
                    let index = usize::try_from(turn).expect("few turns");
                    let method = METHODS[index % METHODS.len()];
                    let body = json!({
                        "email": format!("buyer{turn}@example.com"),
                        "items": [
                            {"sku": skus[index % skus.len()], "quantity": 1},
                            {"sku": skus[(index + 1) % skus.len()], "quantity": 1},
                        ],
                        "paymentMethod": method,
                        "shippingAddress": {
                            "name": "Ada", "line1": "1 Street", "city": "London",
                            "postalCode": "SW1Y 4JH", "country": "GB",
                        },
                    });
                    let key = format!("key-{turn}");
                    let headers = [("idempotency-key", key.as_str())];
                    let answer = web.send("POST", "/api/v1/orders", &headers, Some(&body));
                    let Ok((201, order)) = answer else { continue };
                    let id = order["data"]["id"].as_str().expect("an id").to_owned();
                    placed
                        .lock()
                        .expect("no buyer panicked")
                        .push(Placed { id, method });
                }
            });
        }
    });
    Arc::into_inner(placed)
        .and_then(|placed| placed.into_inner().ok())
        .expect("all buyers are done")
}

#[test]
fn nothing_is_lost_when_the_store_is_killed() {
    let data = tempfile::tempdir().expect("a folder");
    let keys = AtomicU64::new(0);
    let mut placed: Vec<Placed> = Vec::new();
    let mut kills: Vec<(usize, String)> = Vec::new();
    let mut skus: Vec<String> = Vec::new();
    let mut shelf: BTreeMap<String, i64> = BTreeMap::new();
    let mut held: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..KILLS {
        let mut process = Process::start(data.path());
        let web = process.web();
        let admin = web.log_in("admin@example.com", "Admin-demo-1");
        if skus.is_empty() {
            skus = stock_up(&web, &admin);
            for sku in &skus {
                // The demo customer's own order waits for its payment.
                held.insert(sku.clone(), level(&web, &admin, sku)["reserved"].clone());
                shelf.insert(sku.clone(), on_hand(&web, &admin, sku));
            }
        }
        placed.extend(rush(&web, &skus, &keys));
        process.kill();
        kills.push((placed.len(), now_text()));
    }

    let process = Process::start(data.path());
    let web = process.web();
    let orders = wait_until_settled(&web);
    let admin = web.log_in("admin@example.com", "Admin-demo-1");
    check_states(&placed, &orders);
    check_unfinished(&placed, &orders, &kills);
    check_books(&web, &orders);
    check_shelf(&web, &admin, &orders, &shelf, &held);
    assert!(placed.len() >= LEAST_ORDERS, "only {}", placed.len());
}

/// The demo products' first SKUs, with stock enough that nothing but payment decides.
fn stock_up(web: &Web, admin: &str) -> Vec<String> {
    let (_, list) = web
        .send("GET", "/api/v1/products?limit=6", &[], None)
        .expect("a list");
    let skus: Vec<String> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|product| {
            product["variants"][0]["sku"]
                .as_str()
                .expect("a SKU")
                .to_owned()
        })
        .collect();
    let token = format!("Bearer {admin}");
    for sku in &skus {
        let path = format!("/api/v1/inventory/{sku}/adjustments");
        let body = json!({"delta": 5_000, "reason": "delivery"});
        let headers = [("authorization", token.as_str())];
        let (status, _) = web
            .send("POST", &path, &headers, Some(&body))
            .expect("an answer");
        assert_eq!(status, 201);
    }
    skus
}

fn on_hand(web: &Web, admin: &str, sku: &str) -> i64 {
    level(web, admin, sku)["onHand"].as_i64().expect("a number")
}

fn level(web: &Web, admin: &str, sku: &str) -> Value {
    let token = format!("Bearer {admin}");
    let path = format!("/api/v1/inventory/{sku}");
    let (_, body) = web
        .send("GET", &path, &[("authorization", &token)], None)
        .expect("a level");
    body["data"].clone()
}

/// The instant at which the store has died.
fn now_text() -> String {
    domain::clock::Clock::now(&edge::system::SystemClock).to_string()
}

/// Every guest's order, once none waits for its payment any more. There are more than were answered
/// 201: those whose answer died with its process count as well.
fn wait_until_settled(web: &Web) -> BTreeMap<String, Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        wait_until_quiet(web);
        let orders = every_order(web);
        let open = orders
            .values()
            .filter(|order| order["status"] == "pendingPayment");
        let open = open.count();
        if open == 0 {
            return orders;
        }
        assert!(Instant::now() < deadline, "{open} orders are still open");
        // What was lost with a process is found by the sweepers of the minutes that follow.
        pass_a_minute(web);
    }
}

fn pass_a_minute(web: &Web) {
    let minute = json!({"advanceSeconds": 60});
    web.send("POST", "/_local/clock", &[], Some(&minute))
        .expect("time moves");
}

fn every_order(web: &Web) -> BTreeMap<String, Value> {
    let token = format!("Bearer {}", web.log_in("admin@example.com", "Admin-demo-1"));
    let mut orders = BTreeMap::new();
    let mut path = "/api/v1/orders?limit=100".to_owned();
    loop {
        let (_, page) = web
            .send("GET", &path, &[("authorization", &token)], None)
            .expect("a page");
        for order in page["data"].as_array().expect("a list") {
            if order["customerId"].is_null() {
                let id = order["id"].as_str().expect("an id").to_owned();
                orders.insert(id, order.clone());
            }
        }
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return orders,
        }
    }
}

/// Until no message is left anywhere, nor any that is yet to be sent.
fn wait_until_quiet(web: &Web) {
    let deadline = Instant::now() + PATIENCE;
    let (mut quiet, mut waiting) = (0, 0);
    while quiet < 5 {
        let (_, queues) = web
            .send("GET", "/_local/queues", &[], None)
            .expect("queues");
        let left = |name: &str| -> u64 {
            let queues = queues["data"].as_array().expect("a list");
            queues.iter().filter_map(|queue| queue[name].as_u64()).sum()
        };
        assert_eq!(left("deadLetters"), 0, "{queues:#}");
        let still = left("visible") + left("inFlight") + left("delayed") == 0;
        quiet = if still { quiet + 1 } else { 0 };
        // What could not be dealt with yet, such as a letter that a killed process was about to send,
        // comes again after minutes of the store's time.
        let only_hidden = left("visible") + left("delayed") == 0 && !still;
        waiting = if only_hidden { waiting + 1 } else { 0 };
        if waiting == 40 {
            pass_a_minute(web);
            waiting = 0;
        }
        assert!(Instant::now() < deadline, "{queues:#}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

fn check_states(placed: &[Placed], orders: &BTreeMap<String, Value>) {
    for Placed { id, method } in placed {
        assert!(
            orders.contains_key(id),
            "an order that was answered 201 is gone: {id}"
        );
        let expected = if *method == "pm_test_declined" {
            "cancelled"
        } else {
            "confirmed"
        };
        assert_eq!(orders[id]["status"], expected, "{id} by {method}");
    }
}

/// How many orders were placed, but not yet confirmed or cancelled, at each kill.
fn check_unfinished(
    placed: &[Placed],
    orders: &BTreeMap<String, Value>,
    kills: &[(usize, String)],
) {
    for (count, killed_at) in kills {
        let unfinished = placed[..*count]
            .iter()
            .filter(|order| {
                let timeline = orders[&order.id]["timeline"]
                    .as_array()
                    .expect("a timeline");
                timeline.iter().any(|entry| {
                    let kind = entry["type"].as_str().unwrap_or_default();
                    matches!(kind, "confirmed" | "cancelled")
                        && entry["at"].as_str().unwrap_or_default() > killed_at.as_str()
                })
            })
            .count();
        assert!(
            unfinished >= LEAST_UNFINISHED,
            "only {unfinished} of {count} at {killed_at}"
        );
    }
}

/// Exactly one charge for each confirmed order, of its total; nothing captured for any other.
fn check_books(web: &Web, orders: &BTreeMap<String, Value>) {
    let (_, books) = web
        .send("GET", "/_local/provider", &[], None)
        .expect("books");
    let mut captured: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for charge in books["data"].as_array().expect("a list") {
        let order = charge["orderId"].as_str().unwrap_or_default();
        let amount = charge["captured"].as_i64().unwrap_or(0);
        if amount > 0 {
            captured.entry(order).or_default().push(amount);
        }
    }
    for (id, order) in orders {
        let charged = captured.remove(id.as_str()).unwrap_or_default();
        let expected: Vec<i64> = if order["status"] == "confirmed" {
            vec![
                order["totals"]["total"]["amount"]
                    .as_i64()
                    .expect("an amount"),
            ]
        } else {
            Vec::new()
        };
        assert_eq!(charged, expected, "{id}");
    }
}

/// What was sold has left the house, nothing else, and nothing is held any more.
fn check_shelf(
    web: &Web,
    admin: &str,
    orders: &BTreeMap<String, Value>,
    shelf: &BTreeMap<String, i64>,
    held: &BTreeMap<String, Value>,
) {
    let mut sold: BTreeMap<String, i64> = BTreeMap::new();
    for order in orders
        .values()
        .filter(|order| order["status"] == "confirmed")
    {
        for line in order["lines"].as_array().expect("lines") {
            let sku = line["sku"].as_str().expect("a SKU").to_owned();
            *sold.entry(sku).or_default() += line["quantity"].as_i64().expect("a number");
        }
    }
    for (sku, before) in shelf {
        let level = level(web, admin, sku);
        let demo_expired = level["reserved"] == 0;
        assert!(
            demo_expired || level["reserved"] == held[sku],
            "{sku}: {level}"
        );
        let expected = before - sold.get(sku).copied().unwrap_or(0);
        assert_eq!(level["onHand"].as_i64(), Some(expected), "{sku}");
    }
}
