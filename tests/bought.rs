//! A paid order of some mugs and a cup, and what its customer and staff do with it.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, basket, with};

/// A paid order, its customer, and a member of staff.
pub(crate) struct Bought<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) admin: Person<'a>,
    pub(crate) customer: Person<'a>,
    /// Its path.
    pub(crate) path: String,
    /// The lines' ids: the mugs', then the cup's.
    pub(crate) lines: [String; 2],
    mugs: u32,
}

/// So many units of a line, as it is asked for.
pub(crate) fn units(line: &str, quantity: u32) -> Value {
    json!({"lineId": line, "quantity": quantity})
}

/// So many units of a line that came back.
pub(crate) fn came(line: &str, quantity: u32, disposition: &str) -> Value {
    json!({"lineId": line, "quantity": quantity, "disposition": disposition})
}

impl<'a> Bought<'a> {
    /// Three mugs and a cup.
    pub(crate) async fn at(shop: &'a Shop) -> Self {
        Self::of(shop, 3).await
    }

    /// So many mugs and a cup; of the mugs 17 are left, of the cups 19.
    pub(crate) async fn of(shop: &'a Shop, mugs: u32) -> Self {
        shop.stocked("MUG", mugs + 17).await;
        shop.stocked("CUP", 20).await;
        let (admin, customer) = (shop.admin().await, shop.customer().await);
        let paid = json!({"paymentMethod": "pm_test_ok"});
        let order = with(basket(&[("MUG", mugs), ("CUP", 1)]), &paid);
        let placed = customer.order(&order).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        shop.settle().await;
        let line = |index: u32| placed.text(&format!("/data/lines/{index}/id"));
        Self {
            shop,
            admin,
            customer,
            path: format!("/api/v1/orders/{}", placed.text("/data/id")),
            lines: [line(0), line(1)],
            mugs,
        }
    }

    /// The order as its customer sees it.
    pub(crate) async fn seen(&self) -> Value {
        let seen = self.customer.get(&self.path).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.json()["data"].clone()
    }

    /// Its status and how far its goods have come.
    pub(crate) async fn status(&self) -> (String, String) {
        let seen = self.seen().await;
        let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
        (text("status"), text("fulfilmentStatus"))
    }

    pub(crate) async fn ship(&self, lines: Value) -> Answer {
        let path = format!("{}/fulfilments", self.path);
        self.admin.post(&path, &json!({ "lines": lines })).await
    }

    /// The path of a parcel with everything in it.
    pub(crate) async fn all_sent(&self) -> String {
        let [mugs, cup] = &self.lines;
        let all = json!([units(mugs, self.mugs), units(cup, 1)]);
        let sent = self.ship(all).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        sent.header("location").expect("a place").to_owned()
    }

    /// Everything arrives.
    pub(crate) async fn all_delivered(&self) {
        let parcel = self.all_sent().await;
        let delivered = self.patch(&parcel, &json!({"status": "delivered"})).await;
        assert_eq!(delivered.status, 200, "{delivered:?}");
    }

    pub(crate) async fn ask_back(&self, lines: Value) -> Answer {
        let path = format!("{}/returns", self.path);
        let body = json!({"lines": lines, "reason": "does not fit"});
        self.customer.post(&path, &body).await
    }

    /// The path of a return of three mugs, in a status that it can reach from there.
    pub(crate) async fn returning(&self, status: &str) -> String {
        let mugs = &self.lines[0];
        let asked = self.ask_back(json!([units(mugs, 3)])).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        let path = asked.header("location").expect("a place").to_owned();
        let one = json!([came(mugs, 1, "restock")]);
        let partly = json!({"status": "partiallyReceived", "lines": one});
        let steps = match status {
            "requested" => vec![],
            "approved" => vec![json!({"status": "approved"})],
            "partiallyReceived" => vec![json!({"status": "approved"}), partly],
            "received" => vec![json!({"status": "approved"}), json!({"status": "received"})],
            "closed" => vec![
                json!({"status": "approved"}),
                partly,
                json!({"status": "closed"}),
            ],
            only => vec![json!({ "status": only })],
        };
        for step in steps {
            let moved = self.patch(&path, &step).await;
            assert_eq!(moved.status, 200, "{moved:?}");
        }
        path
    }

    /// Staff give money back, with an idempotency key of their own.
    pub(crate) async fn give_back(&self, body: &Value) -> Answer {
        let ask = self.admin.ask("POST", &format!("{}/refunds", self.path));
        let ask = ask.header("idempotency-key", &self.shop.key());
        ask.json(body).send().await
    }

    /// Staff changes something of it.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.admin.ask("PATCH", path).json(body).send().await
    }

    /// On hand, reserved and available of a SKU.
    pub(crate) async fn level(&self, sku: &str) -> (i64, i64, i64) {
        let path = format!("/api/v1/inventory/{sku}");
        let level = self.shop.admin().await.get(&path).await.json();
        let units = |name: &str| level["data"][name].as_i64().expect("units");
        (units("onHand"), units("reserved"), units("available"))
    }

    /// The ledger of a SKU: kinds and deltas, newest first.
    pub(crate) async fn ledger(&self, sku: &str) -> Vec<(String, i64)> {
        let path = format!("/api/v1/inventory/{sku}/movements?limit=100");
        let ledger = self.shop.admin().await.get(&path).await.json();
        let entries = ledger["data"].as_array().cloned().unwrap_or_default();
        let told = entries.iter().map(|entry| {
            let kind = entry["kind"].as_str().unwrap_or_default().to_owned();
            (kind, entry["delta"].as_i64().expect("units"))
        });
        told.collect()
    }

    /// The events of one kind.
    pub(crate) async fn events(&self, topic: &str) -> Vec<Value> {
        let mut events = self.shop.events().await;
        events.retain(|event| event["type"] == topic);
        events
    }
}
