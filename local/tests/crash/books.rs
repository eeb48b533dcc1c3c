//! What must hold once all is settled: orders, stock levels and the provider's books agree, and the
//! orders are those that were answered 201.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::buyers::{Buyers, Placed, Shelf, level};
use crate::web::Web;

/// How long all may take, and each order besides.
const PATIENCE: Duration = Duration::from_secs(120);
const PATIENCE_PER_ORDER: Duration = Duration::from_secs(1);

/// Every guest's order.
pub(crate) type Orders = BTreeMap<String, Value>;

/// Waits until all is settled, and checks it.
pub(crate) fn settle_and_check(web: &Web, buyers: &Buyers, shelf: &Shelf) -> Orders {
    // Who was left without an answer may never ask again. Whoever does finds one order, not two.
    buyers.insist(web);
    let placed = buyers.placed();
    let count = u32::try_from(placed.len()).expect("few orders");
    let orders = wait_until_settled(web, Instant::now() + PATIENCE + PATIENCE_PER_ORDER * count);
    check_answered(&placed, &orders);
    check_states(&placed, &orders);
    check_books(web, &orders);
    check_shelf(web, &orders, shelf);
    orders
}

/// Every order that was answered 201 is there, and, as every request was answered so in the end, no
/// other is.
fn check_answered(placed: &[Placed], orders: &Orders) {
    let answered: BTreeSet<&str> = placed.iter().map(|placed| placed.id.as_str()).collect();
    let there: BTreeSet<&str> = orders.keys().map(String::as_str).collect();
    assert_eq!(answered, there);
    assert_eq!(
        answered.len(),
        placed.len(),
        "one order answers two requests"
    );
}

/// Every guest's order, once none waits for its payment any more.
fn wait_until_settled(web: &Web, deadline: Instant) -> Orders {
    loop {
        wait_until_quiet(web, deadline);
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

fn every_order(web: &Web) -> Orders {
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
fn wait_until_quiet(web: &Web, deadline: Instant) {
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

fn check_states(placed: &[Placed], orders: &Orders) {
    for Placed { id, method } in placed {
        let expected = if *method == "pm_test_declined" {
            "cancelled"
        } else {
            "confirmed"
        };
        assert_eq!(orders[id]["status"], expected, "{id} by {method}");
    }
}

/// Exactly one charge for each confirmed order, of its total; nothing captured for any other.
fn check_books(web: &Web, orders: &Orders) {
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
fn check_shelf(web: &Web, orders: &Orders, shelf: &Shelf) {
    let admin = web.log_in("admin@example.com", "Admin-demo-1");
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
    for (sku, before) in &shelf.on_hand {
        let level = level(web, &admin, sku);
        let demo_expired = level["reserved"] == 0;
        assert!(
            demo_expired || level["reserved"] == shelf.reserved[sku],
            "{sku}: {level}"
        );
        let expected = before - sold.get(sku).copied().unwrap_or(0);
        assert_eq!(level["onHand"].as_i64(), Some(expected), "{sku}");
    }
}
