//! What events tell of a payment: all that is known of it at that moment, so that whichever event
//! comes first tells enough.

use domain::id::{OrderId, PaymentId};
use domain::money::Money;
use domain::order::PaymentNews;
use domain::payment::{Decline, Dispute, Initiator, Payment, PaymentState, RefundReport};
use serde::{Deserialize, Serialize};

use super::Topic;

/// About a payment. Events of before money was taken in parts tell neither status nor captured amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFacts {
    /// Which payment.
    pub payment_id: PaymentId,
    /// For which order.
    pub order_id: OrderId,
    /// Where it stands.
    #[serde(default)]
    pub status: Option<PaymentState>,
    /// What was charged, or was to be.
    pub amount: Money,
    /// What was taken so far.
    #[serde(default)]
    pub captured: Option<Money>,
    /// What was given back so far.
    pub refunded: Money,
    /// Each refund.
    #[serde(default)]
    pub refunds: Vec<RefundReport>,
    /// The dispute over it.
    #[serde(default)]
    pub dispute: Option<Dispute>,
    /// Why it was declined.
    pub decline: Option<Decline>,
    /// Whether the server charged on its own, rather than at the client's call.
    pub by_server: bool,
}

impl PaymentFacts {
    /// What others need to know of a payment.
    #[must_use]
    pub fn of(payment: &Payment) -> Self {
        Self {
            payment_id: payment.id,
            order_id: payment.order,
            status: Some(payment.status),
            amount: payment.amount,
            captured: Some(payment.captured),
            refunded: payment.refunded,
            refunds: payment.refunds.iter().map(RefundReport::from).collect(),
            dispute: payment.dispute,
            decline: payment.failure,
            by_server: payment.initiator == Initiator::Server,
        }
    }

    /// What an order makes of an event of this kind. Where an event of before says neither status nor
    /// what was taken, its kind does.
    #[must_use]
    pub fn news(&self, topic: Topic) -> PaymentNews {
        let Self {
            payment_id,
            order_id: _,
            status,
            amount,
            captured,
            refunded,
            refunds,
            dispute,
            decline,
            by_server,
        } = self.clone();
        let nothing = Money::zero(amount.currency());
        let implied = match topic {
            Topic::PaymentSucceeded => PaymentState::Captured,
            Topic::PaymentRefunded if refunded.is_zero() => PaymentState::Voided,
            Topic::PaymentRefunded => PaymentState::Captured,
            Topic::PaymentFailed => PaymentState::Failed,
            Topic::PaymentActionRequired => PaymentState::RequiresAction,
            _ => PaymentState::Processing,
        };
        let status = status.unwrap_or(implied);
        let whole = match status {
            PaymentState::Captured => amount,
            _ => nothing,
        };
        PaymentNews {
            payment: payment_id,
            status,
            amount,
            captured: captured.unwrap_or(whole),
            refunded,
            refunds,
            decline,
            by_server,
            dispute,
        }
    }
}
