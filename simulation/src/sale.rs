//! A flash sale: everybody wants one SKU at the same moment, on a DynamoDB with its limits.
//!
//! Buyers come at a steady rate and place an order each through the whole shop: gateway, handler, SDK. One
//! who is told to come again does, with the same key, as clients are told to: after the time that the answer
//! names, and a moment that doubles with each try and has chance in it. It ends when everybody was answered.

use std::sync::Arc;
use std::time::Duration;

use local::seed::ADMIN;
use local::{Options, SeededEntropy, Store};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Ask, Network, Who};
use crate::limits::{Borne, Limits, Load};
use crate::run::Plan;
use crate::trace::Trace;
use crate::weather::Weather;

const SKU: &str = "HOT";
/// The longest moment by which a buyer's second try is put off, and any; and how often they try.
const FIRST_MOMENT: Duration = Duration::from_millis(500);
const LONGEST_MOMENT: Duration = Duration::from_secs(8);
const TRIES: u32 = 200;

/// A sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// Units on the shelf.
    pub pieces: u32,
    /// Buyers, who want one unit each.
    pub buyers: u32,
    /// How many of them come in a second.
    pub rate: u32,
    /// Over how many shards the SKU is spread.
    pub shards: u16,
}

/// How it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Sold {
    /// Buyers who have an order.
    pub orders: u32,
    /// Buyers who were told that it is sold out.
    pub refused: u32,
    /// Buyers who gave up.
    pub gave_up: u32,
    /// Units that the shelf says are held.
    pub held: u32,
    /// Units that the shelf says are left.
    pub left: u32,
    /// From the first buyer to the last order.
    pub took: Duration,
    /// How long it took from the first try to the order: the median, and of one in a hundred.
    pub waited: [Duration; 2],
    /// What the limits did.
    pub borne: Borne,
    /// What was asked of partitions and tables.
    pub loads: Vec<Load>,
}

impl Sold {
    /// Orders a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        f64::from(self.orders) / self.took.as_secs_f64().max(0.001)
    }
}

/// What a buyer came to, and when.
enum Came {
    Ordered { at: Instant, waited: Duration },
    SoldOut,
    Nowhere,
}

impl Sale {
    /// Holds it.
    #[must_use]
    pub fn hold(&self) -> Sold {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(self.held())
    }

    async fn held(&self) -> Sold {
        let store = Store::open(Options {
            instances: 0,
            entropy: Arc::new(SeededEntropy::new(u64::from(self.shards))),
            ..Options::for_tests()
        })
        .await
        .expect("a store");
        fastrand::seed(u64::from(self.shards));
        let trace = Arc::new(Trace::new(false));
        let calm = Arc::new(Weather::new(&Plan::of(0), Arc::clone(&trace)));
        let network = Arc::new(Network::to(store.clone(), calm, trace).await);
        self.stock(&network).await;
        let limits = Arc::new(Limits::new());
        store.set_faults(Some(limits.clone()));
        let began = Instant::now();
        let mut buyers = JoinSet::new();
        for number in 0..self.buyers {
            let network = Arc::clone(&network);
            let comes = began + Duration::from_secs(1) * number / self.rate.max(1);
            buyers.spawn(async move {
                tokio::time::sleep_until(comes).await;
                buy(&network, number).await
            });
        }
        let came = buyers.join_all().await;
        store.set_faults(None);
        let level = self.level(&network).await;
        let number = |name: &str| {
            let number = level[name].as_u64().expect("a count");
            u32::try_from(number).expect("few")
        };
        let mut waited = Vec::new();
        let (mut last, mut refused, mut gave_up) = (began, 0, 0);
        for came in came {
            match came {
                Came::Ordered { at, waited: time } => {
                    last = last.max(at);
                    waited.push(time);
                }
                Came::SoldOut => refused += 1,
                Came::Nowhere => gave_up += 1,
            }
        }
        waited.sort_unstable();
        let among = |hundredth: usize| {
            let index = waited.len() * hundredth / 100;
            waited.get(index).copied().unwrap_or_default()
        };
        Sold {
            orders: u32::try_from(waited.len()).expect("few"),
            refused,
            gave_up,
            held: number("reserved"),
            left: number("available"),
            took: last - began,
            waited: [among(50), among(99)],
            borne: limits.borne(),
            loads: limits.loads(),
        }
    }

    async fn stock(&self, network: &Network) {
        let admin = Who::Account(ADMIN.id);
        let product = json!({
            "name": "What everybody wants",
            "status": "active",
            "variants": [{"sku": SKU, "prices": [{"amount": 1_000, "currency": "EUR"}]}],
        });
        let counted = json!({"delta": self.pieces, "reason": "delivery", "kind": "delivery"});
        let settings = json!({"backorder": false, "shards": self.shards});
        let level = format!("/api/v1/inventory/{SKU}");
        let asks = [
            Ask::post("/api/v1/products", product).key("product"),
            Ask::post(&format!("{level}/adjustments"), counted).key("stock"),
            Ask::new("PUT", &level, settings).any_version(),
        ];
        for ask in asks {
            let answer = network.insist(&admin, &ask).await.expect("an answer");
            assert!(answer.status < 300, "{answer:?}");
        }
    }

    async fn level(&self, network: &Network) -> Value {
        let admin = Who::Account(ADMIN.id);
        let ask = Ask::get(&format!("/api/v1/inventory/{SKU}"));
        let answer = network.insist(&admin, &ask).await.expect("an answer");
        answer.body["data"].clone()
    }
}

async fn buy(network: &Network, number: u32) -> Came {
    let began = Instant::now();
    let body = json!({
        "items": [{"sku": SKU, "quantity": 1}],
        "email": format!("buyer{number}@example.com"),
        "shippingAddress": {
            "name": "A Buyer", "line1": "Torstrasse 1", "city": "Berlin",
            "postalCode": "10119", "country": "DE",
        },
    });
    let key = format!("buyer-{number}");
    let ask = Ask::post("/api/v1/orders", body).key(&key);
    let mut moment = FIRST_MOMENT;
    for _ in 0..TRIES {
        let answer = network.ask(&Who::Nobody, &ask).await;
        let told = answer.as_ref().and_then(|answer| answer.retry_after);
        match answer.map(|answer| (answer.status, answer)) {
            Some((201, _)) => {
                return Came::Ordered {
                    at: Instant::now(),
                    waited: began.elapsed(),
                };
            }
            Some((409, answer)) if answer.body["code"] == "out_of_stock" => return Came::SoldOut,
            // No other answer gets better by asking again.
            Some((status, _)) if !matches!(status, 409 | 429 | 500..) => return Came::Nowhere,
            _ => {
                tokio::time::sleep(told.unwrap_or_default() + moment.mul_f64(fastrand::f64()))
                    .await;
                moment = LONGEST_MOMENT.min(moment * 2);
            }
        }
    }
    Came::Nowhere
}
