//! A whole shop for one test, and the people who use it.
//!
//! The shop runs in this process and in virtual time. When a test ends, it looks whether any
//! function asked for something that its policy does not grant: that is a failure of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local::{Options, Store};
use serde_json::{Value, json};

use crate::contract::undeclared_at;

/// A shop with the demo catalogue, the demo accounts and nothing else.
pub(crate) struct Shop {
    pub(crate) store: Arc<Store>,
    keys: AtomicU64,
}

/// Where people are unless told.
const HERE: &str = "127.0.0.1";

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    shop: &'a Shop,
    token: Option<String>,
    address: Option<String>,
}

/// A request that is being put together.
pub(crate) struct Ask<'a> {
    shop: &'a Shop,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    address: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Shop {
    /// A shop in which every function is one instance.
    pub(crate) async fn open() -> Self {
        Self::with(Options::for_tests()).await
    }

    /// A shop in which every function has started, so that what is counted is what they do for a request.
    pub(crate) async fn warm() -> Self {
        Self::with(Options {
            warm: true,
            ..Options::for_tests()
        })
        .await
    }

    /// A shop whose demo customer has ordered before.
    pub(crate) async fn with_orders() -> Self {
        Self::with(Options {
            demo_orders: true,
            ..Options::for_tests()
        })
        .await
    }

    /// A shop of another kind.
    pub(crate) async fn with(options: Options) -> Self {
        let store = Store::open(options).await.expect("the store opens");
        Self {
            store,
            keys: AtomicU64::new(0),
        }
    }

    /// An idempotency key that no other request of this shop has.
    pub(crate) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn anybody(&self) -> Person<'_> {
        self.holder(None)
    }

    pub(crate) fn holder(&self, token: Option<&str>) -> Person<'_> {
        Person {
            shop: self,
            token: token.map(str::to_owned),
            address: None,
        }
    }

    pub(crate) async fn admin(&self) -> Person<'_> {
        self.log_in("admin@example.com", "Admin-demo-1").await
    }

    pub(crate) async fn customer(&self) -> Person<'_> {
        self.log_in("customer@example.com", "Customer-demo-1").await
    }

    /// A customer who has just registered.
    pub(crate) async fn newcomer(&self, email: &str) -> Person<'_> {
        let password = "Newcomer-pass-1";
        let account = json!({"email": email, "password": password, "name": "Newcomer"});
        let answer = self.anybody().post("/api/v1/users", &account).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self.log_in(email, password).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Person<'_> {
        let login = json!({"email": email, "password": password});
        let answer = self.anybody().post("/api/v1/sessions", &login).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let token = answer.json()["data"]["accessToken"].clone();
        self.holder(token.as_str())
    }

    /// An API key, as servers send it, that allows so much.
    pub(crate) async fn key_with(&self, scopes: &[&str]) -> String {
        let body = json!({"name": "Test", "scopes": scopes});
        let made = self.admin().await.post("/api/v1/api-keys", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.text("/data/secret")
    }

    /// A handle of the test's own, to which everything is allowed.
    pub(crate) async fn handle<N: store::Need>(&self) -> N {
        let wiring = self.store.wiring().expect("the environment");
        N::wire(&wiring).await.expect("a handle")
    }

    /// Lets everything that is under way come to its end: streams, queues, and what they cause.
    pub(crate) async fn settle(&self) {
        self.store.settle().await;
    }

    /// Moves the shop's time, and lets the schedules of that time run.
    pub(crate) async fn wait(&self, seconds: u64) {
        self.store
            .advance(std::time::Duration::from_secs(seconds))
            .await;
        self.store.settle().await;
    }

    /// How many units of a SKU can be sold.
    pub(crate) async fn available(&self, sku: &str) -> i64 {
        let answer = self
            .anybody()
            .get(&format!("/api/v1/inventory/{sku}"))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"]["available"]
            .as_i64()
            .expect("a number")
    }

    /// A product of one variant with so many units, and its id.
    pub(crate) async fn stocked(&self, sku: &str, units: u32) -> String {
        let admin = self.admin().await;
        let created = admin.post("/api/v1/products", &product(sku, 1000)).await;
        assert_eq!(created.status, 201, "{created:?}");
        if units > 0 {
            let path = format!("/api/v1/inventory/{sku}/adjustments");
            let counted = json!({"delta": units, "reason": "count"});
            let counted = admin.post(&path, &counted).await;
            assert_eq!(counted.status, 201, "{counted:?}");
        }
        created.text("/data/id")
    }

    /// The mail that was sent to an address.
    pub(crate) async fn mail_to(&self, address: &str) -> Vec<Value> {
        let answer = self.anybody().get("/_local/emails").await;
        let all = answer.json()["data"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|mail| mail["to"] == address)
            .collect()
    }

    /// The mail under a subject that was sent to an address.
    pub(crate) async fn mail_about(&self, subject: &str, address: &str) -> Vec<Value> {
        self.settle().await;
        let mut mail = self.mail_to(address).await;
        mail.retain(|mail| mail["subject"] == subject);
        mail
    }

    /// The token in the last mail that was sent to an address.
    pub(crate) async fn mailed_token(&self, address: &str) -> String {
        self.settle().await;
        let mail = self.mail_to(address).await;
        let text = mail.last().and_then(|mail| mail["text"].as_str());
        let mut lines = text.unwrap_or_default().lines();
        lines
            .find_map(|line| line.strip_prefix("Token: "))
            .unwrap_or_else(|| panic!("no token was sent to {address}: {mail:#?}"))
            .to_owned()
    }

    /// Everything that the users service keeps, as the database has it.
    pub(crate) fn kept_of_users(&self) -> Vec<Value> {
        let table = self.store.naming().table(&store::tables::USERS);
        self.store.cloud().scan(&table).expect("the users table")
    }

    /// The entries of the audit trail about one kind of deed, as the database has them.
    pub(crate) fn audited(&self, action: &str) -> Vec<Value> {
        let mut kept = self.kept_of_users();
        kept.retain(|item| item["kind"] == "audit" && item["action"] == action);
        kept
    }

    /// Waits for all of these at once.
    pub(crate) async fn all<T>(
        &self,
        asks: impl IntoIterator<Item = impl Future<Output = T>>,
    ) -> Vec<T> {
        futures_util::future::join_all(asks).await
    }

    /// Every event that was ever sent, as it was sent, the oldest first.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let answer = self.anybody().get("/_local/events").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// The queues that an event goes to.
    pub(crate) fn queues_of(&self, event: &Value) -> Vec<String> {
        let topic: store::event::Topic =
            serde_json::from_value(event["type"].clone()).expect("a topic");
        store::queues::QUEUES
            .iter()
            .filter(|queue| queue.subscribes.contains(&topic))
            .map(|queue| queue.name.to_owned())
            .collect()
    }

    /// Puts a message into a queue, whatever it is.
    pub(crate) async fn inject(&self, queue: &str, body: &str) {
        let path = format!("/_local/queues/{queue}/messages");
        let ask = self.anybody().ask("POST", &path);
        let answer = ask.bytes("text/plain", body.as_bytes()).send().await;
        assert!(answer.status < 300, "{answer:?}");
    }

    /// What `/_local/queues` says of a queue.
    pub(crate) async fn queue(&self, name: &str) -> Value {
        let answer = self.anybody().get("/_local/queues").await;
        let all = answer.json()["data"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .find(|queue| queue["name"] == name)
            .unwrap_or_else(|| panic!("no queue {name}"))
    }

    /// How many messages lie in dead-letter queues.
    pub(crate) async fn dead_letters(&self) -> u64 {
        let answer = self.anybody().get("/_local/queues").await;
        let all = answer.json()["data"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.iter()
            .filter_map(|queue| queue["deadLetters"].as_u64())
            .sum()
    }

    /// Tells the shop that the provider has news of a payment.
    pub(crate) async fn report_payment(&self, payment: &str) {
        let event = json!({
            "id": "0190a0b0-0000-7000-8000-00000000000e",
            "type": "PaymentReported",
            "version": 1,
            "occurredAt": "2026-01-01T00:00:00.000Z",
            "aggregate": format!("payment/{payment}"),
            "sequence": 1,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": {"paymentId": payment},
        });
        self.inject("payments-reconcile-payment", &event.to_string())
            .await;
    }

    /// An order of two mugs at 10.00 EUR each whose money is set aside, and its payment.
    pub(crate) async fn authorized(&self) -> (String, String) {
        self.stocked("MUG", 50).await;
        let customer = self.customer().await;
        let placed = customer.order(&basket(&[("MUG", 2)])).await;
        let order = placed.text("/data/id");
        let body = json!({
            "orderId": order,
            "paymentMethod": "pm_test_ok",
            "captureMethod": "manual",
        });
        let ask = self.admin().await.ask("POST", "/api/v1/payments");
        let ask = ask.header("idempotency-key", &self.key()).json(&body);
        let paid = ask.send().await;
        assert_eq!(paid.status, 201, "{paid:?}");
        assert_eq!(paid.text("/data/status"), "authorized");
        self.settle().await;
        (order, paid.text("/data/id"))
    }

    /// An order of two mugs at 10.00 EUR each that is paid, and its payment.
    pub(crate) async fn paid(&self) -> (String, String) {
        self.stocked("MUG", 50).await;
        let customer = self.customer().await;
        let placed = customer.order(&basket(&[("MUG", 2)])).await;
        let order = placed.text("/data/id");
        let paid = customer.pay(&order, "pm_test_ok").await;
        assert_eq!(paid.status, 201, "{paid:?}");
        self.settle().await;
        (order, paid.text("/data/id"))
    }

    /// An order as staff see it.
    pub(crate) async fn order(&self, id: &str) -> Value {
        let read = self
            .admin()
            .await
            .get(&format!("/api/v1/orders/{id}"))
            .await;
        read.json()["data"].clone()
    }

    /// A payment as staff see it.
    pub(crate) async fn payment(&self, id: &str) -> Value {
        let path = format!("/api/v1/payments/{id}");
        self.admin().await.get(&path).await.json()["data"].clone()
    }

    /// The test provider's own books for an order.
    pub(crate) async fn books_of(&self, order: &str) -> Vec<Value> {
        let answer = self.anybody().get("/_local/provider").await;
        let all = answer.json()["data"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|charge| charge["orderId"] == order)
            .collect()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let denials = self.store.denials();
        assert!(
            denials.is_empty(),
            "functions asked for what their policies do not grant: {denials:#?}"
        );
    }
}

impl<'a> Person<'a> {
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'a> {
        let mut headers = Vec::new();
        if let Some(token) = &self.token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        Ask {
            shop: self.shop,
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body: Vec::new(),
            address: self.address.clone().unwrap_or_else(|| HERE.to_owned()),
        }
    }

    /// The same person at another network address.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).json(body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path).json(body).send().await
    }

    /// Orders, with an idempotency key of its own.
    pub(crate) async fn order(&self, body: &Value) -> Answer {
        self.ask("POST", "/api/v1/orders")
            .header("idempotency-key", &self.shop.key())
            .json(body)
            .send()
            .await
    }

    /// Pays, with an idempotency key of its own.
    pub(crate) async fn pay(&self, order: &str, method: &str) -> Answer {
        self.ask("POST", "/api/v1/payments")
            .header("idempotency-key", &self.shop.key())
            .json(&json!({"orderId": order, "paymentMethod": method}))
            .send()
            .await
    }
}

impl Person<'_> {
    /// Does something to a payment, with an idempotency key of its own.
    pub(crate) async fn to_payment(&self, payment: &str, what: &str, body: &Value) -> Answer {
        self.ask("POST", &format!("/api/v1/payments/{payment}/{what}"))
            .header("idempotency-key", &self.shop.key())
            .json(body)
            .send()
            .await
    }
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().as_bytes())
    }

    pub(crate) fn bytes(mut self, content_type: &str, body: &[u8]) -> Self {
        self.headers
            .push(("content-type".to_owned(), content_type.to_owned()));
        self.body = body.to_vec();
        self
    }

    /// The body alone, whatever the headers say of it.
    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// The same request from another network address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// Sends it. Whatever the answer is, it is one that the operation declares.
    pub(crate) async fn send(self) -> Answer {
        let Self {
            shop,
            method,
            path,
            headers,
            body,
            address,
        } = self;
        let response = shop
            .store
            .request_from(&address, &method, &path, &headers, &body)
            .await;
        let answer = Answer {
            status: response.status,
            headers: response.headers,
            body: response.body,
        };
        let undeclared = undeclared_at(&method, &path, &answer);
        assert!(
            undeclared.is_empty(),
            "{method} {path} answers what it does not declare: {undeclared:#?}"
        );
        answer
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The text at a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> String {
        let body = self.json();
        let found = body.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no text at {pointer} of {body:#}"))
            .to_owned()
    }

    pub(crate) fn code(&self) -> String {
        self.text("/code")
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        let body = self.json();
        let lines = body["errors"].as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect()
    }

    /// Status and body for a snapshot, with what differs from run to run taken out.
    pub(crate) fn snapshot(&self) -> Value {
        let mut body = self.json();
        redact(&mut body);
        json!({"status": self.status, "body": body})
    }
}

/// Takes ids, instants, traces and tokens out of a body.
fn redact(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(kind) = changing(text) {
                *text = format!("[{kind}]");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match name.as_str() {
                    "traceId" | "accessToken" | "refreshToken" | "orderToken" | "nextCursor"
                    | "number" | "next" | "secret" | "prefix" | "createdBy"
                        if field.is_string() =>
                    {
                        *field = json!(format!("[{name}]"));
                    }
                    _ => redact(field),
                }
            }
        }
        _ => {}
    }
}

fn changing(text: &str) -> Option<&'static str> {
    let shape: String = text
        .chars()
        .map(|letter| {
            if letter.is_ascii_hexdigit() {
                'x'
            } else {
                letter
            }
        })
        .collect();
    if shape == "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" {
        return Some("id");
    }
    if text.len() == 24 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T') {
        return Some("instant");
    }
    if text.starts_with("customer:") {
        return Some("customer");
    }
    text.starts_with("staff:").then_some("staff")
}

/// A product of one variant at a price in cents, active.
pub(crate) fn product(sku: &str, cents: i64) -> Value {
    json!({
        "name": format!("Thing {sku}"),
        "slug": format!("thing-{}", sku.to_lowercase().replace(['.', '_'], "-")),
        "status": "active",
        "variants": [{"sku": sku, "prices": [{"amount": cents, "currency": "EUR"}]}],
    })
}

/// An address that mail reaches.
pub(crate) fn address() -> Value {
    json!({
        "name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postalCode": "SW1Y 4JH",
        "country": "GB",
    })
}

/// An order of so many units of some SKUs.
pub(crate) fn basket(items: &[(&str, u32)]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity}))
        .collect();
    json!({"items": items, "shippingAddress": address()})
}

/// The same body with some fields more, or other ones.
pub(crate) fn with(mut body: Value, more: &Value) -> Value {
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        for (name, value) in more {
            body.insert(name.clone(), value.clone());
        }
    }
    body
}
