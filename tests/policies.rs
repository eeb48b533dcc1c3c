//! Least privilege: what the functions are granted is what they use.
//!
//! A call that is not granted is denied, and every test that meets a denial fails by itself. This
//! test is the other half: a walk through the whole shop, after which every granted action must have
//! been used by its function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use edge::route::{Auth, Method};
use local::Options;
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
    people(shop, &admin).await;

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

/// Somebody moves to another country, and leaves the list of those who live where they did; and to
/// another address, and leaves the old one to others.
async fn moving(shop: &Shop) {
    let customer = shop.customer().await;
    for country in ["DE", "FR"] {
        let moved = customer
            .ask("PATCH", "/api/v1/users/me")
            .json(&json!({ "country": country }))
            .send()
            .await;
        assert_eq!(moved.status, 200, "{moved:?}");
    }
    let new = json!({"email": "carl@example.com", "currentPassword": "Customer-demo-1"});
    let asked = customer.put("/api/v1/users/me/email", &new).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let proof = json!({"token": shop.mailed_token("carl@example.com").await});
    let verified = customer.post("/api/v1/email-verifications", &proof).await;
    assert_eq!(verified.status, 200, "{verified:?}");
}

/// The signing secret gets another value, and whoever notices first publishes the key it makes.
async fn another_key(shop: &Shop) {
    let login = json!({"email": "reader@example.com", "password": "Reader-demo-1"});
    let opened = shop.anybody().post("/api/v1/sessions", &login).await;
    let secret = shop.store.naming().signing_secret();
    let value = "another secret, as long as it has to be, and as good";
    shop.store.cloud().set_secret(&secret, value);
    shop.wait(5 * 60).await;
    let body = json!({"refreshToken": opened.text("/data/refreshToken")});
    let path = "/api/v1/sessions/refresh";
    let refreshed = shop.anybody().post(path, &body).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    // The same token once more is a copy by now, and its session ends.
    shop.wait(60).await;
    let copied = shop.anybody().post(path, &body).await;
    assert_eq!(copied.status, 401, "{copied:?}");
}

/// What anyone may read, read by somebody who is known.
async fn known_callers(shop: &Shop) {
    let admin = shop.admin().await;
    for sample in routes() {
        let route = sample.function.route();
        if route.is_some_and(|route| route.auth == Auth::Anyone && route.method == Method::Get) {
            let answer = admin.get(&sample.path).await;
            assert!(answer.status < 500, "{}: {answer:?}", sample.path);
        }
    }
}

/// People who move from list to list, and administrators who come and go.
async fn people(shop: &Shop, admin: &Person<'_>) {
    let (me, mut ids) = ("/api/v1/users/me", Vec::new());
    for email in ["one@example.com", "other@example.com"] {
        let person = shop.newcomer(email).await;
        for country in [json!("DE"), json!(null)] {
            let moved = json!({"name": "Mover", "country": country});
            assert_eq!(person.put(me, &moved).await.status, 200);
        }
        ids.push(person.get(me).await.text("/data/id"));
    }
    let change = async |id: &str, roles: &str| {
        let ask = admin.ask("PATCH", &format!("/api/v1/users/{id}"));
        let changed = ask.bytes("application/merge-patch+json", roles.as_bytes());
        assert_eq!(changed.send().await.status, 200);
    };
    for id in &ids {
        change(id, r#"{"roles": ["admin"]}"#).await;
    }
    change(&ids[0], r#"{"roles": ["customer"]}"#).await;
    let about = format!("/api/v1/audit-events?user={}", ids[0]);
    assert_eq!(admin.get(&about).await.status, 200);
    let erased = admin.delete(&format!("/api/v1/users/{}", ids[1])).await;
    assert_eq!(erased.status, 204, "{erased:?}");
}

async fn catalogue(shop: &Shop, admin: &Person<'_>) {
    let nowhere = admin.get("/api/v1/inventory/NOWHERE/movements").await;
    assert_eq!(nowhere.status, 404);
    let id = shop.stocked("CUP", 0).await;
    let path = format!("/api/v1/products/{id}");
    let renamed = admin.ask("PUT", &path).header("if-match", "*");
    let renamed = renamed.json(&product("GLASS", 100)).send().await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let merge = json!({"slug": "water-glass"}).to_string();
    let moved = admin.ask("PATCH", &path).header("if-match", "*");
    let moved = moved.bytes("application/merge-patch+json", merge.as_bytes());
    assert_eq!(moved.send().await.status, 200);
    for sort in ["createdAt", "name", "price"] {
        let list = admin.get(&format!("/api/v1/products?sort={sort}")).await;
        assert_eq!(list.status, 200, "{list:?}");
    }
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
    let shop = Shop::with(Options {
        demo_orders: true,
        // Every request is counted at once, so that every function that may count does.
        rate_limits: "default=1000000/1,strict=1000000/1".to_owned(),
        ..Options::for_tests()
    })
    .await;
    walk(&shop).await;
    known_callers(&shop).await;
    moving(&shop).await;
    another_key(&shop).await;
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
