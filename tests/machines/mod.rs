//! The state machines, each walked by its own table: every move in it is made by what makes it, through
//! the API, and every other one is tried. A row that nobody knows how to make fails its test by name.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use domain::machine::Machine;
use local::aws::{Fault, Faults};
use registry::machines::movers;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, basket, with};

mod accounts;
mod commands;
mod coupons;
mod disputes;
mod fulfilments;
mod goods_receipts;
mod holds;
mod orders;
mod payments;
mod refunds;
mod returns;
mod till;

#[test]
fn every_machine_of_the_page_is_walked() {
    let walked = [
        orders::WALKED,
        fulfilments::WALKED,
        returns::WALKED,
        payments::WALKED,
        refunds::WALKED,
        disputes::WALKED,
        holds::WALKED,
        goods_receipts::WALKED,
        coupons::WALKED,
        accounts::WALKED,
    ];
    assert_eq!(walked, registry::machines::NAMES);
}

/// Every pair that no table has, those among them that lead nowhere.
fn other<S: Machine>() -> impl Iterator<Item = (S, S)> {
    let pairs = S::ALL
        .iter()
        .flat_map(|from| S::ALL.iter().map(|to| (*from, *to)));
    pairs.filter(|pair| !S::MOVES.contains(pair))
}

/// A row of a table that its test has no way to make.
fn nobody_knows<S: Machine>(from: S, to: S) -> ! {
    panic!("nobody knows how a {} gets from {from} to {to}", S::NAME)
}

/// The answer is that what stands at `from` cannot be moved to `to`.
fn is_refused<S: Machine>(answer: &Answer, from: S, to: S) {
    assert_eq!(answer.status, 409, "{from} to {to}: {answer:?}");
    assert_eq!(answer.code(), "invalid_state", "{from} to {to}");
    let detail = &answer.json()["details"][0];
    assert_eq!(detail["from"], from.to_string(), "{answer:?}");
    assert_eq!(detail["to"], to.to_string(), "{answer:?}");
    let reason = &answer.errors()[0];
    assert!(reason.contains(&format!("is {from}")), "{reason}");
}

/// Which functions change anything in a transaction.
#[derive(Default)]
struct Watch(Mutex<BTreeSet<String>>);

impl Faults for Watch {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if operation == "TransactWriteItems" {
            self.seen().insert(function.to_owned());
        }
        Fault::None
    }
}

impl Watch {
    /// Watches a shop from now on.
    fn over(shop: &Shop) -> Arc<Self> {
        let watch = Arc::new(Self::default());
        shop.store.set_faults(Some(watch.clone()));
        watch
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What leads there has changed something: one of those that the page names.
    fn saw_one_that_leads_to<S: Machine>(&self, to: S) {
        let seen = self.seen();
        let named: Vec<String> = movers(to).map(edge::Function::name).collect();
        assert!(
            named.iter().any(|name| seen.contains(name)),
            "{} {to} is said to be made by {named:?}, and not by {seen:?}",
            S::NAME
        );
    }
}

/// Guests who order mugs, and a server that may do whatever staff may, for as long as a test waits.
struct Desk<'a> {
    shop: &'a Shop,
    staff: Person<'a>,
}

impl<'a> Desk<'a> {
    async fn at(shop: &'a Shop) -> Self {
        shop.stocked("MUG", 10_000).await;
        let scopes = [
            "orders:read",
            "orders:write",
            "payments:read",
            "payments:write",
            "stock:read",
        ];
        let key = shop.key_with(&scopes).await;
        let staff = shop.holder(Some(&key));
        Self { shop, staff }
    }

    /// An order of two mugs at 10.00 EUR each.
    async fn place(&self, more: &Value) -> String {
        let guest = with(json!({"email": "guest@example.com"}), more);
        let body = with(basket(&[("MUG", 2)]), &guest);
        let placed = self.shop.anybody().order(&body).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        placed.text("/data/id")
    }

    /// The same, paid.
    async fn sell(&self) -> String {
        let order = self.place(&json!({"paymentMethod": "pm_test_ok"})).await;
        self.shop.settle().await;
        order
    }

    async fn cancel(&self, order: &str) -> Answer {
        let path = format!("/api/v1/orders/{order}/cancellations");
        self.staff.post(&path, &json!({})).await
    }

    /// So many of the mugs leave the house.
    async fn send(&self, order: &str, units: u32) -> Answer {
        let seen = self.order(order).await;
        let lines = json!([{"lineId": seen["lines"][0]["id"], "quantity": units}]);
        let path = format!("/api/v1/orders/{order}/fulfilments");
        self.staff.post(&path, &json!({ "lines": lines })).await
    }

    /// All of the mugs arrive.
    async fn deliver(&self, order: &str) {
        let sent = self.send(order, 2).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        let parcel = sent.header("location").expect("a place").to_owned();
        let arrived = self.patch(&parcel, &json!({"status": "delivered"})).await;
        assert_eq!(arrived.status, 200, "{arrived:?}");
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.staff.ask("PATCH", path).json(body).send().await
    }

    async fn seen(&self, path: &str) -> Value {
        let seen = self.staff.get(path).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.json()["data"].clone()
    }

    async fn order(&self, order: &str) -> Value {
        self.seen(&format!("/api/v1/orders/{order}")).await
    }

    /// The event of its placing, told as another kind.
    async fn told_as(&self, order: &str, kind: &str) -> Value {
        let events = self.shop.events().await;
        let placed = events
            .into_iter()
            .find(|event| event["type"] == "OrderCreated" && event["data"]["orderId"] == order);
        with(placed.expect("it was placed"), &json!({ "type": kind }))
    }
}
