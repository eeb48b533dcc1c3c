//! Goods: what was taken in is on the shelf or sold.

use local::seed::ADMIN;
use serde_json::{Value, json};
use store::tables::INVENTORY;

use super::{Found, is_over};
use crate::actors::{Crowd, SKUS};
use crate::client::{Ask, Who};

pub(super) fn never_oversold(crowd: &Crowd, found: &mut Found) {
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
}

/// What was taken in is on the shelf or sold, and nothing is held for anybody any more.
pub(super) async fn it_adds_up(crowd: &Crowd, found: &mut Found) {
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
        let ledger = crowd
            .network
            .list(&format!("{path}/movements?limit=100"))
            .await;
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

/// What is left of a SKU, in whatever shards, can be bought as a whole, and not one unit more.
pub(super) async fn what_is_left_is_sold(crowd: &Crowd, found: &mut Found) {
    let admin = Who::Account(ADMIN.id);
    for (sku, _) in SKUS {
        let path = format!("/api/v1/inventory/{sku}");
        let Some(level) = crowd.network.insist(&admin, &Ask::get(&path)).await else {
            continue;
        };
        let available = level.body["data"]["available"].as_u64().unwrap_or(0);
        let tries = [(available, 201), (1, 409)];
        for (units, status) in tries.into_iter().filter(|(units, _)| *units > 0) {
            let body = json!({
                "items": [{"sku": sku, "quantity": units}],
                "email": "last@example.com",
                "shippingAddress": {
                    "name": "Last One", "line1": "Torstrasse 1", "city": "Berlin",
                    "postalCode": "10119", "country": "DE",
                },
            });
            let key = format!("left-of-{sku}-{units}-{status}");
            let ask = Ask::post("/api/v1/orders", body).key(&key);
            let answered = crowd.network.insist(&Who::Nobody, &ask).await;
            let answered = answered.map(|answer| (answer.status, answer.body));
            if answered
                .as_ref()
                .is_none_or(|(answered, _)| *answered != status)
            {
                let how = format!("{units} of {sku}, {available} left: {answered:?}");
                found.fault("what is left can be sold, and no more", how);
            }
        }
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
