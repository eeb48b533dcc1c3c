//! Disputes: told by the provider, and never backwards.

use domain::machine::Machine;
use domain::payment::DisputeStatus;
use serde_json::Value;

use super::till::{Means, Till};
use super::{Watch, nobody_knows, other};
use crate::stripe::shop;

pub(super) const WALKED: &str = DisputeStatus::NAME;

/// Stripe's own words.
fn word(status: DisputeStatus) -> &'static str {
    match status {
        DisputeStatus::NeedsResponse => "needs_response",
        DisputeStatus::UnderReview => "under_review",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    }
}

async fn report(till: &Till<'_>, payment: &str, status: DisputeStatus) {
    let intent = till.name_of(payment);
    let dispute = till.stripe.dispute(&intent, word(status));
    till.hear(&dispute).await;
}

/// A payment whose dispute stands there.
async fn at(till: &Till<'_>, status: DisputeStatus) -> String {
    let payment = till.pay(Means::Card).await;
    till.desk.shop.settle().await;
    report(till, &payment, status).await;
    assert_eq!(*dispute(&till.seen(&payment).await), status.as_str());
    payment
}

fn dispute(seen: &Value) -> &Value {
    &seen["dispute"]["status"]
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_no_other_one() {
    let (shop, stripe) = shop().await;
    let till = Till::at(&shop, stripe).await;
    for (from, to) in DisputeStatus::MOVES {
        let payment = at(&till, *from).await;
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (
                DisputeStatus::NeedsResponse,
                DisputeStatus::UnderReview | DisputeStatus::Won | DisputeStatus::Lost,
            )
            | (DisputeStatus::UnderReview, DisputeStatus::Won | DisputeStatus::Lost) => {
                report(&till, &payment, *to).await;
            }
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        assert_eq!(*dispute(&till.seen(&payment).await), to.as_str());
    }
    for from in DisputeStatus::ALL {
        let payment = at(&till, *from).await;
        let before = till.seen(&payment).await;
        for (_, to) in other().filter(|(other, _)| other == from) {
            report(&till, &payment, to).await;
            assert_eq!(till.seen(&payment).await, before, "{from} to {to}");
        }
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}
