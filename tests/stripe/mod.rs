//! The shop with Stripe: the adapter that is deployed, over a stand-in for what is at its far end.

pub(crate) mod stand_in;
pub(crate) mod webhooks;

use std::time::Duration;

use local::Options;
use serde_json::{Value, json};
use store::outside::Outside;

use self::stand_in::StandIn;
use crate::faults::Death;
use crate::shop::{Person, Shop, basket, product, with};

pub(crate) const CARD: &str = "pm_card_visa";
pub(crate) const DECLINED: &str = "pm_card_chargeDeclined";
const POOR: &str = "pm_card_chargeDeclinedInsufficientFunds";
pub(crate) const THREE_D: &str = "pm_card_threeDSecureRequired";

/// How a shop with Stripe is set up.
pub(crate) fn options(stripe: &SharedStandIn) -> Options {
    Options {
        payment_provider: "stripe".to_owned(),
        stripe_api_base: "https://stripe.invalid".to_owned(),
        outside: Outside::Given(stripe.0.connector()),
        ..Options::for_tests()
    }
}

/// The stand-in, for tests elsewhere.
#[derive(Default)]
pub(crate) struct SharedStandIn(StandIn);

impl SharedStandIn {
    /// The one intent there is.
    pub(crate) fn intent(&self) -> Value {
        self.0.intent()
    }
}

pub(crate) async fn shop() -> (Shop, StandIn) {
    let stripe = SharedStandIn::default();
    (Shop::with(options(&stripe)).await, stripe.0)
}

/// An order of two mugs at 10.00 EUR each.
async fn unpaid(shop: &Shop) -> (Person<'_>, String) {
    shop.stocked("MUG", 50).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    (customer, placed.text("/data/id"))
}

/// The same, paid.
async fn paid(shop: &Shop) -> (String, String) {
    let (customer, order) = unpaid(shop).await;
    let paid = customer.pay(&order, CARD).await;
    assert_eq!(paid.status, 201, "{paid:?}");
    shop.settle().await;
    (order, paid.text("/data/id"))
}

fn euros(cents: i64) -> Value {
    json!({"amount": {"amount": cents, "currency": "EUR"}, "reason": "a scratch"})
}

#[tokio::test(start_paused = true)]
async fn a_card_is_charged_once_and_stripe_knows_for_what() {
    let (shop, stripe) = shop().await;
    let (order, payment) = paid(&shop).await;
    let intent = stripe.intent();
    assert_eq!(intent["amount"], 2000);
    assert_eq!(intent["currency"], "eur");
    assert_eq!(intent["metadata"]["orderId"], order.as_str());
    assert_eq!(intent["metadata"]["paymentId"], payment.as_str());
    assert_eq!(shop.order(&order).await["status"], "confirmed");
    assert_eq!(shop.payment(&payment).await["status"], "captured");
}

#[tokio::test(start_paused = true)]
async fn what_the_shop_charges_in_the_background_goes_the_same_way() {
    for (method, status) in [(CARD, "confirmed"), (DECLINED, "cancelled")] {
        let (shop, stripe) = shop().await;
        shop.stocked("MUG", 5).await;
        let body = with(basket(&[("MUG", 1)]), &json!({"paymentMethod": method}));
        let placed = shop.customer().await.order(&body).await;
        shop.settle().await;
        let order = shop.order(&placed.text("/data/id")).await;
        assert_eq!(order["status"], status);
        assert_eq!(stripe.seen("/confirm"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_decline_says_why_and_leaves_the_order_payable() {
    let (shop, _) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    for (method, reason) in [(POOR, "insufficient_funds"), (DECLINED, "card_declined")] {
        let declined = customer.pay(&order, method).await;
        assert_eq!(declined.code(), "payment_declined", "{declined:?}");
        assert_eq!(declined.text("/details/0/reason"), reason);
    }
    assert_eq!(customer.pay(&order, CARD).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn tokens_and_totals_that_stripe_does_not_take_are_refused() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    for method in ["pm_test_ok", "card_1", "pm_"] {
        let refused = customer.pay(&order, method).await;
        assert_eq!(
            refused.errors(),
            ["paymentMethod: is not known"],
            "{method}"
        );
    }
    // One that looks right and is not there.
    let unknown = customer.pay(&order, "pm_unheard_of").await;
    assert_eq!(unknown.code(), "payment_declined");
    assert!(stripe.intents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn three_d_secure_sends_the_customer_away_and_back() {
    for (success, payment_status) in [(true, "captured"), (false, "failed")] {
        let (shop, stripe) = shop().await;
        let (customer, order) = unpaid(&shop).await;
        let waiting = customer.pay(&order, THREE_D).await;
        assert_eq!(waiting.text("/data/status"), "requiresAction");
        assert_eq!(
            waiting.text("/data/nextAction/url"),
            "https://hooks.stripe.invalid/3d_secure"
        );
        let intent = stripe.intent();
        stripe.authenticate(intent["id"].as_str().expect("an id"), success);
        let heard = webhooks::post(&shop, &stripe.intent()).await;
        assert_eq!(heard.status, 200, "{heard:?}");
        shop.settle().await;
        let payment = shop.payment(&waiting.text("/data/id")).await;
        assert_eq!(payment["status"], payment_status);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_report_the_shop_asks_by_itself() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    let waiting = customer.pay(&order, THREE_D).await;
    let intent = stripe.intent();
    stripe.authenticate(intent["id"].as_str().expect("an id"), true);
    shop.wait(6 * 60).await;
    let payment = shop.payment(&waiting.text("/data/id")).await;
    assert_eq!(payment["status"], "captured");
    assert_eq!(shop.order(&order).await["status"], "confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_never_comes_is_looked_up_and_charged_once() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    stripe.silent_on(Some("/confirm"));
    let paid = customer.pay(&order, CARD).await;
    assert_eq!(paid.status, 201, "{paid:?}");
    assert_eq!(paid.text("/data/status"), "captured");
    assert_eq!(stripe.intent()["amount_received"], 2000);
}

#[tokio::test(start_paused = true)]
async fn a_stripe_that_is_silent_altogether_is_asked_until_it_speaks() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    stripe.silent_on(Some("/confirm"));
    let ask = || {
        let ask = customer.ask("POST", "/api/v1/payments");
        ask.header("idempotency-key", "mine")
            .json(&json!({"orderId": order, "paymentMethod": CARD}))
            .send()
    };
    // Neither is what became of it told.
    let payment = {
        let (paid, ()) = tokio::join!(ask(), async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            stripe.silent_on(Some(""));
        });
        assert_eq!(paid.status, 201, "{paid:?}");
        assert_eq!(paid.text("/data/status"), "unknown");
        paid.text("/data/id")
    };
    stripe.silent_on(None);
    shop.wait(180).await;
    assert_eq!(shop.payment(&payment).await["status"], "captured");
    assert_eq!(shop.order(&order).await["status"], "confirmed");
    assert_eq!(stripe.intent()["amount_received"], 2000);
    assert_eq!(ask().await.header("idempotency-replayed"), Some("true"));
}

#[tokio::test(start_paused = true)]
async fn a_busy_stripe_is_asked_again_and_one_that_stays_so_is_left_alone() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    stripe.busy_for(3);
    assert_eq!(customer.pay(&order, CARD).await.status, 201);
    let next = customer.order(&basket(&[("MUG", 1)])).await;
    let next = next.text("/data/id");
    stripe.busy_for(1_000);
    let mut at_once = false;
    for _ in 0..20 {
        let key = shop.key();
        let ask = customer.ask("POST", "/api/v1/payments");
        let body = json!({"orderId": next, "paymentMethod": CARD});
        let ask = ask.header("idempotency-key", &key).json(&body);
        let before = stripe.seen("/v1/payment_intents");
        let down = ask.send().await;
        if down.code() == "order_already_paid" {
            // The attempt before is still open: its time is over when the sweeper has seen it.
            shop.wait(121).await;
            continue;
        }
        assert_eq!((down.status, down.code().as_str()), (503, "unavailable"));
        assert!(down.header("retry-after").is_some());
        at_once |= stripe.seen("/v1/payment_intents") == before;
        if at_once {
            break;
        }
    }
    stripe.busy_for(0);
    shop.wait(180).await;
    // The breaker has a clock of its own: that of the machine.
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(customer_pays(&shop, &next).await, 201);
    assert!(at_once, "it was never left alone");
}

async fn customer_pays(shop: &Shop, order: &str) -> u16 {
    shop.customer().await.pay(order, CARD).await.status
}

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_is_taken_in_part_and_the_rest_is_let_go() {
    let (shop, stripe) = shop().await;
    let (_, order) = unpaid(&shop).await;
    let admin = shop.admin().await;
    let body = json!({"orderId": order, "paymentMethod": CARD, "captureMethod": "manual"});
    let ask = admin.ask("POST", "/api/v1/payments");
    let ask = ask.header("idempotency-key", "manual").json(&body);
    let payment = ask.send().await.text("/data/id");
    shop.settle().await;
    assert_eq!(shop.order(&order).await["paymentStatus"], "authorized");
    let part = json!({"amount": {"amount": 1200, "currency": "EUR"}});
    let taken = admin.to_payment(&payment, "captures", &part).await;
    assert_eq!(taken.text("/data/status"), "partiallyCaptured", "{taken:?}");
    assert_eq!(taken.json()["data"]["capturable"]["amount"], 0);
    let over = admin.to_payment(&payment, "captures", &part).await;
    assert_eq!(over.status, 422, "{over:?}");
    assert_eq!(stripe.intent()["amount_received"], 1200);
    // Stripe lists what it let go of as a refund. Nobody was given anything back.
    assert_eq!(stripe.refunds()[0]["amount"], 800);
    webhooks::post(&shop, &stripe.intent()).await;
    shop.settle().await;
    assert_eq!(shop.payment(&payment).await["refunded"]["amount"], 0);
    let back = admin.to_payment(&payment, "refunds", &euros(200)).await;
    assert_eq!(back.text("/data/status"), "succeeded", "{back:?}");
    webhooks::post(&shop, &stripe.intent()).await;
    shop.settle().await;
    let read = shop.order(&order).await;
    assert_eq!(read["totals"]["captured"]["amount"], 1200);
    assert_eq!(read["totals"]["refunded"]["amount"], 200);
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_comes_back_can_be_made_again() {
    let (shop, stripe) = shop().await;
    let (order, payment) = paid(&shop).await;
    let admin = shop.admin().await;
    let whole = admin.to_payment(&payment, "refunds", &euros(2000)).await;
    assert_eq!(whole.text("/data/status"), "succeeded", "{whole:?}");
    shop.settle().await;
    assert_eq!(shop.order(&order).await["paymentStatus"], "refunded");
    let before = stripe.refunds()[0].clone();
    stripe.refund_comes_back("re_1");
    let after = stripe.refunds()[0].clone();
    // Whatever is heard, and however late: it is asked how things are now.
    for object in [&before, &after, &before] {
        assert_eq!(webhooks::post(&shop, object).await.status, 200);
        shop.settle().await;
    }
    let known = shop.payment(&payment).await;
    assert_eq!(known["refunded"]["amount"], 0);
    assert_eq!(known["refunds"][0]["status"], "failed");
    let read = shop.order(&order).await;
    assert_eq!(read["paymentStatus"], "captured");
    assert_eq!(read["totals"]["refunded"]["amount"], 0);
    let timeline = read["timeline"].as_array().cloned().unwrap_or_default();
    let failed: Vec<&Value> = timeline
        .iter()
        .filter(|entry| entry["type"] == "refundFailed")
        .collect();
    assert_eq!(failed.len(), 1, "{timeline:?}");
    let events = shop.events().await;
    let told = |topic: &str| events.iter().filter(|it| it["type"] == topic).count();
    assert_eq!((told("PaymentRefunded"), told("RefundFailed")), (1, 1));
    let again = admin.to_payment(&payment, "refunds", &euros(2000)).await;
    assert_eq!(again.text("/data/status"), "succeeded", "{again:?}");
    shop.settle().await;
    assert_eq!(shop.order(&order).await["paymentStatus"], "refunded");
    assert_eq!(shop.dead_letters().await, 0);
}

/// Sells something, of which there are five.
async fn sell(shop: &Shop, sku: &str, cents: i64) {
    let admin = shop.admin().await;
    let created = admin.post("/api/v1/products", &product(sku, cents)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let path = format!("/api/v1/inventory/{sku}/adjustments");
    let counted = json!({"delta": 5, "reason": "count"});
    assert_eq!(admin.post(&path, &counted).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_stripe_cannot_charge_is_not_placed() {
    let (shop, stripe) = shop().await;
    sell(&shop, "CRUMB", 49).await;
    sell(&shop, "YACHT", 100_000_000).await;
    let customer = shop.customer().await;
    for (sku, why) in [
        (
            "CRUMB",
            "the total is less than the payment provider charges",
        ),
        (
            "YACHT",
            "the total is more than the payment provider takes at once",
        ),
    ] {
        for method in [json!({}), json!({"paymentMethod": CARD})] {
            let refused = customer.order(&with(basket(&[(sku, 1)]), &method)).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            assert_eq!(refused.code(), "validation_failed");
            assert_eq!(refused.errors(), [why]);
        }
        assert_eq!(shop.available(sku).await, 5);
    }
    // Two of them are enough.
    assert_eq!(customer.order(&basket(&[("CRUMB", 2)])).await.status, 201);
    assert!(stripe.intents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_costs_nothing_is_confirmed_and_stripe_is_not_asked() {
    let (shop, stripe) = shop().await;
    sell(&shop, "FLYER", 0).await;
    let admin = shop.admin().await;
    let customer = shop.customer().await;
    for method in [json!({}), json!({"paymentMethod": CARD})] {
        let placed = customer
            .order(&with(basket(&[("FLYER", 1)]), &method))
            .await;
        assert_eq!(placed.status, 201, "{placed:?}");
        let order = placed.text("/data/id");
        shop.settle().await;
        if method == json!({}) {
            let paid = customer.pay(&order, CARD).await;
            assert_eq!(paid.text("/data/status"), "captured", "{paid:?}");
            shop.settle().await;
        }
        let read = shop.order(&order).await;
        assert_eq!(read["status"], "confirmed", "{read:#}");
        assert_eq!(read["paymentStatus"], "captured");
        let back = admin.ask("POST", &format!("/api/v1/orders/{order}/refunds"));
        let back = back.header("idempotency-key", &shop.key());
        let nothing = back.json(&json!({"reason": "of nothing"})).send().await;
        assert_eq!(
            (nothing.status, nothing.code().as_str()),
            (409, "invalid_state")
        );
        let cancel = format!("/api/v1/orders/{order}/cancellations");
        assert_eq!(customer.post(&cancel, &json!({})).await.status, 201);
        shop.settle().await;
        assert_eq!(shop.order(&order).await["status"], "cancelled");
    }
    assert_eq!(shop.available("FLYER").await, 5);
    assert_eq!(shop.dead_letters().await, 0);
    assert!(stripe.intents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_death_over_what_costs_nothing_leaves_it_payable() {
    let (shop, stripe) = shop().await;
    sell(&shop, "FLYER", 0).await;
    let customer = shop.customer().await;
    for writes in [1, 2] {
        let placed = customer.order(&basket(&[("FLYER", 1)])).await;
        let order = placed.text("/data/id");
        let death = Death::after(writes, "payments-create-payment");
        shop.store.set_faults(death);
        assert!(customer_pays(&shop, &order).await >= 500);
        shop.store.set_faults(None);
        for _ in 0..2 {
            shop.wait(180).await;
        }
        assert_eq!(customer_pays(&shop, &order).await, 201);
        shop.settle().await;
        assert_eq!(shop.order(&order).await["status"], "confirmed");
    }
    assert_eq!(shop.dead_letters().await, 0);
    assert!(stripe.intents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn refunds_carry_their_id_and_are_made_once_whatever_is_lost() {
    let (shop, stripe) = shop().await;
    let (order, payment) = paid(&shop).await;
    let admin = shop.admin().await;
    let part = admin.to_payment(&payment, "refunds", &euros(500)).await;
    assert_eq!(part.text("/data/status"), "succeeded", "{part:?}");
    let made = stripe.refunds();
    assert_eq!(
        made[0]["metadata"]["refundId"],
        part.text("/data/id").as_str()
    );
    stripe.silent_on(Some("/v1/refunds"));
    let lost = admin.to_payment(&payment, "refunds", &euros(700)).await;
    assert_eq!(lost.text("/data/status"), "pending", "{lost:?}");
    stripe.silent_on(None);
    shop.wait(120).await;
    assert_eq!(stripe.refunds().len(), 2);
    // And one that somebody makes in the dashboard.
    let intent = stripe.intent();
    stripe.refund_by_hand(intent["id"].as_str().expect("an id"), 300);
    webhooks::post(&shop, &stripe.refunds()[2]).await;
    shop.settle().await;
    assert_eq!(shop.payment(&payment).await["refunded"]["amount"], 1500);
    assert_eq!(
        shop.order(&order).await["totals"]["refunded"]["amount"],
        1500
    );
    let over = admin.to_payment(&payment, "refunds", &euros(501)).await;
    assert_eq!(over.status, 422);
}

#[tokio::test(start_paused = true)]
async fn a_dispute_is_told_on_the_payment_and_on_the_order() {
    let (shop, stripe) = shop().await;
    let (order, payment) = paid(&shop).await;
    let intent = stripe.intent();
    let id = intent["id"].as_str().expect("an id");
    for (told, status) in [("needs_response", "needsResponse"), ("lost", "lost")] {
        let dispute = stripe.dispute(id, told);
        let heard = webhooks::post(&shop, &dispute).await;
        assert_eq!(heard.json()["data"]["relevant"], true, "{heard:?}");
        shop.settle().await;
        let known = shop.payment(&payment).await;
        assert_eq!(known["dispute"]["status"], status);
        assert_eq!(known["dispute"]["reason"], "fraudulent");
    }
    let read = shop.order(&order).await;
    let timeline = read["timeline"].as_array().cloned().unwrap_or_default();
    let disputed = timeline.iter().filter(|entry| entry["type"] == "disputed");
    assert_eq!(disputed.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_order_is_given_back() {
    let (shop, stripe) = shop().await;
    let (order, payment) = paid(&shop).await;
    let path = format!("/api/v1/orders/{order}/cancellations");
    let cancelled = shop.admin().await.post(&path, &json!({})).await;
    assert_eq!(cancelled.status, 201);
    shop.settle().await;
    assert_eq!(stripe.refunds()[0]["amount"], 2000);
    assert_eq!(shop.payment(&payment).await["refunded"]["amount"], 2000);
    assert_eq!(shop.order(&order).await["paymentStatus"], "refunded");
}
