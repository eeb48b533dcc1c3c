//! Coupons: none is used more often than it may be, and each counts its uses.

use std::collections::BTreeMap;

use serde_json::Value;
use store::tables::PRICING;

use super::{Found, is_over};
use crate::actors::{COUPONS, Coupon, Crowd};

/// No more orders have a coupon than may, in all and of each customer, and it counts those that have it.
pub(super) fn limits_are_kept(crowd: &Crowd, found: &mut Found) {
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
