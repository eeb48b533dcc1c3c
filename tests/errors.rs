//! The errors of the catalogue, each brought about once: what the shop answers is the example in the
//! description of the API.

use std::sync::Arc;

use edge::Code;
use local::Options;
use local::aws::{Fault, Faults};
use serde_json::{Map, Value, json};

use crate::shop::{Answer, Shop, address, basket, product, with};

/// A trace in place of the one that no two runs share.
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// What depends on who comes first, or on a fault of the shop's own, cannot be brought about at will.
const BY_CHANCE: [Code; 3] = [Code::IdempotencyInFlight, Code::Conflict, Code::Internal];
const USERS: &str = "/api/v1/users";
const ME: &str = "/api/v1/users/me";
const PRODUCTS: &str = "/api/v1/products";
const SESSIONS: &str = "/api/v1/sessions";
const MUG: &str = "MUG-STONE-BLUE";

/// The body of each error, by its code.
pub(crate) async fn recorded() -> Value {
    let mut all = Map::new();
    for answer in [
        of_callers().await,
        of_requests().await,
        of_the_catalogue().await,
        of_prices().await,
        of_carts().await,
        of_orders().await,
        of_limits().await,
    ]
    .concat()
    {
        let mut body = answer.json();
        body["traceId"] = json!(TRACE);
        assert_eq!(body["statusCode"], answer.status, "{answer:?}");
        all.insert(answer.code(), body);
    }
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !BY_CHANCE.contains(code))
        .map(|code| code.name())
        .filter(|name| !all.contains_key(*name))
        .collect();
    assert!(missing.is_empty(), "never brought about: {missing:?}");
    all.sort_keys();
    Value::Object(all)
}

#[tokio::test(start_paused = true)]
async fn an_answer_names_a_hundred_faults_and_counts_the_rest() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let of_so_many = async |count: usize| {
        let fields = (0..count).map(|number| (format!("unknown{number}"), json!(1)));
        let mut body = product("LAMP", 4_900);
        body.as_object_mut().expect("an object").extend(fields);
        let refused = admin.post(PRODUCTS, &body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        refused.errors()
    };
    let all = of_so_many(100).await;
    assert_eq!(all.len(), 100);
    assert_eq!(
        all.last().map(String::as_str),
        Some("unknown99: is not a known field")
    );
    for count in [101, 10_000] {
        let named = of_so_many(count).await;
        assert_eq!(named.len(), 100);
        assert_eq!(named[..99], all[..99]);
        assert_eq!(named[99], format!("and {} more", count - 99));
    }
}

/// What a stranger, a customer and a foreign page are answered.
async fn of_callers() -> Vec<Answer> {
    let shop = Shop::open().await;
    let (anybody, customer) = (shop.anybody(), shop.customer().await);
    let refresh = format!("{SESSIONS}/refresh");
    let foreign = anybody
        .ask("POST", &refresh)
        .header("cookie", "souk_refresh=rt_forged")
        .header("origin", "https://elsewhere.example");
    let wrong = json!({"email": "customer@example.com", "password": "Not-the-one-1"});
    let reset = "/api/v1/password-resets/pr_forged";
    vec![
        anybody.get(ME).await,
        customer.get(USERS).await,
        foreign.json(&json!({})).send().await,
        anybody
            .post(&refresh, &json!({"refreshToken": "rt_forged"}))
            .await,
        anybody.post(SESSIONS, &wrong).await,
        anybody
            .put(reset, &json!({"newPassword": "Another-pass-1"}))
            .await,
    ]
}

/// What requests are answered that cannot be carried out as they are, whatever there is in the shop.
async fn of_requests() -> Vec<Answer> {
    let shop = Shop::open().await;
    let (anybody, customer) = (shop.anybody(), shop.customer().await);
    let account =
        |email: &str, password: &str| json!({"email": email, "password": password, "name": "Ada"});
    let patch = json!([{"op": "test", "path": "/name", "value": "Somebody else"}]);
    let patch = customer
        .ask("PATCH", ME)
        .bytes("application/json-patch+json", patch.to_string().as_bytes());
    let put = || customer.ask("PUT", ME);
    let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(256 * 1024));
    vec![
        customer.order(&json!({"items": [{"sku": MUG}]})).await,
        anybody
            .post(USERS, &account("ada.example.com", "short"))
            .await,
        anybody
            .post(USERS, &account("customer@example.com", "Another-pass-1"))
            .await,
        anybody
            .get("/api/v1/products/019bc0b1-4de8-7000-8000-000000000000")
            .await,
        anybody.delete("/api/v1/orders").await,
        anybody
            .post("/api/v1/payment-webhooks/test", &json!({}))
            .await,
        anybody
            .ask("GET", PRODUCTS)
            .header("accept", "image/png")
            .send()
            .await,
        patch.send().await,
        put()
            .header("if-match", "\"7\"")
            .json(&json!({"name": "Carl"}))
            .send()
            .await,
        put()
            .bytes("application/json", huge.as_bytes())
            .send()
            .await,
        put().bytes("text/plain", b"Carl").send().await,
    ]
}

/// What staff are answered.
async fn of_the_catalogue() -> Vec<Answer> {
    let shop = Shop::open().await;
    shop.stocked("LAMP", 3).await;
    let admin = shop.admin().await;
    let mut same_slug = product("LAMP-2", 4_900);
    same_slug["slug"] = json!("thing-lamp");
    let mut same_sku = product("LAMP", 4_900);
    same_sku["slug"] = json!("another-lamp");
    let path = format!("{PRODUCTS}/019bc0b1-4de8-7000-8000-000000100001");
    let taken = json!({"delta": -5, "reason": "broken in the store-room"});
    vec![
        admin.post(PRODUCTS, &same_slug).await,
        admin.post(PRODUCTS, &same_sku).await,
        admin.put(&path, &product("LAMP-3", 4_900)).await,
        admin
            .post("/api/v1/inventory/LAMP/adjustments", &taken)
            .await,
    ]
}

/// What staff is answered who write promotions, and a customer who comes too late for one.
async fn of_prices() -> Vec<Answer> {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let promotion = |code: Option<&str>| {
        json!({
            "name": "Sale",
            "code": code,
            "effect": {"type": "percentOff", "ratePpm": 100_000},
            "limits": code.map(|_| json!({"uses": 1})),
        })
    };
    let path = "/api/v1/promotions";
    assert_eq!(admin.post(path, &promotion(Some("ONE"))).await.status, 201);
    let taken = admin.post(path, &promotion(Some("one"))).await;
    let customer = shop.customer().await;
    let body = with(basket(&[(MUG, 1)]), &json!({"couponCode": "ONE"}));
    assert_eq!(customer.order(&body).await.status, 201);
    let used_up = customer.order(&body).await;
    for _ in 0..100 {
        assert_eq!(admin.post(path, &promotion(None)).await.status, 201);
    }
    vec![taken, used_up, admin.post(path, &promotion(None)).await]
}

/// What a guest is answered who orders a cart after its price has changed.
async fn of_carts() -> Vec<Answer> {
    let shop = Shop::open().await;
    let id = shop.stocked("TEE", 5).await;
    let (guest, admin) = (shop.anybody(), shop.admin().await);
    let cart = guest.post("/api/v1/carts", &json!({})).await;
    let cart = cart.text("/data/id");
    let item = format!("/api/v1/carts/{cart}/items/TEE");
    let put = guest.put(&item, &json!({"quantity": 1})).await;
    assert_eq!(put.status, 200, "{put:?}");
    let dearer = admin.ask("PUT", &format!("/api/v1/products/{id}"));
    let dearer = dearer.header("if-match", "*").json(&product("TEE", 1_100));
    assert_eq!(dearer.send().await.status, 200);
    let order = json!({
        "cartId": cart,
        "shippingAddress": address(),
        "email": "guest@example.com",
    });
    vec![guest.order(&order).await]
}

/// What customers are answered who order and pay.
async fn of_orders() -> Vec<Answer> {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let order = async |quantity: u32, key: &str| {
        customer
            .ask("POST", "/api/v1/orders")
            .header("idempotency-key", key)
            .json(&basket(&[(MUG, quantity)]))
            .send()
            .await
    };
    let out_of_stock = order(999, "first").await;
    let placed = order(1, "second").await.text("/data/id");
    let reused = order(2, "second").await;
    let declined = customer.pay(&placed, "pm_test_declined").await;
    let paid = customer.pay(&placed, "pm_test_ok").await;
    assert_eq!(paid.status, 201, "{paid:?}");
    let twice = customer.pay(&placed, "pm_test_ok").await;

    let late = order(1, "third").await.text("/data/id");
    shop.wait(1_000).await;
    let path = format!("/api/v1/orders/{late}/cancellations");
    let expired = shop.customer().await.post(&path, &json!({})).await;
    vec![out_of_stock, reused, declined, twice, expired]
}

/// Every call of every function is lost.
pub(crate) struct Lost;

impl Faults for Lost {
    fn before(&self, _function: &str, _operation: &str) -> Fault {
        Fault::Drop
    }
}

/// What everybody is answered when it is too much.
async fn of_limits() -> Vec<Answer> {
    let shop = Shop::with(Options {
        rate_limits: "default=1/1,strict=1000/1".to_owned(),
        ..Options::for_tests()
    })
    .await;
    let anybody = shop.anybody();
    let limited = refused_at_last(async || anybody.get(PRODUCTS).await, 200).await;
    let guess = json!({"email": "customer@example.com", "password": "Guess-1234"});
    let guessed = refused_at_last(async || anybody.post(SESSIONS, &guess).await, 401).await;
    let shop = Shop::open().await;
    shop.store.set_faults(Some(Arc::new(Lost)));
    let lost = shop.anybody().get(PRODUCTS).await;
    vec![limited, guessed, lost]
}

/// The first answer of another status.
async fn refused_at_last(ask: impl AsyncFn() -> Answer, usual: u16) -> Answer {
    for _ in 0..200 {
        let answer = ask().await;
        if answer.status != usual {
            return answer;
        }
    }
    panic!("nothing but {usual}");
}
