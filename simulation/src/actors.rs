//! Those who use the shop, each by chance: guests and customers who buy, staff who send and give back, the
//! provider who reports.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::id::UserId;
use local::seed::{ADMIN, CUSTOMER, READER};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::chance::Chance;
use crate::client::{Answer, Ask, Network, Who};
use crate::weather::Kind;

/// What is sold: two things of which there is plenty, and two that run out.
pub(crate) const SKUS: [(&str, i64); 4] =
    [("PLENTY", 400), ("ENOUGH", 200), ("SCARCE", 9), ("RARE", 4)];
/// A coupon, and how often it may be used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coupon {
    pub(crate) code: &'static str,
    /// In all.
    pub(crate) uses: usize,
    /// By one customer.
    pub(crate) uses_each: usize,
}

/// Few enough uses for many to want the last of them.
pub(crate) const COUPONS: [Coupon; 3] = [
    Coupon {
        code: "RARELY",
        uses: 1,
        uses_each: 1,
    },
    Coupon {
        code: "SELDOM",
        uses: 3,
        uses_each: 2,
    },
    Coupon {
        code: "ONCEEACH",
        uses: 100,
        uses_each: 1,
    },
];
/// How often somebody tries to order for each order that they want.
const MOST_WISHES: u32 = 5;
/// How long somebody thinks between two steps, in beats: all act on the beat, so that they often meet.
const MOST_BEATS: u32 = 6;
const BEAT: Duration = Duration::from_millis(500);
/// After so many refusals it is known that goods are sold out, or a coupon is used up.
const MOST_REFUSALS: u32 = 2;
const METHODS: [&str; 10] = [
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_ok",
    "pm_test_declined",
    "pm_test_insufficient_funds",
    "pm_test_timeout",
    "pm_test_unavailable",
    "pm_test_requires_action",
];

/// An order as those who placed it know it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) who: Who,
    pub(crate) body: Value,
}

/// What all who shop have been told, to be held against what the shop says at the end.
#[derive(Default)]
pub(crate) struct Told {
    /// The order of each key, in the words of every 201.
    pub(crate) orders: BTreeMap<String, Vec<Value>>,
    pub(crate) placed: Vec<Placed>,
    /// Units that staff took in or wrote off, by SKU.
    pub(crate) adjusted: BTreeMap<String, Vec<i64>>,
    /// Payments whose key was answered once so and once so.
    pub(crate) contradictions: Vec<String>,
    /// How often staff moved units and did not hear whether they did.
    pub(crate) unsure: u32,
    /// How often somebody was told that something is not to be had: after some such answers nobody tries.
    refusals: BTreeMap<String, u32>,
}

impl Told {
    fn is_gone(&self, what: &str) -> bool {
        self.refusals.get(what).copied().unwrap_or(0) >= MOST_REFUSALS
    }
}

/// Everybody in the shop.
pub(crate) struct Crowd {
    pub(crate) seed: u64,
    opened: Instant,
    pub(crate) network: Network,
    told: Mutex<Told>,
}

/// One of them.
struct Actor<'a> {
    name: String,
    crowd: &'a Crowd,
    chance: Chance,
}

impl Crowd {
    pub(crate) fn new(seed: u64, network: Network) -> Self {
        Self {
            seed,
            opened: Instant::now(),
            network,
            told: Mutex::default(),
        }
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the goods on the shelf, and gives out coupons.
    pub(crate) async fn stock(&self) {
        let admin = Who::Account(ADMIN.id);
        for (sku, units) in SKUS {
            let product = json!({
                "name": sku,
                "status": "active",
                "variants": [{"sku": sku, "prices": [{"amount": 1_000, "currency": "EUR"}]}],
            });
            self.network
                .insist(&admin, &Ask::post("/api/v1/products", product))
                .await;
            let path = format!("/api/v1/inventory/{sku}/adjustments");
            let counted = Ask::post(&path, json!({"delta": units, "reason": "first delivery"}));
            self.network.insist(&admin, &counted).await;
        }
        for Coupon {
            code,
            uses,
            uses_each,
        } in COUPONS
        {
            let coupon = json!({
                "name": code,
                "code": code,
                "effect": {"type": "percentOff", "ratePpm": 100_000},
                "limits": {"uses": uses, "usesPerCustomer": uses_each},
            });
            self.network
                .insist(&admin, &Ask::post("/api/v1/promotions", coupon))
                .await;
        }
    }

    /// Everybody does what they came for.
    pub(crate) async fn shop(&self, orders: u32) {
        let guests = futures_util::future::join_all((0..2).map(|number| async move {
            self.actor(&format!("guest{number}")).guest(orders).await;
        }));
        let customers =
            futures_util::future::join_all([CUSTOMER.id, READER.id].map(|id| async move {
                self.actor(&format!("customer {id}"))
                    .customer(id, orders)
                    .await;
            }));
        let staff = self.actor("staff");
        let provider = self.actor("provider");
        futures_util::future::join4(
            guests,
            customers,
            staff.serve(orders),
            provider.report(orders),
        )
        .await;
    }

    fn actor(&self, name: &str) -> Actor<'_> {
        Actor {
            name: name.to_owned(),
            crowd: self,
            chance: Chance::new(self.seed, name),
        }
    }
}

impl Actor<'_> {
    async fn think(&self) {
        let beats = self.crowd.opened.elapsed().as_millis() / BEAT.as_millis();
        let next = u32::try_from(beats).unwrap_or(0) + 1 + self.chance.below(MOST_BEATS);
        tokio::time::sleep_until(self.crowd.opened + BEAT * next).await;
    }

    async fn guest(&self, orders: u32) {
        let mut left = orders;
        for _ in 0..orders * MOST_WISHES {
            if left == 0 {
                return;
            }
            self.think().await;
            let email = format!("{}@example.com", self.name);
            let mut body = self.basket();
            body["email"] = json!(email);
            if let Some(placed) = self.order(&Who::Nobody, body).await {
                left -= 1;
                self.go_on(&placed).await;
            }
        }
    }

    async fn customer(&self, id: UserId, orders: u32) {
        let who = Who::Account(id);
        let mut left = orders;
        for _ in 0..orders * MOST_WISHES {
            if left == 0 {
                return;
            }
            self.think().await;
            let mut body = self.basket();
            if self.chance.per_mille(100)
                && let Some(cart) = self.cart(&who).await
            {
                let fields = body.as_object_mut().expect("an object");
                fields.shift_remove("items");
                fields.insert("cartId".to_owned(), json!(cart));
            }
            if let Some(placed) = self.order(&who, body).await {
                left -= 1;
                self.go_on(&placed).await;
            }
        }
    }

    /// One or two things, and perhaps a way to pay and a coupon.
    fn basket(&self) -> Value {
        let told = self.crowd.told();
        let skus = SKUS.iter().map(|(sku, _)| *sku);
        let wanted: Vec<&str> = skus.filter(|sku| !told.is_gone(sku)).collect();
        let codes = COUPONS.iter().map(|coupon| coupon.code);
        let coupons: Vec<&str> = codes.filter(|code| !told.is_gone(code)).collect();
        drop(told);
        let first = self.chance.below(4) as usize;
        let lines = (1 + usize::from(self.chance.per_mille(200))).min(wanted.len());
        let items: Vec<Value> = (first..first + lines)
            .map(|index| {
                json!({
                    "sku": wanted[index % wanted.len()],
                    "quantity": 1 + self.chance.below(2),
                })
            })
            .collect();
        let mut body = json!({
            "items": items,
            "shippingAddress": {
                "name": "Ada", "line1": "1 Street", "city": "London",
                "postalCode": "SW1Y 4JH", "country": "GB",
            },
        });
        if self.chance.per_mille(500) {
            body["paymentMethod"] = json!(self.method());
        }
        if self.chance.per_mille(400)
            && let Some(code) = self.chance.one_of(&coupons)
        {
            body["couponCode"] = json!(code);
        }
        body
    }

    fn method(&self) -> &'static str {
        self.chance
            .one_of(&METHODS)
            .copied()
            .unwrap_or("pm_test_ok")
    }

    /// A cart with something in it.
    async fn cart(&self, who: &Who) -> Option<String> {
        let network = &self.crowd.network;
        let begun = network
            .insist(who, &Ask::post("/api/v1/carts", json!({})).key(&self.key()))
            .await?;
        let cart = begun.text("/data/id")?;
        let (sku, _) = self.chance.one_of(&SKUS)?;
        let path = format!("/api/v1/carts/{cart}/items/{sku}");
        let put = Ask::new("PUT", &path, json!({"quantity": 1})).any_version();
        network.insist(who, &put).await?;
        Some(cart)
    }

    fn key(&self) -> String {
        format!(
            "{}-{:08x}",
            self.name.replace(' ', "-"),
            self.chance.below(u32::MAX)
        )
    }

    /// Places an order: says so again until it is answered, now and then also after, or twice at once.
    async fn order(&self, who: &Who, body: Value) -> Option<Placed> {
        let key = self.key();
        let mut body = body;
        // By this an order is known whose answer nobody heard.
        let coupon = body["couponCode"].as_str().unwrap_or_default();
        let name = format!("{key} {coupon}");
        body["shippingAddress"]["line2"] = json!(name.trim_end());
        let ask = Ask::post("/api/v1/orders", body.clone()).key(&key);
        let network = &self.crowd.network;
        let answers = match self.chance.below(16) {
            0 => {
                let both = futures_util::future::join(
                    network.insist(who, &ask),
                    network.insist(who, &ask),
                );
                let (one, other) = both.await;
                vec![one, other]
            }
            1 => vec![
                network.insist(who, &ask).await,
                network.insist(who, &ask).await,
            ],
            _ => vec![network.insist(who, &ask).await],
        };
        let mut placed = None;
        for answer in answers.into_iter().flatten() {
            self.say(|| format!("order {key} -> {}", brief(&answer)));
            if answer.status != 201 {
                self.learn(&answer, &body);
                continue;
            }
            let id = answer.text("/data/id")?;
            let holder = answer.text("/data/orderToken").map(Who::Holder);
            placed = Some(Placed {
                id,
                who: holder.unwrap_or_else(|| who.clone()),
                body: body.clone(),
            });
            let mut told = self.crowd.told();
            let said = told.orders.entry(key.clone()).or_default();
            said.push(answer.body["data"].clone());
        }
        if let Some(placed) = &placed {
            self.crowd.told().placed.push(placed.clone());
        }
        placed
    }

    /// What is not to be had any more becomes known.
    fn learn(&self, answer: &Answer, body: &Value) {
        let what = match answer.body["code"].as_str() {
            Some("out_of_stock") => answer.text("/details/0/sku"),
            Some("coupon_used_up") => body["couponCode"].as_str().map(str::to_owned),
            _ => None,
        };
        if let Some(what) = what {
            *self.crowd.told().refusals.entry(what).or_default() += 1;
        }
    }

    /// What somebody does with an order of theirs.
    async fn go_on(&self, placed: &Placed) {
        // Some change their mind while the shop is still at work.
        if self.chance.per_mille(700) {
            self.think().await;
        }
        let unpaid = placed.body["paymentMethod"].is_null();
        let cancels = self.chance.per_mille(150);
        if unpaid && cancels && self.chance.per_mille(300) {
            futures_util::future::join(self.pay(placed), self.cancel(placed)).await;
            return;
        }
        if unpaid && self.chance.per_mille(550) {
            for _ in 0..2 {
                if self.pay(placed).await {
                    break;
                }
                self.think().await;
            }
        }
        if cancels {
            self.cancel(placed).await;
        }
    }

    async fn cancel(&self, placed: &Placed) {
        let path = format!("/api/v1/orders/{}/cancellations", placed.id);
        let cancel = Ask::post(&path, json!({"reason": "a mistake"})).key(&self.key());
        self.does(&placed.who, &cancel).await;
    }

    /// Pays, and now and then says so again. Whether it is paid.
    async fn pay(&self, placed: &Placed) -> bool {
        let body = json!({"orderId": placed.id, "paymentMethod": self.method()});
        let key = self.key();
        let ask = Ask::post("/api/v1/payments", body).key(&key);
        let network = &self.crowd.network;
        let Some(first) = network.insist(&placed.who, &ask).await else {
            return false;
        };
        self.say(|| format!("pays {} -> {}", placed.id, brief(&first)));
        if first.status != 201 {
            return false;
        }
        if self.chance.per_mille(200) {
            self.think().await;
            if let Some(again) = network.insist(&placed.who, &ask).await
                && !is_alike(&first, &again)
            {
                let how = format!("{key}: {first:?}, then {again:?}");
                self.crowd.told().contradictions.push(how);
            }
        }
        true
    }

    async fn does(&self, who: &Who, ask: &Ask) -> Option<u16> {
        let answer = self.crowd.network.insist(who, ask).await;
        let said = answer.as_ref().map_or("nothing".to_owned(), brief);
        self.say(|| format!("{} {} -> {said}", ask.method, ask.path));
        answer.map(|answer| answer.status)
    }

    fn say(&self, what: impl FnOnce() -> String) {
        let trace = &self.crowd.network.trace;
        trace.say(|| format!("{}: {}", self.name, what()));
    }

    fn any_order(&self) -> Option<Placed> {
        self.chance.one_of(&self.crowd.told().placed).cloned()
    }

    /// Staff: takes money, gives it back, sends goods, takes them in, counts the shelf.
    async fn serve(&self, rounds: u32) {
        let admin = Who::Account(ADMIN.id);
        for _ in 0..rounds {
            self.think().await;
            match self.chance.below(10) {
                0 => {
                    self.count_shelf(&admin).await;
                    continue;
                }
                1 => {
                    let body = json!({"name": self.key(), "scopes": ["orders:read"]});
                    let ask = Ask::post("/api/v1/api-keys", body).key(&self.key());
                    self.does(&admin, &ask).await;
                    continue;
                }
                _ => {}
            }
            let Some(Placed { id, .. }) = self.any_order() else {
                continue;
            };
            let path = format!("/api/v1/orders/{id}");
            let Some(order) = self.crowd.network.insist(&admin, &Ask::get(&path)).await else {
                continue;
            };
            if let Some(ask) = self.deed(&id, &order.body["data"]) {
                self.does(&admin, &ask.key(&self.key())).await;
            }
        }
    }

    async fn count_shelf(&self, admin: &Who) {
        let Some((sku, _)) = self.chance.one_of(&SKUS) else {
            return;
        };
        let delta = match self.chance.below(3) {
            0 => -1,
            more => i64::from(more),
        };
        let path = format!("/api/v1/inventory/{sku}/adjustments");
        let body = json!({"delta": delta, "reason": "counted"});
        let status = self
            .does(admin, &Ask::post(&path, body).key(&self.key()))
            .await;
        let mut told = self.crowd.told();
        match status {
            Some(201) => told
                .adjusted
                .entry((*sku).to_owned())
                .or_default()
                .push(delta),
            Some(_) => {}
            None => told.unsure += 1,
        }
    }

    /// What is to be done to an order, if anything is.
    fn deed(&self, id: &str, order: &Value) -> Option<Ask> {
        let path = |what: &str| format!("/api/v1/orders/{id}/{what}");
        let line = &order["lines"][0];
        let one = json!([{"lineId": line["id"], "quantity": 1}]);
        let payment = order["payments"][0]["id"].as_str().unwrap_or_default();
        Some(match self.chance.below(7) {
            0 => Ask::post(&path("fulfilments"), json!({"lines": one})),
            1 => Ask::post(
                &path("refunds"),
                json!({"lines": one, "reason": "one is broken"}),
            ),
            2 => {
                let amount = json!({"amount": 100, "currency": "EUR"});
                let body = json!({"amount": amount, "reason": "for the trouble"});
                Ask::post(&path("refunds"), body)
            }
            3 => Ask::post(&path("cancellations"), json!({"reason": "out of print"})),
            4 if !payment.is_empty() => {
                let path = format!("/api/v1/payments/{payment}/refunds");
                Ask::post(&path, json!({"reason": "as agreed"}))
            }
            5 if !payment.is_empty() => {
                Ask::post(&format!("/api/v1/payments/{payment}/voids"), Value::Null)
            }
            _ => return None,
        })
    }

    /// The provider: reports what it knows, early, late, twice and in any order, and lets customers prove
    /// who they are.
    async fn report(&self, rounds: u32) {
        let network = &self.crowd.network;
        for _ in 0..rounds {
            self.think().await;
            let Some(charge) = self.any_charge().await else {
                continue;
            };
            let key = charge["key"].as_str().unwrap_or_default().to_owned();
            if charge["status"] == "requiresAction" {
                self.authenticate(&charge).await;
            }
            let news = json!({"key": key, "type": "charge.updated"});
            network.report(&news).await;
            if network.weather.strikes(Kind::ReportTwice, 400) {
                network.report(&news).await;
            }
        }
    }

    async fn any_charge(&self) -> Option<Value> {
        let books = books(&self.crowd.network).await;
        self.chance.one_of(&books).cloned()
    }

    async fn authenticate(&self, charge: &Value) {
        let order = charge["orderId"].as_str().unwrap_or_default();
        let path = format!("/api/v1/orders/{order}");
        let admin = Who::Account(ADMIN.id);
        let Some(order) = self.crowd.network.insist(&admin, &Ask::get(&path)).await else {
            return;
        };
        let Some(payment) = order.text("/data/payments/0/id") else {
            return;
        };
        let outcome = match self.chance.per_mille(700) {
            true => "success",
            false => "failure",
        };
        let path = format!("/_local/payments/{payment}/authenticate");
        self.does(&Who::Nobody, &Ask::post(&path, json!({"outcome": outcome})))
            .await;
    }
}

/// The provider's books, which never lie.
pub(crate) async fn books(network: &Network) -> Vec<Value> {
    let response = network
        .store
        .request("GET", "/_local/provider", &[], &[])
        .await;
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    body["data"].as_array().cloned().unwrap_or_default()
}

/// Whether a repetition was answered as the payment was first. One whose outcome was open may be further.
fn is_alike(first: &Answer, again: &Answer) -> bool {
    let status = first.text("/data/status");
    let is_open = matches!(status.as_deref(), Some("processing" | "unknown"));
    let told = |answer: &Answer| (answer.status, answer.body["data"].clone());
    match is_open {
        true => matches!(again.status, 201 | 422),
        false => told(first) == told(again),
    }
}

fn brief(answer: &Answer) -> String {
    let word = answer.text("/code").or_else(|| answer.text("/data/id"));
    format!("{} {}", answer.status, word.unwrap_or_default())
}
