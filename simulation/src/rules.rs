//! What holds in any weather. Each rule asks the shop, its queues and the payment provider what they know,
//! and names what does not agree.

use std::collections::{BTreeMap, BTreeSet};

use local::Store;
use local::seed::ADMIN;
use serde_json::{Value, json};
use store::event::Topic;
use store::queues::{NOTIFICATIONS_NOTIFY_CUSTOMER, subscribers};
use store::tables::{INVENTORY, PRICING};

use crate::actors::{COUPONS, Coupon, Crowd, SKUS, books};
use crate::client::{Ask, Who};
use crate::weather::CUT_OFF;

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
    let table = crowd.network.store.naming().table(&INVENTORY);
    let items = crowd.network.store.cloud().scan(&table);
    for item in items.unwrap_or_default() {
        if !item["available"].is_number() {
            continue;
        }
        let number = |name: &str| item[name].as_i64().unwrap_or(0);
        let (on_hand, reserved) = (number("onHand"), number("reserved"));
        if on_hand < 0 || reserved < 0 || reserved > on_hand {
            found.fault("never oversold", format!("{item}"));
        }
    }
    one_charge(found);
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
    nothing_lost(crowd, &mut found);
    one_order_a_key(crowd, &mut found);
    nothing_stuck(&mut found);
    shelf_adds_up(crowd, &mut found).await;
    money_adds_up(&mut found);
    coupons_are_kept(crowd, &mut found);
    orders_remember(&mut found);
    versions_are_made_once(&mut found);
    letters_were_sent(crowd, &mut found);
    events_arrived(crowd, &mut found, before);
    queues_are_empty(crowd, &mut found).await;
    deeds_are_audited(crowd, &mut found).await;
    found.broken
}

async fn list(crowd: &Crowd, path: &str) -> Vec<Value> {
    let admin = Who::Account(ADMIN.id);
    let mut all = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = crowd.network.insist(&admin, &Ask::get(&path)).await;
        let Some(page) = page else { break };
        all.extend(page.body["data"].as_array().cloned().unwrap_or_default());
        next = page.text("/links/next");
    }
    all
}

async fn orders(crowd: &Crowd) -> BTreeMap<String, Value> {
    let all = list(crowd, "/api/v1/orders?limit=100").await;
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

fn one_charge(found: &mut Found) {
    let twice: Vec<String> = found
        .charges
        .iter()
        .filter(|(_, charges)| {
            let taken = |charge: &&Value| charge["captured"].as_i64().unwrap_or(0) > 0;
            charges.iter().filter(taken).count() > 1
        })
        .map(|(order, _)| order.clone())
        .collect();
    for order in twice {
        let how = format!("{:?}", found.charges[&order]);
        found.fault_of("charged once", &order, how);
    }
}

fn nothing_lost(crowd: &Crowd, found: &mut Found) {
    let told = crowd.told();
    for placed in &told.placed {
        if !found.orders.contains_key(&placed.id) {
            let how = "it was answered 201, and is not there".to_owned();
            found.fault_of("no order is lost", &placed.id, how);
        }
    }
}

fn one_order_a_key(crowd: &Crowd, found: &mut Found) {
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

fn is_over(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("cancelled" | "expired"))
}

fn nothing_stuck(found: &mut Found) {
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

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap_or(0)
}

/// What was taken in is on the shelf or sold, and nothing is held for anybody any more.
async fn shelf_adds_up(crowd: &Crowd, found: &mut Found) {
    let admin = Who::Account(ADMIN.id);
    for (sku, _) in SKUS {
        let path = format!("/api/v1/inventory/{sku}");
        let Some(level) = crowd.network.insist(&admin, &Ask::get(&path)).await else {
            continue;
        };
        let level = &level.body["data"];
        if level["reserved"] != 0 {
            found.fault("nothing is held at rest", format!("{level}"));
        }
        let ledger = list(crowd, &format!("{path}/movements?limit=100")).await;
        let delta = |movement: &Value| movement["delta"].as_i64().unwrap_or(0);
        let sum: i64 = ledger.iter().map(delta).sum();
        if level["onHand"] != sum {
            let how = format!(
                "{sku}: the ledger says {sum}, the shelf {}",
                level["onHand"]
            );
            found.fault("the ledger sums to the shelf", how);
        }
        let sold: i64 = found.orders.values().map(|order| sold(order, sku)).sum();
        let left: i64 = ledger
            .iter()
            .filter(|movement| movement["orderId"].is_string())
            .map(delta)
            .sum();
        if sold != -left {
            let how = format!("{sku}: {sold} sold by orders, {} by the ledger", -left);
            found.fault("what is sold has left the house", how);
        }
        counted_once(crowd, found, sku, &ledger);
    }
}

/// Every adjustment that was answered is in the ledger, and none is there twice.
fn counted_once(crowd: &Crowd, found: &mut Found, sku: &str, ledger: &[Value]) {
    let booked = ledger
        .iter()
        .filter(|movement| movement["reason"] == "counted")
        .count();
    let told = crowd.told();
    let answered = told.adjusted.get(sku).map_or(0, Vec::len);
    if booked < answered || booked > answered + told.unsure as usize {
        let how = format!("{sku}: {answered} were answered, {booked} are booked");
        drop(told);
        found.fault("an adjustment is made once", how);
    }
}

fn sold(order: &Value, sku: &str) -> i64 {
    if is_over(order) {
        return 0;
    }
    let lines = order["lines"].as_array().into_iter().flatten();
    lines
        .filter(|line| line["sku"] == sku)
        .map(|line| line["quantity"].as_i64().unwrap_or(0))
        .sum()
}

/// What the provider has taken and given back is what orders say, and orders that came to nothing have
/// nothing.
fn money_adds_up(found: &mut Found) {
    let mut broken = Vec::new();
    for (id, order) in &found.orders {
        let charges = found.charges.get(id).map_or(&[][..], Vec::as_slice);
        let of = |name: &str| -> i64 {
            charges
                .iter()
                .map(|charge| charge[name].as_i64().unwrap_or(0))
                .sum()
        };
        let kept = of("captured") - of("refunded");
        let totals = &order["totals"];
        let counted = amount(&totals["captured"]) - amount(&totals["refunded"]);
        if kept != counted {
            broken.push((
                id.clone(),
                format!("the provider keeps {kept}, the order says {counted}"),
            ));
        }
        if is_over(order) && kept != 0 {
            broken.push((id.clone(), format!("it is over, and {kept} is kept")));
        }
        if !is_over(order) && of("captured") != amount(&totals["total"]) {
            let how = format!(
                "{} is taken of {}",
                of("captured"),
                amount(&totals["total"])
            );
            broken.push((id.clone(), how));
        }
    }
    for (order, how) in broken {
        found.fault_of("money adds up", &order, how);
    }
}

/// No more orders have a coupon than may, in all and of each customer, and it counts those that have it.
fn coupons_are_kept(crowd: &Crowd, found: &mut Found) {
    let store = &crowd.network.store;
    let items = store.cloud().scan(&store.naming().table(&PRICING));
    let items = items.unwrap_or_default();
    for Coupon {
        code,
        uses,
        uses_each,
    } in COUPONS
    {
        let mut by_customer: BTreeMap<String, usize> = BTreeMap::new();
        for order in found.orders.values() {
            if !is_over(order) && has_coupon(order, code) {
                *by_customer.entry(customer(order)).or_default() += 1;
            }
        }
        let used: usize = by_customer.values().sum();
        if used > uses {
            found.fault("a coupon's limit is kept", format!("{code}: {used} uses"));
        }
        if let Some((customer, times)) = by_customer.iter().find(|(_, times)| **times > uses_each) {
            let how = format!("{code}: {times} uses by {customer}");
            found.fault("a customer's limit is kept", how);
        }
        let is_it = |item: &&Value| item["pk"] == "coupons" && item.to_string().contains(code);
        let counted = items.iter().find(is_it);
        let counted = counted.and_then(|coupon| coupon["uses"].as_u64());
        if counted.unwrap_or(0) != used as u64 {
            let how = format!("{code}: {used} orders have it, it counts {counted:?}");
            found.fault("a coupon counts its uses", how);
        }
    }
}

/// Wishes carry the code of their coupon into their address.
fn has_coupon(order: &Value, code: &str) -> bool {
    let wish = order["shippingAddress"]["line2"].as_str();
    wish.is_some_and(|wish| wish.ends_with(code))
}

/// Whoever has an account is known by it, others by the name that they order under.
fn customer(order: &Value) -> String {
    let account = order["customerId"].as_str();
    let wish = order["shippingAddress"]["line2"].as_str();
    let name = wish.and_then(|wish| wish.split('-').next());
    account.or(name).unwrap_or_default().to_owned()
}

/// What leads to a letter, and what its subject says then.
const LETTERS: [(Topic, &str); 8] = [
    (Topic::OrderConfirmed, "is confirmed"),
    (Topic::OrderCancelled, "was cancelled"),
    (Topic::OrderExpired, "has expired"),
    (Topic::OrderShipped, "is on its way"),
    (Topic::OrderDelivered, "has arrived"),
    (Topic::PaymentActionRequired, "Please confirm the payment"),
    (Topic::PaymentFailed, "failed"),
    (Topic::PaymentRefunded, "Your refund"),
];

/// Whoever's order was confirmed has been told, and nobody is told more often than something happened, but
/// where a letter went out and nobody could put that down.
fn letters_were_sent(crowd: &Crowd, found: &mut Found) {
    let mails = crowd.network.store.cloud().emails();
    let mut silent = Vec::new();
    for (id, order) in &found.orders {
        let number = order["number"].as_str().unwrap_or_default();
        let confirmed = timeline(order, "confirmed") > 0;
        let told = mails
            .iter()
            .any(|mail| mail.subject.contains("confirmed") && mail.text.contains(number));
        if confirmed && !told {
            silent.push(id.clone());
        }
    }
    for id in silent {
        found.fault_of("a confirmed order is told of", &id, "no letter".to_owned());
    }
    let mut excess = 0;
    for (topic, words) in LETTERS {
        let is_of = |event: &&Value| event["type"] == json!(topic);
        let happened = found.events.iter().filter(is_of).count();
        let told = mails.iter().filter(|mail| mail.subject.contains(words));
        excess += told.count().saturating_sub(happened);
    }
    let weather = &crowd.network.weather;
    let notifier = NOTIFICATIONS_NOTIFY_CUSTOMER.name;
    let excused = ["SendEmail", "TransactWriteItems", CUT_OFF]
        .map(|operation| weather.struck(notifier, operation))
        .iter()
        .sum();
    if excess as u64 > excused {
        let how = format!("{excess} letters too many, {excused} may have been lost");
        found.fault("a letter comes once", how);
    }
}

fn timeline(order: &Value, kind: &str) -> usize {
    let entries = order["timeline"].as_array().into_iter().flatten();
    entries.filter(|entry| entry["type"] == kind).count()
}

/// What an order tells, and how its timeline puts that.
const MOMENTS: [(Topic, &str); 4] = [
    (Topic::OrderConfirmed, "confirmed"),
    (Topic::OrderCancelled, "cancelled"),
    (Topic::OrderExpired, "expired"),
    (Topic::OrderShipped, "shipped"),
];

/// What orders told is what they remember: no change of one went over another.
fn orders_remember(found: &mut Found) {
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

/// What changes an order or a payment makes the next version of it: two who tell of the same version have
/// both changed the one before, and one change is gone.
fn versions_are_made_once(found: &mut Found) {
    let mut makers: BTreeMap<(&str, u64), &str> = BTreeMap::new();
    let mut broken = Vec::new();
    for event in &found.events {
        let aggregate = event["aggregate"].as_str().unwrap_or_default();
        let version = event["sequence"].as_u64().unwrap_or_default();
        let maker = event["traceparent"].as_str().unwrap_or_default();
        let first = *makers.entry((aggregate, version)).or_insert(maker);
        if first != maker {
            broken.push(format!("{aggregate} has two versions {version}"));
        }
    }
    for how in broken {
        found.fault("a version is made once", how);
    }
}

fn events_arrived(crowd: &Crowd, found: &mut Found, before: &BTreeSet<String>) {
    let handled = crowd.network.weather.handled();
    let mut broken = Vec::new();
    for event in &found.events {
        let Ok(topic) = serde_json::from_value::<Topic>(event["type"].clone()) else {
            continue;
        };
        let id = event["id"].as_str().unwrap_or_default();
        if before.contains(id) {
            continue;
        }
        for queue in subscribers(topic) {
            if !handled.contains_key(&(queue.name.to_owned(), id.to_owned())) {
                let how = format!(
                    "{} never dealt with {topic:?} of {}",
                    queue.name, event["aggregate"]
                );
                broken.push(how);
            }
        }
    }
    for how in broken {
        found.fault("every event arrives", how);
    }
}

async fn queues_are_empty(crowd: &Crowd, found: &mut Found) {
    let queues = crowd.network.store.queues().await.unwrap_or_default();
    for queue in queues {
        let left = queue.visible + queue.in_flight + queue.delayed + queue.dead_letters;
        if left > 0 {
            found.fault("no message is left behind", format!("{queue:?}"));
        }
    }
}

async fn deeds_are_audited(crowd: &Crowd, found: &mut Found) {
    let keys = list(crowd, "/api/v1/api-keys?limit=100").await.len();
    let trail = list(crowd, "/api/v1/audit-events?limit=100").await;
    let made = trail
        .iter()
        .filter(|entry| entry["action"] == "apiKey.created")
        .count();
    // The demo shop's own key was made without anybody's deed.
    if keys != made + 1 {
        found.fault("deeds are audited", format!("{keys} keys, {made} entries"));
    }
}
