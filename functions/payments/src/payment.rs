//! A payment on the wire.

use domain::clock::Timestamp;
use domain::id::{OrderId, PaymentId};
use domain::money::Money;
use domain::payment::{Decline, NextAction, Payment, PaymentState};
use domain::text::PaymentMethod;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A payment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentView {
    pub(crate) id: PaymentId,
    order_id: OrderId,
    status: PaymentState,
    amount: Money,
    captured: Money,
    refunded: Money,
    method: PaymentMethod,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    failure: Option<Decline>,
    /// What the customer has to do for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    next_action: Option<NextAction>,
    created_at: Timestamp,
    version: u64,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let Payment {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            failure,
            next_action,
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
            refunded,
            method,
            failure,
            next_action,
            created_at,
            version,
        }
    }
}
