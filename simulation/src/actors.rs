//! Those who use the shop, each by chance: guests and customers who buy, staff who send and give back, the
//! provider who reports.

mod provider;
mod shopper;
mod staff;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use local::seed::{ADMIN, CUSTOMER, READER};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::chance::Chance;
use crate::client::{Answer, Ask, Network, Who};

pub(crate) use provider::books;

/// What is sold: two things of which there is plenty, and two that run out.
pub(crate) const SKUS: [(&str, i64); 4] =
    [("PLENTY", 400), ("ENOUGH", 200), ("SCARCE", 9), ("RARE", 4)];
/// A coupon, and how often it may be used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coupon {
    pub(crate) code: &'static str,
    /// In all.
    pub(crate) uses: usize,
    /// By one customer.
    pub(crate) uses_each: usize,
}

/// Few enough uses for many to want the last of them.
pub(crate) const COUPONS: [Coupon; 3] = [
    Coupon {
        code: "RARELY",
        uses: 1,
        uses_each: 1,
    },
    Coupon {
        code: "SELDOM",
        uses: 3,
        uses_each: 2,
    },
    Coupon {
        code: "ONCEEACH",
        uses: 100,
        uses_each: 1,
    },
];
/// How long somebody thinks between two steps, in beats: all act on the beat, so that they often meet.
const MOST_BEATS: u32 = 6;
const BEAT: Duration = Duration::from_millis(500);

/// An order as those who placed it know it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) body: Value,
}

/// What all who shop have been told, to be held against what the shop says at the end.
#[derive(Default)]
pub(crate) struct Told {
    /// The order of each key, in the words of every 201.
    pub(crate) orders: BTreeMap<String, Vec<Value>>,
    pub(crate) placed: Vec<Placed>,
    /// Units that staff took in or wrote off, by SKU.
    pub(crate) adjusted: BTreeMap<String, Vec<i64>>,
    /// Payments whose key was answered once so and once so.
    pub(crate) contradictions: Vec<String>,
    /// How often staff moved units and did not hear whether they did.
    pub(crate) unsure: u32,
    /// SKUs and coupons that somebody was told are not to be had: nobody else tries.
    gone: BTreeSet<String>,
}

/// Everybody in the shop.
pub(crate) struct Crowd {
    pub(crate) seed: u64,
    opened: Instant,
    pub(crate) network: Network,
    told: Mutex<Told>,
}

/// One of them.
struct Actor<'a> {
    name: String,
    crowd: &'a Crowd,
    chance: Chance,
}

impl Crowd {
    pub(crate) fn new(seed: u64, network: Network) -> Self {
        Self {
            seed,
            opened: Instant::now(),
            network,
            told: Mutex::default(),
        }
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the goods on the shelf, sends them everywhere for nothing, and gives out coupons.
    pub(crate) async fn stock(&self) {
        let admin = Who::Account(ADMIN.id);
        // The demo shop has more to say about both than anybody here asks, and each order would read all of it.
        for demo in ["/api/v1/promotions", "/api/v1/shipping-zones"] {
            self.clear(&admin, demo).await;
        }
        self.send_for_nothing(&admin).await;
        for (sku, units) in SKUS {
            let product = json!({
                "name": sku,
                "status": "active",
                "variants": [{"sku": sku, "prices": [{"amount": 1_000, "currency": "EUR"}]}],
            });
            self.network
                .insist(&admin, &Ask::post("/api/v1/products", product))
                .await;
            let path = format!("/api/v1/inventory/{sku}/adjustments");
            let counted = Ask::post(&path, json!({"delta": units, "reason": "first delivery"}));
            self.network.insist(&admin, &counted).await;
        }
        for Coupon {
            code,
            uses,
            uses_each,
        } in COUPONS
        {
            let coupon = json!({
                "name": code,
                "code": code,
                "effect": {"type": "percentOff", "ratePpm": 100_000},
                "limits": {"uses": uses, "usesPerCustomer": uses_each},
            });
            self.network
                .insist(&admin, &Ask::post("/api/v1/promotions", coupon))
                .await;
        }
    }

    async fn send_for_nothing(&self, admin: &Who) {
        let price = json!({"amount": 0, "currency": "EUR"});
        let world = json!({
            "name": "World",
            "territories": [],
            "methods": [{"code": "standard", "name": "Standard", "rates": [{"price": price}]}],
        });
        let zone = Ask::post("/api/v1/shipping-zones", world);
        self.network.insist(admin, &zone).await;
    }

    /// Deletes all that is listed at a path.
    async fn clear(&self, admin: &Who, path: &str) {
        for one in self.network.list(path).await {
            let path = format!("{path}/{}", one["id"].as_str().unwrap_or_default());
            let delete = Ask::new("DELETE", &path, Value::Null).any_version();
            self.network.insist(admin, &delete).await;
        }
    }

    /// Everybody does what they came for.
    pub(crate) async fn shop(&self, orders: u32) {
        let guests = futures_util::future::join_all((0..2).map(|number| async move {
            self.actor(&format!("guest{number}")).guest(orders).await;
        }));
        let customers =
            futures_util::future::join_all([CUSTOMER.id, READER.id].map(|id| async move {
                self.actor(&format!("customer {id}"))
                    .customer(id, orders)
                    .await;
            }));
        let staff = self.actor("staff");
        let provider = self.actor("provider");
        futures_util::future::join4(
            guests,
            customers,
            staff.serve(orders),
            provider.report(orders.div_ceil(2)),
        )
        .await;
    }

    fn actor(&self, name: &str) -> Actor<'_> {
        Actor {
            name: name.to_owned(),
            crowd: self,
            chance: Chance::new(self.seed, name),
        }
    }
}

impl Actor<'_> {
    async fn think(&self) {
        let beats = self.crowd.opened.elapsed().as_millis() / BEAT.as_millis();
        let next = u32::try_from(beats).unwrap_or(0) + 1 + self.chance.below(MOST_BEATS);
        tokio::time::sleep_until(self.crowd.opened + BEAT * next).await;
    }

    fn key(&self) -> String {
        format!(
            "{}-{:08x}",
            self.name.replace(' ', "-"),
            self.chance.below(u32::MAX)
        )
    }

    async fn does(&self, who: &Who, ask: &Ask) -> Option<u16> {
        let answer = self.crowd.network.insist(who, ask).await;
        let said = answer.as_ref().map_or("nothing".to_owned(), brief);
        self.say(|| format!("{} {} -> {said}", ask.method, ask.path));
        answer.map(|answer| answer.status)
    }

    fn say(&self, what: impl FnOnce() -> String) {
        let trace = &self.crowd.network.trace;
        trace.say(|| format!("{}: {}", self.name, what()));
    }

    fn any_order(&self) -> Option<Placed> {
        self.chance.one_of(&self.crowd.told().placed).cloned()
    }
}

fn brief(answer: &Answer) -> String {
    let word = answer.text("/code").or_else(|| answer.text("/data/id"));
    format!("{} {}", answer.status, word.unwrap_or_default())
}
