//! The ways of money through the shop, the same with every provider.

use serde_json::json;

use crate::shop::{Shop, basket, with};
use crate::stripe::{CARD, SharedStandIn, options};

/// A shop with one of the providers, and a payment method that is good there.
struct Till {
    shop: Shop,
    method: &'static str,
}

async fn tills() -> [Till; 2] {
    let stripe = Shop::with(options(&SharedStandIn::default())).await;
    let (test, method) = (Shop::open().await, "pm_test_ok");
    [
        Till { shop: test, method },
        Till {
            shop: stripe,
            method: CARD,
        },
    ]
}

impl Till {
    /// Places an order of two mugs and pays it, at once or later.
    async fn sell(&self, when: &str) -> (String, String) {
        self.shop.stocked("MUG", 10).await;
        let customer = self.shop.customer().await;
        let placed = customer.order(&basket(&[("MUG", 2)])).await;
        let order = placed.text("/data/id");
        let body = json!({
            "orderId": order,
            "paymentMethod": self.method,
            "captureMethod": when,
        });
        let ask = self.shop.admin().await.ask("POST", "/api/v1/payments");
        let ask = ask.header("idempotency-key", "the-sale").json(&body);
        let paid = ask.send().await;
        assert_eq!(paid.status, 201, "{paid:?}");
        self.shop.settle().await;
        (order, paid.text("/data/id"))
    }

    async fn is(&self, order: &str, status: &str, payment_status: &str) {
        let read = self.shop.order(order).await;
        assert_eq!(read["status"], status, "{}", self.method);
        assert_eq!(read["paymentStatus"], payment_status, "{}", self.method);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_shop_charges_confirms_the_order_and_sells_its_stock() {
    for till in tills().await {
        till.shop.stocked("MUG", 10).await;
        let customer = till.shop.customer().await;
        let charged = json!({"paymentMethod": till.method});
        let placed = customer.order(&with(basket(&[("MUG", 2)]), &charged)).await;
        till.shop.settle().await;
        till.is(&placed.text("/data/id"), "confirmed", "captured")
            .await;
        assert_eq!(till.shop.available("MUG").await, 8);
        assert_eq!(till.shop.dead_letters().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn money_is_set_aside_taken_and_given_back_in_parts() {
    for till in tills().await {
        let (order, payment) = till.sell("manual").await;
        till.is(&order, "confirmed", "authorized").await;
        let admin = till.shop.admin().await;
        let taken = admin.to_payment(&payment, "captures", &json!({})).await;
        assert_eq!(taken.text("/data/status"), "captured", "{taken:?}");
        till.shop.settle().await;
        till.is(&order, "confirmed", "captured").await;
        for (cents, payment_status) in [(500, "partiallyRefunded"), (1_500, "refunded")] {
            let amount = json!({"amount": cents, "currency": "EUR"});
            let body = json!({"amount": amount, "reason": "a crack"});
            let back = admin.to_payment(&payment, "refunds", &body).await;
            assert_eq!(back.text("/data/status"), "succeeded", "{back:?}");
            till.shop.settle().await;
            till.is(&order, "confirmed", payment_status).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn money_that_is_set_aside_is_let_go_with_the_order() {
    for till in tills().await {
        let (order, payment) = till.sell("manual").await;
        let path = format!("/api/v1/payments/{payment}/voids");
        let voided = till.shop.admin().await.ask("POST", &path).send().await;
        assert_eq!(voided.text("/data/status"), "voided", "{voided:?}");
        till.shop.settle().await;
        till.is(&order, "cancelled", "voided").await;
        assert_eq!(till.shop.available("MUG").await, 10);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_called_off_gets_its_money_back() {
    for (when, payment_status) in [("manual", "voided"), ("automatic", "refunded")] {
        for till in tills().await {
            let (order, _) = till.sell(when).await;
            let path = format!("/api/v1/orders/{order}/cancellations");
            let cancelled = till.shop.admin().await.post(&path, &json!({})).await;
            assert_eq!(cancelled.status, 201, "{cancelled:?}");
            till.shop.settle().await;
            till.is(&order, "cancelled", payment_status).await;
            assert_eq!(till.shop.available("MUG").await, 10);
            assert_eq!(till.shop.dead_letters().await, 0);
        }
    }
}
