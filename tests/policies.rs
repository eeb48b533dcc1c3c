//! Least privilege: what the functions are granted is what they use.
//!
//! A call that is not granted is denied, and every test that meets a denial fails by itself. This
//! test is the other half: a walk through the whole shop, after which every granted action must have
//! been used by its function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_encoding::HEXLOWER;
use domain::{PaymentId, RefundId};
use edge::route::{Auth, Method};
use local::Options;
use local::aws::{Fault, Faults};
use registry::policy::{self, Statement, Target};
use ring::hmac;
use serde_json::json;
use store::payments::{self, Payments};
use store::provider::Provider;

use crate::samples::routes;
use crate::shop::{Person, Shop, address, basket, product, with};
use crate::stripe::SharedStandIn;

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

/// Whoever has not heard what became of an order asks again with the same key.
async fn repeated(person: &Person<'_>) {
    let place = || {
        let ask = person.ask("POST", "/api/v1/orders");
        let ask = ask.header("idempotency-key", "not-heard");
        ask.json(&basket(&[("MUG", 1)])).send()
    };
    let (first, second) = (place().await, place().await);
    assert_eq!(first.text("/data/id"), second.text("/data/id"));
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
    kitchen_week(shop).await;
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
    spread(shop, &admin).await;
    tariff(shop, &admin).await;
    // Enough time has passed for a token to run out.
    let admin = shop.admin().await;
    carts(shop).await;
    people(shop, &admin).await;
    goods_come_back(shop, &admin).await;

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
    repeated(&customer).await;
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
    set_aside(shop).await;
    dying_functions(shop).await;
    admin_deletes(shop, &id).await;
}

/// A promotion about a category, for which whoever prices something looks at what that is in.
async fn kitchen_week(shop: &Shop) {
    let admin = shop.admin().await;
    let category = admin.get("/api/v1/categories/by-slug/kitchen").await;
    let promotion = json!({
        "name": "Kitchen week",
        "effect": {"type": "percentOff", "ratePpm": 50_000},
        "categories": [category.text("/data/id")],
        "combines": true,
    });
    let made = admin.post("/api/v1/promotions", &promotion).await;
    assert_eq!(made.status, 201, "{made:?}");
}

/// A customer who has a cart signs in with another in their hands.
async fn carts(shop: &Shop) {
    let customer = shop.customer().await;
    let made = customer.post("/api/v1/carts", &json!({})).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(customer.get("/api/v1/carts").await.status, 200);
    let brought = shop.anybody().post("/api/v1/carts", &json!({})).await;
    let login = json!({
        "email": "customer@example.com",
        "password": "Customer-demo-1",
        "cartId": brought.text("/data/id"),
    });
    let signed_in = shop.anybody().post("/api/v1/sessions", &login).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    shop.settle().await;

    let cart = made.text("/data/id");
    let path = format!("/api/v1/carts/{cart}");
    for (part, body) in [
        ("items/MUG", json!({"quantity": 1})),
        ("coupon", json!({"code": "WELCOME10"})),
    ] {
        let put = customer.put(&format!("{path}/{part}"), &body).await;
        assert_eq!(put.status, 200, "{put:?}");
    }
    let other = customer.post("/api/v1/carts", &json!({})).await;
    let merge = json!({"cartId": other.text("/data/id")});
    let merged = customer.post(&format!("{path}/merges"), &merge).await;
    assert_eq!(merged.status, 201, "{merged:?}");
    let body = json!({"cartId": cart, "shippingAddress": address()});
    let placed = customer.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
}

/// What the demo customer wants to send back comes, and is booked.
async fn goods_come_back(shop: &Shop, admin: &Person<'_>) {
    let (order, id) = (local::seed::SENT_ORDER, local::seed::RETURN);
    let path = format!("/api/v1/orders/{order}/returns/{id}");
    let came = admin
        .ask("PATCH", &path)
        .json(&json!({"status": "received"}));
    let came = came.send().await;
    assert_eq!(came.status, 200, "{came:?}");
    shop.settle().await;
    let nowhere = "/api/v1/orders/0190a0b0-0000-7000-8000-000000000000/notes";
    assert_eq!(admin.get(nowhere).await.status, 404);
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

/// No mail goes out, so that a letter waits.
struct NoMail;

impl Faults for NoMail {
    fn before(&self, _: &str, operation: &str) -> Fault {
        match operation {
            "SendEmail" => Fault::InternalError,
            _ => Fault::None,
        }
    }
}

async fn mail_waits(shop: &Shop) {
    shop.store.set_faults(Some(Arc::new(NoMail)));
    shop.newcomer("unwelcomed@example.com").await;
    shop.settle().await;
    shop.store.set_faults(None);
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
    let glass = with(product("GLASS", 100), &json!({"category": "tableware"}));
    let renamed = renamed.json(&glass).send().await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let merge =
        json!({"name": "Water glass", "slug": "water-glass", "category": "mugs"}).to_string();
    let moved = admin.ask("PATCH", &path).header("if-match", "*");
    let moved = moved.bytes("application/merge-patch+json", merge.as_bytes());
    assert_eq!(moved.send().await.status, 200);
    for sort in ["createdAt", "name", "price"] {
        for filter in ["", "&category=kitchen"] {
            let path = format!("/api/v1/products?sort={sort}{filter}");
            let list = admin.get(&path).await;
            assert_eq!(list.status, 200, "{list:?}");
        }
    }
    let found = admin.get("/api/v1/products?q=glass").await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(admin.delete(&path).await.status, 204);
}

/// Promotions with and without a code come and go, and a coupon is used and given back: once by who
/// is told, once by the sweeper.
/// A SKU that is spread over shards, adjusted, and sold out of them.
async fn spread(shop: &Shop, admin: &Person<'_>) {
    shop.stocked("RARE", 4).await;
    let path = "/api/v1/inventory/RARE";
    for shards in [2, 3, 0, 2] {
        let settings = json!({"backorder": false, "shards": shards});
        let set = admin.put(path, &settings).await;
        assert_eq!(set.status, 200, "{set:?}");
    }
    let came = json!({"delta": 1, "reason": "delivery"});
    let adjusted = admin.post(&format!("{path}/adjustments"), &came).await;
    assert_eq!(adjusted.status, 201, "{adjusted:?}");
    assert_eq!(shop.available("RARE").await, 5);
    let customer = shop.customer().await;
    let two = basket(&[("RARE", 2)]);
    for status in [201, 201, 409] {
        assert_eq!(customer.order(&two).await.status, status);
    }
    let last = basket(&[("RARE", 1)]);
    for status in [201, 409] {
        assert_eq!(customer.order(&last).await.status, status);
    }
}

async fn tariff(shop: &Shop, admin: &Person<'_>) {
    let promotions = "/api/v1/promotions";
    // What saves nothing is not used, and the demo shop sends for nothing.
    let sale = json!({"name": "Sale", "effect": {"type": "percentOff", "ratePpm": 100_000}});
    let limits = json!({"code": "FEW", "limits": {"uses": 9, "usesPerCustomer": 9}});
    for body in [sale.clone(), with(sale.clone(), &json!({"code": "MANY"}))] {
        let made = admin.post(promotions, &body).await;
        let path = format!("{promotions}/{}", made.text("/data/id"));
        assert_eq!(admin.put(&path, &body).await.status, 200);
        assert_eq!(admin.delete(&path).await.status, 204);
    }
    let few = with(sale, &limits);
    assert_eq!(admin.post(promotions, &few).await.status, 201);
    let customer = shop.customer().await;
    let body = with(basket(&[("MUG", 1)]), &json!({"couponCode": "FEW"}));
    for is_lost in [false, true] {
        let placed = customer.order(&body).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        cancel(&customer, &placed.text("/data/id")).await;
        if is_lost {
            shop.store.pump_streams().await;
            shop.store.lose_messages("pricing-release-coupon").await;
        }
        shop.settle().await;
    }
    shop.wait(18 * 60).await;
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

/// Money that is set aside, and a provider that lets it go by itself; refunds that others reserve.
async fn set_aside(shop: &Shop) {
    let (customer, admin) = (shop.customer().await, shop.admin().await);
    let later = json!({
        "orderId": order(&customer, None).await,
        "paymentMethod": "pm_test_ok",
        "captureMethod": "manual",
    });
    let ask = admin.ask("POST", "/api/v1/payments");
    let ask = ask.header("idempotency-key", &shop.key()).json(&later);
    let payment = ask.send().await.text("/data/id");
    let payments: Payments<payments::Refund> = shop.handle().await;
    let provider: Provider = shop.handle().await;
    let id = PaymentId::parse(&payment).expect("an id");
    let known = payments.get_now(id).await.expect("a payment");
    let name = known.reference.expect("a name");
    provider.void(&name, "by itself").await.expect("books");
    let refused = admin.to_payment(&payment, "captures", &json!({})).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    shop.settle().await;

    let order = order(&customer, None).await;
    let paid = customer.pay(&order, "pm_test_ok").await.text("/data/id");
    let id = PaymentId::parse(&paid).expect("an id");
    let known = payments.get_now(id).await.expect("a payment");
    let stamp = shop.store.stamp();
    let refund = RefundId::new(stamp.now, stamp.entropy.as_ref());
    let reserved = known.reserve_refund(refund, None, None, stamp.now);
    let mut tx = payments.begin(&stamp);
    let reserved = reserved.expect("something is left");
    payments
        .want_refund(&mut tx, &reserved, refund)
        .expect("staged");
    tx.commit().await.expect("committed");
    shop.settle().await;

    let by_key = json!({"key": format!("{order}-1")}).to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_local");
    let signature = HEXLOWER.encode(hmac::sign(&key, by_key.as_bytes()).as_ref());
    let ask = shop.anybody().ask("POST", "/api/v1/payment-webhooks/test");
    let ask = ask.header("souk-test-signature", &signature);
    let heard = ask
        .bytes("application/json", by_key.as_bytes())
        .send()
        .await;
    assert_eq!(heard.status, 200, "{heard:?}");
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
        warm: true,
        // Every request is counted at once, so that every function that may count does.
        rate_limits: "default=1000000/1,strict=1000000/1".to_owned(),
        ..Options::for_tests()
    })
    .await;
    walk(&shop).await;
    known_callers(&shop).await;
    moving(&shop).await;
    mail_waits(&shop).await;
    another_key(&shop).await;
    // What is shared with the provider is read where it is called; the test provider needs none of it.
    let stripe = Shop::with(Options {
        warm: true,
        ..crate::stripe::options(&SharedStandIn::default())
    })
    .await;
    let mut used = shop.store.cloud().used();
    used.extend(stripe.store.cloud().used());
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
