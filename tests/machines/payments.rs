//! Payments: moved by what the provider says, whatever it says and whenever.

use std::time::Duration;

use domain::machine::Machine;
use domain::payment::{PaymentState, Trigger};
use serde_json::{Value, json};

use super::Watch;
use super::till::{Means, Till};
use crate::stripe::shop;

pub(super) const WALKED: &str = PaymentState::NAME;

/// A payment of 20.00 EUR that stands there.
async fn at(till: &Till<'_>, state: PaymentState) -> String {
    match state {
        PaymentState::Processing => till.pay(Means::Bank).await,
        PaymentState::RequiresAction => till.pay(Means::WithAction).await,
        PaymentState::Authorized => till.pay(Means::CardLater).await,
        PaymentState::PartiallyCaptured => {
            let payment = till.pay(Means::CardLater).await;
            let part = json!({"amount": {"amount": 500, "currency": "EUR"}});
            let taken = till.command(&payment, "captures", &part).await;
            assert_eq!(taken.status, 201, "{taken:?}");
            payment
        }
        PaymentState::Captured => till.pay(Means::Card).await,
        PaymentState::Voided => {
            let payment = till.pay(Means::WithAction).await;
            let path = format!("/api/v1/payments/{payment}/voids");
            let voided = till.desk.staff.ask("POST", &path).send().await;
            assert_eq!(voided.status, 201, "{voided:?}");
            payment
        }
        PaymentState::Failed => till.pay(Means::Declined).await,
        PaymentState::Unknown => unheard(till).await,
    }
}

/// A payment of which the provider's answer was lost, and what became of it is not told either.
async fn unheard(till: &Till<'_>) -> String {
    till.stripe.silent_on(Some("/confirm"));
    let (payment, ()) = tokio::join!(till.pay(Means::Bank), async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        till.stripe.silent_on(Some(""));
    });
    till.stripe.silent_on(None);
    // The breaker has a clock of its own: that of the machine.
    tokio::time::advance(Duration::from_secs(11)).await;
    payment
}

/// How an intent stands at Stripe that means this to the shop.
fn standing(trigger: Trigger) -> Value {
    match trigger {
        Trigger::Silence => json!({}),
        Trigger::ActionRequired => json!({
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": "https://hooks.stripe.invalid/3d_secure"},
            },
        }),
        Trigger::Authorize => json!({
            "status": "requires_capture", "amount_capturable": 2000, "amount_received": 0,
        }),
        Trigger::CapturePart => json!({"status": "succeeded", "amount_received": 700}),
        Trigger::CaptureAll => json!({"status": "succeeded", "amount_received": 2000}),
        Trigger::Decline => json!({
            "status": "requires_payment_method",
            "amount_received": 0,
            "last_payment_error": {"type": "card_error", "code": "card_declined"},
        }),
        Trigger::Void => json!({"status": "canceled", "amount_received": 0}),
    }
}

/// What Stripe can report.
fn reports() -> impl Iterator<Item = Trigger> {
    let all = Trigger::ALL.iter().copied();
    all.filter(|trigger| *trigger != Trigger::Silence)
}

/// The payment as it is after Stripe has reported that.
async fn upon(till: &Till<'_>, payment: &str, trigger: Trigger) -> Value {
    till.stripe
        .stands(&till.name_of(payment), &standing(trigger));
    till.hear(&till.stripe.intent_of(payment)).await;
    till.seen(payment).await
}

#[tokio::test(start_paused = true)]
async fn whatever_the_provider_says_moves_it_as_the_table_has_it_and_no_other_way() {
    let (shop, stripe) = shop().await;
    let till = Till::at(&shop, stripe).await;
    for from in PaymentState::ALL {
        let moves = reports().filter_map(|trigger| Some((trigger, from.after(trigger)?)));
        for (trigger, to) in moves {
            let payment = at(&till, *from).await;
            assert_eq!(till.seen(&payment).await["status"], from.as_str());
            let watch = Watch::over(&shop);
            let after = upon(&till, &payment, trigger).await;
            assert_eq!(after["status"], to.as_str(), "{from} upon {trigger}");
            watch.saw_one_that_leads_to(to);
        }
        let payment = at(&till, *from).await;
        shop.settle().await;
        let before = till.seen(&payment).await;
        for trigger in reports().filter(|trigger| from.after(*trigger).is_none()) {
            let after = upon(&till, &payment, trigger).await;
            assert_eq!(after, before, "{from} upon {trigger}");
        }
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn silence_makes_nothing_unknown_but_what_is_just_being_asked_for() {
    let (shop, stripe) = shop().await;
    let till = Till::at(&shop, stripe).await;
    for from in PaymentState::ALL {
        let payment = at(&till, *from).await;
        shop.settle().await;
        let before = till.seen(&payment).await;
        till.stripe.silent_on(Some(""));
        till.hear(&till.stripe.intent_of(&payment)).await;
        assert_eq!(till.seen(&payment).await, before, "{from}");
        till.stripe.silent_on(None);
        tokio::time::advance(Duration::from_secs(11)).await;
        shop.store.lose_messages("payments-reconcile-payment").await;
    }
    // What is just being asked for has been processing until then.
    let from = PaymentState::Processing;
    let to = from.after(Trigger::Silence).expect("a row");
    let watch = Watch::over(&shop);
    let unheard = unheard(&till).await;
    assert_eq!(till.seen(&unheard).await["status"], to.as_str());
    watch.saw_one_that_leads_to(to);
    let silent = domain::payment::MOVES
        .iter()
        .filter(|(_, trigger, _)| *trigger == Trigger::Silence);
    assert_eq!(silent.count(), 1, "nobody knows how else to be silent");
}
