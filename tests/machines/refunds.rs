//! Refunds: decided by the provider, and undone by it at most.

use domain::machine::Machine;
use domain::payment::RefundStatus;
use serde_json::{Value, json};

use super::till::{Means, Till};
use super::{Watch, nobody_knows, other};
use crate::stripe::shop;

pub(super) const WALKED: &str = RefundStatus::NAME;

/// Stripe's own words.
fn word(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "pending",
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed => "failed",
    }
}

/// A payment whose one refund, of 5.00 EUR, stands there.
async fn at(till: &Till<'_>, status: RefundStatus) -> String {
    let payment = till.pay(Means::Card).await;
    let begins = match status {
        RefundStatus::Succeeded => RefundStatus::Succeeded,
        RefundStatus::Pending | RefundStatus::Failed => RefundStatus::Pending,
    };
    till.stripe.refunds_begin(word(begins));
    let five = json!({"amount": {"amount": 500, "currency": "EUR"}, "reason": "a scratch"});
    let made = till.command(&payment, "refunds", &five).await;
    assert_eq!(made.text("/data/status"), begins.as_str(), "{made:?}");
    till.desk.shop.settle().await;
    if begins != status {
        report(till, &payment, status).await;
    }
    payment
}

async fn report(till: &Till<'_>, payment: &str, status: RefundStatus) {
    let intent = till.name_of(payment);
    let refund = till.stripe.refund_stands(&intent, word(status));
    till.hear(&refund).await;
}

fn refund(seen: &Value) -> &Value {
    &seen["refunds"][0]["status"]
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_what_is_decided_stays_so() {
    let (shop, stripe) = shop().await;
    let till = Till::at(&shop, stripe).await;
    for (from, to) in RefundStatus::MOVES {
        let payment = at(&till, *from).await;
        assert_eq!(*refund(&till.seen(&payment).await), from.as_str());
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (RefundStatus::Pending, RefundStatus::Succeeded | RefundStatus::Failed)
            | (RefundStatus::Succeeded, RefundStatus::Failed) => {
                report(&till, &payment, *to).await;
            }
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        let seen = till.seen(&payment).await;
        assert_eq!(*refund(&seen), to.as_str());
        let back = match to {
            RefundStatus::Succeeded => 500,
            RefundStatus::Pending | RefundStatus::Failed => 0,
        };
        assert_eq!(seen["refunded"]["amount"], back);
    }
    for from in RefundStatus::ALL {
        let payment = at(&till, *from).await;
        let before = till.seen(&payment).await;
        assert_eq!(*refund(&before), from.as_str());
        for (_, to) in other().filter(|(other, _)| other == from) {
            report(&till, &payment, to).await;
            assert_eq!(till.seen(&payment).await, before, "{from} to {to}");
        }
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}
