//! Least privilege: what the functions are granted is what they use.
//!
//! A call that is not granted is denied, and every test that meets a denial fails by itself. This
//! test is the other half: a walk through the whole shop, after which every granted action must have
//! been used by its function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use local::aws::{Fault, Faults};
use registry::policy::{self, Statement, Target};
use serde_json::json;

use crate::samples::routes;
use crate::shop::{Person, Shop, basket, product, with};

/// Cuts one function off after the first call of an operation.
struct CutOff {
    function: &'static str,
    after: &'static str,
    cut: AtomicBool,
}

impl CutOff {
    fn of(function: &'static str, after: &'static str) -> Option<Arc<dyn Faults>> {
        Some(Arc::new(Self {
            function,
            after,
            cut: AtomicBool::new(false),
        }))
    }
}

impl Faults for CutOff {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != self.function {
            return Fault::None;
        }
        if self.cut.load(Ordering::Relaxed) {
            return Fault::Drop;
        }
        if operation.ends_with(self.after) {
            self.cut.store(true, Ordering::Relaxed);
        }
        Fault::None
    }
}

async fn order(person: &Person<'_>, method: Option<&str>) -> String {
    let body = match method {
        Some(method) => with(basket(&[("MUG", 1)]), &json!({"paymentMethod": method})),
        None => basket(&[("MUG", 1)]),
    };
    let placed = person.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    placed.text("/data/id")
}

async fn cancel(person: &Person<'_>, order: &str) {
    let path = format!("/api/v1/orders/{order}/cancellations");
    let cancelled = person.post(&path, &json!({})).await;
    assert_eq!(cancelled.status, 201, "{cancelled:?}");
}

/// Everything that the shop does, at least once.
async fn walk(shop: &Shop) {
    for sample in routes() {
        let mut ask = shop.anybody().ask(&sample.method, &sample.path);
        for (name, value) in &sample.headers {
            ask = ask.header(name, value);
        }
        let body = sample
            .body
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let answer = ask.body(body.as_bytes()).send().await;
        assert!(
            answer.status < 300,
            "{}: {answer:?}",
            sample.function.name()
        );
    }
    shop.settle().await;
    let id = shop.stocked("MUG", 50).await;
    let admin = shop.admin().await;
    catalogue(shop, &admin).await;

    let customer = shop.customer().await;
    for method in [
        "pm_test_ok",
        "pm_test_declined",
        "pm_test_unavailable",
        "pm_test_timeout",
    ] {
        order(&customer, Some(method)).await;
    }
    let waiting = order(&customer, Some("pm_test_requires_action")).await;
    let paid = order(&customer, Some("pm_test_ok")).await;
    let unpaid = order(&customer, None).await;
    shop.settle().await;
    cancel(&customer, &paid).await;
    cancel(&customer, &waiting).await;
    cancel(&customer, &unpaid).await;
    shop.settle().await;

    for sort in ["customer", "staff"] {
        let person = if sort == "staff" { &admin } else { &customer };
        assert_eq!(person.get("/api/v1/orders").await.status, 200);
    }
    lost_messages(shop).await;
    turned_away(shop).await;
    dying_functions(shop).await;
    admin_deletes(shop, &id).await;
}

async fn catalogue(shop: &Shop, admin: &Person<'_>) {
    let nowhere = admin.get("/api/v1/inventory/NOWHERE/movements").await;
    assert_eq!(nowhere.status, 404);
    let id = shop.stocked("CUP", 0).await;
    let path = format!("/api/v1/products/{id}");
    let renamed = admin.ask("PUT", &path).header("if-match", "*");
    let renamed = renamed.json(&product("GLASS", 100)).send().await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_eq!(admin.delete(&path).await.status, 204);
}

/// Whatever is lost on the way is found by the sweepers.
async fn lost_messages(shop: &Shop) {
    let customer = shop.customer().await;
    order(&customer, Some("pm_test_ok")).await;
    shop.store.pump_streams().await;
    shop.store.lose_messages("payments-charge-order").await;
    let expiring = order(&customer, None).await;
    let dying = order(&customer, None).await;
    let cut_off = CutOff::of("payments-create-payment", "TransactWriteItems");
    shop.store.set_faults(cut_off);
    assert_eq!(customer.pay(&dying, "pm_test_ok").await.status, 503);
    shop.store.set_faults(None);
    shop.wait(5 * 60).await;
    shop.wait(12 * 60).await;
    let customer = shop.customer().await;
    let read = customer.get(&format!("/api/v1/orders/{expiring}")).await;
    assert_eq!(read.text("/data/status"), "expired");

    // One sold, one given back, one still waiting: each hold is settled without its message.
    order(&customer, Some("pm_test_ok")).await;
    let cancelled = order(&customer, None).await;
    cancel(&customer, &cancelled).await;
    for _ in 0..4 {
        shop.store.pump_streams().await;
        shop.store.lose_messages("inventory-settle-hold").await;
        shop.store.pump_queues().await;
    }
    shop.wait(18 * 60).await;
}

/// A customer whom the provider turns away.
async fn turned_away(shop: &Shop) {
    let customer = shop.customer().await;
    let refused = order(&customer, Some("pm_test_requires_action")).await;
    shop.settle().await;
    let read = customer.get(&format!("/api/v1/orders/{refused}")).await;
    let path = format!(
        "/_local/payments/{}/authenticate",
        read.text("/data/payments/0/id")
    );
    let failed = shop
        .anybody()
        .post(&path, &json!({"outcome": "failure"}))
        .await;
    assert_eq!(failed.status, 200, "{failed:?}");
    shop.settle().await;
}

/// Functions that die between two of their writes are succeeded by others.
async fn dying_functions(shop: &Shop) {
    let customer = shop.customer().await;
    let cut_off = CutOff::of("payments-charge-order", "TransactWriteItems");
    shop.store.set_faults(cut_off);
    let charged = order(&customer, Some("pm_test_ok")).await;
    shop.settle().await;
    shop.store.lose_messages("payments-charge-order").await;
    shop.store.set_faults(None);
    shop.wait(3 * 60).await;
    let read = customer.get(&format!("/api/v1/orders/{charged}")).await;
    assert_eq!(
        read.text("/data/status"),
        "confirmed",
        "the sweeper charges"
    );

    let waiting = order(&customer, Some("pm_test_requires_action")).await;
    shop.settle().await;
    let read = customer.get(&format!("/api/v1/orders/{waiting}")).await;
    let payment = read.text("/data/payments/0/id");
    cancel(&customer, &waiting).await;
    shop.store
        .set_faults(CutOff::of("payments-reverse-order", "UpdateItem"));
    shop.settle().await;
    shop.store.lose_messages("payments-reverse-order").await;
    shop.store.set_faults(None);
    let path = format!("/_local/payments/{payment}/authenticate");
    let paid = shop
        .anybody()
        .post(&path, &json!({"outcome": "success"}))
        .await;
    assert_eq!(paid.status, 200, "{paid:?}");
    shop.settle().await;
    let books = shop.books_of(&waiting).await;
    assert_eq!(
        books[0]["refunded"], books[0]["captured"],
        "whoever settles gives back"
    );
}

async fn admin_deletes(shop: &Shop, sold: &str) {
    let admin = shop.admin().await;
    let path = format!("/api/v1/products/{sold}");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.text("/data/status"), "archived");
}

#[tokio::test(start_paused = true)]
async fn every_granted_action_is_used() {
    let shop = Shop::with_orders().await;
    walk(&shop).await;
    let used = shop.store.cloud().used();
    let naming = shop.store.naming();
    let mut idle = Vec::new();
    for function in registry::functions() {
        let name = function.name();
        for grant in (function.declare)().grants {
            for action in grant.actions {
                let alone = [Statement {
                    actions: vec![action],
                    on: Target::Granted(grant.on),
                }];
                let seen = used.iter().any(|(user, taken, resource)| {
                    *user == name && policy::allows(&alone, naming, taken, resource)
                });
                if !seen {
                    idle.push(format!("{name} is granted {action} on {:?}", grant.on));
                }
            }
        }
    }
    assert!(
        idle.is_empty(),
        "granted and never used:\n{}",
        idle.join("\n")
    );
}
