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
    /// The payment's id.
    pub(crate) id: PaymentId,
    /// The order it pays for.
    order_id: OrderId,
    /// Where it stands.
    status: PaymentState,
    /// How much is asked for.
    amount: Money,
    /// How much was taken.
    captured: Money,
    /// How much of that was given back.
    refunded: Money,
    /// From what it is paid.
    method: PaymentMethod,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    failure: Option<Decline>,
    /// What the customer has to do for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    next_action: Option<NextAction>,
    /// When it was started.
    created_at: Timestamp,
    /// Counts the changes, from 1; the ETag is made of it.
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
