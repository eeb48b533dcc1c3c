//! A payment on the wire.

use domain::clock::Timestamp;
use domain::id::{OrderId, PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{
    CaptureMethod, Decline, Dispute, NextAction, Operation, Payment, PaymentState, Refund,
    RefundStatus,
};
use domain::text::{PaymentMethod, Reason};
use edge::Reply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A payment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentView {
    /// The payment's id.
    pub(crate) id: PaymentId,
    /// The order it pays for.
    order_id: OrderId,
    /// Where it stands.
    pub(crate) status: PaymentState,
    /// How much is asked for.
    amount: Money,
    /// How much was taken.
    captured: Money,
    /// How much can still be taken.
    capturable: Money,
    /// How much of what was taken was given back.
    refunded: Money,
    /// From what it is paid.
    method: PaymentMethod,
    /// When the money is taken.
    capture_method: CaptureMethod,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) failure: Option<Decline>,
    /// What the customer has to do for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    next_action: Option<NextAction>,
    /// What the provider is being asked to do, as long as its answer is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    under_way: Option<UnderWayView>,
    /// What was given back, or is to be, the oldest first.
    #[schemars(length(max = 100))]
    refunds: Vec<RefundView>,
    /// The customer's bank against the shop.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    dispute: Option<Dispute>,
    /// When it was started.
    created_at: Timestamp,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
}

/// What a provider can be asked to do with money that is set aside.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UnderWayView {
    /// Take some of it.
    Capture,
    /// Let go of it.
    Void,
}

/// A refund of a payment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundOfPayment")]
pub(crate) struct RefundView {
    /// The refund's id.
    id: RefundId,
    /// How much.
    amount: Money,
    /// Why; null for one that was made at the provider.
    reason: Option<Reason>,
    /// How far it has come.
    status: RefundStatus,
    /// When it was asked for.
    created_at: Timestamp,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let capturable = payment.capturable();
        let Payment {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            capture_method,
            reference: _,
            failure,
            next_action,
            captures: _,
            under_way,
            released: _,
            refunds,
            dispute,
            initiator: _,
            attempt: _,
            lease: _,
            version,
            created_at,
            updated_at: _,
        } = payment;
        Self {
            id,
            order_id: order,
            status,
            amount,
            captured,
            capturable,
            refunded,
            method,
            capture_method,
            failure,
            next_action,
            under_way: under_way.map(|under_way| match under_way.operation {
                Operation::Capture { .. } => UnderWayView::Capture,
                Operation::Void => UnderWayView::Void,
            }),
            refunds: refunds.into_iter().map(RefundView::from).collect(),
            dispute,
            created_at,
            version,
        }
    }
}

impl From<Refund> for RefundView {
    fn from(refund: Refund) -> Self {
        let Refund {
            id,
            amount,
            reason,
            status,
            created_at,
        } = refund;
        Self {
            id,
            amount,
            reason,
            status,
            created_at,
        }
    }
}

/// The path of one payment.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PaymentPath {
    /// The payment's id.
    pub(crate) id: PaymentId,
}

impl PaymentView {
    /// The payment as a reply.
    pub(crate) fn reply(self) -> Reply<Self> {
        let version = self.version;
        Reply::of(self).version(version)
    }
}
