//! A till at which guests' orders are paid through Stripe, whose stand-in can be made to stand anywhere.

use serde_json::{Value, json};

use super::Desk;
use crate::shop::{Answer, Shop};
use crate::stripe::stand_in::{BANK, StandIn};
use crate::stripe::{CARD, DECLINED, THREE_D, webhooks};

pub(super) struct Till<'a> {
    pub(super) desk: Desk<'a>,
    pub(super) stripe: StandIn,
}

/// How somebody pays.
#[derive(Debug, Clone, Copy)]
pub(super) enum Means {
    /// The money is taken at once.
    Card,
    /// The money is set aside.
    CardLater,
    /// Refused.
    Declined,
    /// The customer has to do something first.
    WithAction,
    /// The provider takes its time.
    Bank,
}

impl<'a> Till<'a> {
    pub(super) async fn at(shop: &'a Shop, stripe: StandIn) -> Self {
        let desk = Desk::at(shop).await;
        Self { desk, stripe }
    }

    async fn ask(&self, means: Means) -> Answer {
        let (method, when) = match means {
            Means::Card => (CARD, "automatic"),
            Means::CardLater => (CARD, "manual"),
            Means::Declined => (DECLINED, "automatic"),
            Means::WithAction => (THREE_D, "automatic"),
            Means::Bank => (BANK, "automatic"),
        };
        let order = self.desk.place(&json!({})).await;
        let body = json!({"orderId": order, "paymentMethod": method, "captureMethod": when});
        let ask = self.desk.staff.ask("POST", "/api/v1/payments");
        let ask = ask.header("idempotency-key", &self.desk.shop.key());
        ask.json(&body).send().await
    }

    /// The payment of a new order over 20.00 EUR.
    pub(super) async fn pay(&self, means: Means) -> String {
        let paid = self.ask(means).await;
        match paid.status {
            201 => paid.text("/data/id"),
            422 => paid.text("/details/0/paymentId"),
            _ => panic!("{paid:?}"),
        }
    }

    pub(super) async fn command(&self, payment: &str, what: &str, body: &Value) -> Answer {
        self.desk.staff.to_payment(payment, what, body).await
    }

    pub(super) async fn seen(&self, payment: &str) -> Value {
        self.desk.seen(&format!("/api/v1/payments/{payment}")).await
    }

    /// What Stripe calls it.
    pub(super) fn name_of(&self, payment: &str) -> String {
        let intent = self.stripe.intent_of(payment);
        intent["id"].as_str().expect("an id").to_owned()
    }

    /// Stripe reports that something has changed, and the shop asks.
    pub(super) async fn hear(&self, object: &Value) {
        let heard = webhooks::post(self.desk.shop, object).await;
        assert_eq!(heard.json()["data"]["relevant"], true, "{heard:?}");
        self.desk.shop.settle().await;
    }
}
