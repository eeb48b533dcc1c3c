//! What holds in any weather. Each rule asks the shop, its queues and the payment provider what they know,
//! and names what does not agree.

mod coupons;
mod events;
mod letters;
mod money;
mod orders;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};

use local::Store;
use serde_json::Value;

use crate::actors::{Crowd, books};

/// A rule that does not hold: which, and how that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: &'static str,
    /// What does not agree.
    pub how: String,
    /// The order that it is about, if it is about one.
    pub order: Option<String>,
}

/// What was found when all had come to rest.
struct Found {
    orders: BTreeMap<String, Value>,
    charges: BTreeMap<String, Vec<Value>>,
    /// What the outboxes hold.
    events: Vec<Value>,
    broken: Vec<Broken>,
}

impl Found {
    fn fault(&mut self, rule: &'static str, how: String) {
        self.broken.push(Broken {
            rule,
            how,
            order: None,
        });
    }

    fn fault_of(&mut self, rule: &'static str, order: &str, how: String) {
        self.broken.push(Broken {
            rule,
            how,
            order: Some(order.to_owned()),
        });
    }
}

/// The events that there are.
pub(crate) fn event_ids(store: &Store) -> BTreeSet<String> {
    let events = store.events().unwrap_or_default();
    let id = |event: &Value| event["id"].as_str().map(str::to_owned);
    events.iter().filter_map(id).collect()
}

/// What must hold at every moment: nothing is held or sold that is not there, and no order is charged
/// twice.
pub(crate) async fn at_any_time(crowd: &Crowd) -> Vec<Broken> {
    let mut found = Found {
        orders: BTreeMap::new(),
        charges: charges(crowd).await,
        events: Vec::new(),
        broken: Vec::new(),
    };
    always(crowd, &mut found);
    found.broken
}

fn always(crowd: &Crowd, found: &mut Found) {
    shelf::never_oversold(crowd, found);
    money::one_charge(found);
}

/// All rules, once everything has come to rest.
pub(crate) async fn at_rest(crowd: &Crowd, before: &BTreeSet<String>) -> Vec<Broken> {
    let mut found = Found {
        orders: orders(crowd).await,
        charges: charges(crowd).await,
        events: crowd.network.store.events().unwrap_or_default(),
        broken: Vec::new(),
    };
    always(crowd, &mut found);
    orders::none_is_lost(crowd, &mut found);
    orders::one_for_each_key(crowd, &mut found);
    orders::none_is_stuck(&mut found);
    shelf::it_adds_up(crowd, &mut found).await;
    money::it_adds_up(&mut found);
    coupons::limits_are_kept(crowd, &mut found);
    orders::they_remember(&mut found);
    events::versions_are_made_once(&mut found);
    letters::were_sent(crowd, &mut found);
    events::they_arrived(crowd, &mut found, before);
    events::queues_are_empty(crowd, &mut found).await;
    events::deeds_are_audited(crowd, &mut found).await;
    shelf::what_is_left_is_sold(crowd, &mut found).await;
    found.broken
}

async fn orders(crowd: &Crowd) -> BTreeMap<String, Value> {
    let all = crowd.network.list("/api/v1/orders?limit=100").await;
    all.into_iter()
        .filter_map(|order| Some((order["id"].as_str()?.to_owned(), order)))
        .collect()
}

async fn charges(crowd: &Crowd) -> BTreeMap<String, Vec<Value>> {
    let mut charges: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for charge in books(&crowd.network).await {
        let order = charge["orderId"].as_str().unwrap_or_default().to_owned();
        charges.entry(order).or_default().push(charge);
    }
    charges
}

/// The payments of each order, as the shop knows them.
pub(crate) async fn payments(crowd: &Crowd) -> BTreeMap<String, Vec<String>> {
    let of = |order: &Value| -> Vec<String> {
        let payments = order["payments"].as_array().into_iter().flatten();
        let id = |payment: &Value| payment["id"].as_str().map(str::to_owned);
        payments.filter_map(id).collect()
    };
    let orders = orders(crowd).await;
    orders
        .iter()
        .map(|(id, order)| (id.clone(), of(order)))
        .collect()
}

fn is_over(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("cancelled" | "expired"))
}

fn timeline(order: &Value, kind: &str) -> usize {
    let entries = order["timeline"].as_array().into_iter().flatten();
    entries.filter(|entry| entry["type"] == kind).count()
}
