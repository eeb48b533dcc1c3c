//! Those who buy: they fill baskets and carts, order, pay, and change their minds.

use domain::id::UserId;
use serde_json::{Value, json};

use super::{Actor, COUPONS, Placed, SKUS, brief};
use crate::client::{Answer, Ask, Who};

/// How often somebody tries to order for each order that they want.
const MOST_WISHES: u32 = 5;
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

impl Actor<'_> {
    pub(super) async fn guest(&self, orders: u32) {
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

    pub(super) async fn customer(&self, id: UserId, orders: u32) {
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
        let wanted: Vec<&str> = skus.filter(|sku| !told.gone.contains(*sku)).collect();
        let codes = COUPONS.iter().map(|coupon| coupon.code);
        let coupons: Vec<&str> = codes.filter(|code| !told.gone.contains(*code)).collect();
        drop(told);
        let first = self.chance.below(4) as usize;
        let lines = (1 + usize::from(self.chance.per_mille(150))).min(wanted.len());
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
        if self.chance.per_mille(400) {
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
        let answers = match self.chance.below(20) {
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
            self.crowd.told().gone.insert(what);
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
        if unpaid && self.chance.per_mille(450) {
            // Some have the shop open twice.
            if self.chance.per_mille(100) {
                futures_util::future::join(self.pay(placed), self.pay(placed)).await;
                return;
            }
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
}

/// Whether a repetition was answered as the payment was first. One whose outcome was open may be further.
fn is_alike(first: &Answer, again: &Answer) -> bool {
    let status = first.text("/data/status");
    let is_open = matches!(status.as_deref(), Some("processing" | "unknown"));
    let told = |answer: &Answer| (answer.status, answer.body["data"].clone());
    match (is_open, again.status) {
        (true, 201) => first.text("/data/id") == again.text("/data/id"),
        (true, 422) => first.text("/data/id") == again.text("/details/0/paymentId"),
        (true, _) => false,
        (false, _) => told(first) == told(again),
    }
}
