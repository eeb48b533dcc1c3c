//! Guests who buy from several sides at once, and ask again for what they got no answer to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::web::Web;

const BUYERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(240);
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

/// All that guests wanted so far.
pub(crate) struct Buyers {
    skus: Vec<String>,
    wanted: Mutex<Wanted>,
}

#[derive(Default)]
struct Wanted {
    /// How many orders were asked for. The number of one is its idempotency key, and decides what is
    /// in it.
    turns: usize,
    /// Those that were not answered 201 yet.
    open: Vec<usize>,
    placed: Vec<Placed>,
    refused: Vec<(u16, Value)>,
}

/// An order that was answered 201.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) method: &'static str,
}

impl Buyers {
    pub(crate) fn of(skus: Vec<String>) -> Self {
        Self {
            skus,
            wanted: Mutex::default(),
        }
    }

    /// Every order that was answered 201.
    pub(crate) fn placed(&self) -> Vec<Placed> {
        self.wanted().placed.clone()
    }

    /// Status and body of every answer that was no 201.
    pub(crate) fn refused(&self) -> Vec<(u16, Value)> {
        self.wanted().refused.clone()
    }

    /// Has all buyers buy, and go on buying while `end` is carried out, as soon as `enough` of what
    /// there is says so.
    pub(crate) fn rush(&self, web: &Web, enough: impl Fn(&Self) -> bool, end: impl FnOnce()) {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..BUYERS {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let turn = self.next();
                        self.buy(web, turn);
                    }
                });
            }
            let deadline = Instant::now() + PATIENCE;
            while !enough(self) && Instant::now() < deadline {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            end();
            over.store(true, Ordering::Relaxed);
        });
        assert!(enough(self), "the buyers got nowhere");
    }

    /// Asks again for all that was not answered 201, until it is.
    pub(crate) fn insist(&self, web: &Web) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(turn) = self.wanted().open.pop() else {
                return;
            };
            self.buy(web, turn);
            assert!(Instant::now() < deadline, "{:?}", self.refused().last());
        }
    }

    fn next(&self) -> usize {
        let mut wanted = self.wanted();
        wanted.open.pop().unwrap_or_else(|| {
            wanted.turns += 1;
            wanted.turns
        })
    }

    fn buy(&self, web: &Web, turn: usize) {
        let key = format!("key-{turn}");
        let headers = [("idempotency-key", key.as_str())];
        let body = self.order(turn);
        let answer = web.send("POST", "/api/v1/orders", &headers, Some(&body));
        let mut wanted = self.wanted();
        match answer {
            Ok((201, order)) => wanted.placed.push(Placed {
                id: order["data"]["id"].as_str().expect("an id").to_owned(),
                method: method(turn),
            }),
            Ok(refused) => {
                wanted.refused.push(refused);
                wanted.open.push(turn);
            }
            Err(_) => wanted.open.push(turn),
        }
    }

    fn order(&self, turn: usize) -> Value {
        let sku = |ahead: usize| &self.skus[(turn + ahead) % self.skus.len()];
        json!({
            "email": format!("buyer{turn}@example.com"),
            "items": [{"sku": sku(0), "quantity": 1}, {"sku": sku(1), "quantity": 1}],
            "paymentMethod": method(turn),
            "shippingAddress": {
                "name": "Ada", "line1": "1 Street", "city": "London",
                "postalCode": "SW1Y 4JH", "country": "GB",
            },
        })
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().expect("no buyer panicked")
    }
}

fn method(turn: usize) -> &'static str {
    METHODS[turn % METHODS.len()]
}

/// The shelf before anybody bought.
pub(crate) struct Shelf {
    pub(crate) on_hand: BTreeMap<String, i64>,
    /// The demo customer's own order waits for its payment.
    pub(crate) reserved: BTreeMap<String, Value>,
}

impl Shelf {
    /// Stocks up so far that nothing but payment decides.
    pub(crate) fn stocked_up(web: &Web) -> Self {
        let admin = web.log_in("admin@example.com", "Admin-demo-1");
        let skus = stock_up(web, &admin);
        let on_hand = skus.iter().map(|sku| {
            let level = level(web, &admin, sku);
            (sku.clone(), level["onHand"].as_i64().expect("a number"))
        });
        let reserved = skus.iter().map(|sku| {
            let level = level(web, &admin, sku);
            (sku.clone(), level["reserved"].clone())
        });
        Self {
            on_hand: on_hand.collect(),
            reserved: reserved.collect(),
        }
    }

    pub(crate) fn skus(&self) -> Vec<String> {
        self.on_hand.keys().cloned().collect()
    }
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
        let body = json!({"delta": 50_000, "reason": "delivery"});
        let headers = [("authorization", token.as_str())];
        let (status, _) = web
            .send("POST", &path, &headers, Some(&body))
            .expect("an answer");
        assert_eq!(status, 201);
    }
    skus
}

pub(crate) fn level(web: &Web, admin: &str, sku: &str) -> Value {
    let token = format!("Bearer {admin}");
    let path = format!("/api/v1/inventory/{sku}");
    let (_, body) = web
        .send("GET", &path, &[("authorization", &token)], None)
        .expect("a level");
    body["data"].clone()
}
