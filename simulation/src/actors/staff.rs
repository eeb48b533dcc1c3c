//! Staff: they take money and give it back, send goods, take them in, count the shelf.

use local::seed::ADMIN;
use serde_json::{Value, json};

use super::{Actor, Placed, SKUS};
use crate::client::{Ask, Who};

impl Actor<'_> {
    pub(super) async fn serve(&self, rounds: u32) {
        let admin = Who::Account(ADMIN.id);
        for _ in 0..rounds {
            self.think().await;
            match self.chance.below(12) {
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
                2 | 3 => {
                    self.spread(&admin).await;
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

    /// A SKU is spread over shards, or over others, or gathered.
    async fn spread(&self, admin: &Who) {
        let (Some((sku, _)), Some(shards)) =
            (self.chance.one_of(&SKUS), self.chance.one_of(&[0, 2, 3, 7]))
        else {
            return;
        };
        let settings = json!({"backorder": false, "shards": shards});
        let ask = Ask::new("PUT", &format!("/api/v1/inventory/{sku}"), settings).any_version();
        self.does(admin, &ask).await;
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
            6 if !payment.is_empty() => self.capture(payment),
            _ => return None,
        })
    }

    /// To take what was authorized: all of it, or a part.
    fn capture(&self, payment: &str) -> Ask {
        let body = match self.chance.per_mille(700) {
            true => json!({}),
            false => json!({"amount": {"amount": 300, "currency": "EUR"}}),
        };
        Ask::post(&format!("/api/v1/payments/{payment}/captures"), body)
    }
}
