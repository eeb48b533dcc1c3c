//! The payment provider, as far as it acts by itself.

use local::seed::ADMIN;
use serde_json::{Value, json};

use super::Actor;
use crate::client::{Ask, Network, Who};
use crate::weather::Kind;

impl Actor<'_> {
    /// The provider: reports what it knows, early, late, twice and in any order, and lets customers prove
    /// who they are.
    pub(super) async fn report(&self, rounds: u32) {
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
