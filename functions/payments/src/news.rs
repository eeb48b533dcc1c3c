//! What others must hear of a payment.

use domain::payment::{Payment, PaymentState, RefundStatus};
use store::event::{Event, PaymentFacts};

/// The news of a payment that became `new`: one for each thing that happened. Each tells all that is
/// known of the payment.
pub(crate) fn news(old: &Payment, new: &Payment) -> Vec<Event> {
    let facts = PaymentFacts::of(new);
    let moved = old.status != new.status;
    let has_become = |status: RefundStatus| {
        new.refunds.iter().any(|refund| {
            let was = old.refund(refund.id).map(|refund| refund.status);
            refund.status == status && was != Some(status)
        })
    };
    let state: Option<fn(PaymentFacts) -> Event> = match new.status {
        PaymentState::Authorized if moved => Some(Event::PaymentAuthorized),
        PaymentState::Captured if moved => Some(Event::PaymentSucceeded),
        PaymentState::PartiallyCaptured if moved || old.captured != new.captured => {
            Some(Event::PaymentCaptured)
        }
        PaymentState::Failed if moved => Some(Event::PaymentFailed),
        PaymentState::RequiresAction if moved => Some(Event::PaymentActionRequired),
        PaymentState::Voided if moved => Some(Event::PaymentVoided),
        _ => None,
    };
    let refunded =
        has_become(RefundStatus::Succeeded).then_some(Event::PaymentRefunded as fn(_) -> _);
    let refund_failed =
        has_become(RefundStatus::Failed).then_some(Event::RefundFailed as fn(_) -> _);
    let disputed = (old.dispute != new.dispute).then_some(Event::PaymentDisputed as fn(_) -> _);
    [state, refunded, refund_failed, disputed]
        .into_iter()
        .flatten()
        .map(|event| event(facts.clone()))
        .collect()
}
