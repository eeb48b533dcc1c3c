//! Orders: none is lost, stuck or made twice, and each remembers what it told.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::event::Topic;

use super::{Found, timeline};
use crate::actors::Crowd;

pub(super) fn none_is_lost(crowd: &Crowd, found: &mut Found) {
    let told = crowd.told();
    for placed in &told.placed {
        if !found.orders.contains_key(&placed.id) {
            let how = "it was answered 201, and is not there".to_owned();
            found.fault_of("no order is lost", &placed.id, how);
        }
    }
}

pub(super) fn one_for_each_key(crowd: &Crowd, found: &mut Found) {
    let told = crowd.told();
    for (key, said) in &told.orders {
        let alike = said.windows(2).all(|two| same_order(&two[0], &two[1]));
        if !alike {
            found.fault(
                "a repeated key is answered alike",
                format!("{key}: {said:?}"),
            );
        }
    }
    for how in &told.contradictions {
        found.fault("a repeated key is answered alike", how.clone());
    }
    // Each wish carries a name of its own into its address.
    let mut by_wish: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, order) in &found.orders {
        let wish = order["shippingAddress"]["line2"]
            .as_str()
            .unwrap_or_default();
        by_wish.entry(wish.to_owned()).or_default().push(id.clone());
    }
    for (wish, ids) in by_wish {
        if ids.len() > 1 {
            found.fault("one order for each key", format!("{wish}: {ids:?}"));
        }
    }
}

/// Tokens are made anew for every answer.
fn same_order(one: &Value, other: &Value) -> bool {
    let bare = |order: &Value| {
        let mut order = order.clone();
        if let Some(fields) = order.as_object_mut() {
            fields.remove("orderToken");
        }
        order
    };
    bare(one) == bare(other)
}

pub(super) fn none_is_stuck(found: &mut Found) {
    let stuck: Vec<(String, String)> = found
        .orders
        .iter()
        .filter(|(_, order)| {
            let status = order["status"].as_str();
            !matches!(
                status,
                Some("confirmed" | "completed" | "cancelled" | "expired")
            )
        })
        .map(|(id, order)| (id.clone(), order["status"].to_string()))
        .collect();
    for (id, status) in stuck {
        found.fault_of("no order is stuck", &id, status);
    }
}

/// What an order tells, and how its timeline puts that.
const MOMENTS: [(Topic, &str); 4] = [
    (Topic::OrderConfirmed, "confirmed"),
    (Topic::OrderCancelled, "cancelled"),
    (Topic::OrderExpired, "expired"),
    (Topic::OrderShipped, "shipped"),
];

/// What orders told is what they remember: no change of one went over another.
pub(super) fn they_remember(found: &mut Found) {
    let mut told: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for event in &found.events {
        let is_of = |(topic, _): &&(Topic, &str)| event["type"] == json!(topic);
        let order = event["aggregate"].as_str();
        let order = order.and_then(|aggregate| aggregate.strip_prefix("order/"));
        if let (Some((_, moment)), Some(order)) = (MOMENTS.iter().find(is_of), order) {
            *told.entry((order, moment)).or_default() += 1;
        }
    }
    let mut broken = Vec::new();
    for (id, order) in &found.orders {
        for (_, moment) in MOMENTS {
            let told = told.get(&(id.as_str(), moment)).copied().unwrap_or(0);
            let remembered = timeline(order, moment);
            if told != remembered {
                let how = format!("{moment}: told {told} times, remembered {remembered} times");
                broken.push((id.clone(), how));
            }
        }
    }
    for (order, how) in broken {
        found.fault_of("an order remembers what it told", &order, how);
    }
}
