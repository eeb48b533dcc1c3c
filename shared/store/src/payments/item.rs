//! A payment as its item.
//!
//! Form 2 knows what the provider calls the payment. In form 1 that was the key it was charged under,
//! money was only ever taken whole, and of refunds only the sum was kept.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{EventId, OrderId, PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{
    CaptureMethod, Decline, Dispute, Initiator, Lease, NextAction, Operation, Payment,
    PaymentState, Refund, RefundStatus, UnderWay,
};
use domain::text::{PaymentMethod, ProviderRef, Reason};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentItem {
    v: u8,
    id: PaymentId,
    order: OrderId,
    status: PaymentState,
    amount: Money,
    captured: Money,
    refunded: Money,
    method: PaymentMethod,
    #[serde(default)]
    capture_method: CaptureMethod,
    #[serde(default)]
    reference: Option<ProviderRef>,
    failure: Option<Decline>,
    next_action: Option<NextAction>,
    #[serde(default)]
    captures: u32,
    #[serde(default)]
    under_way: Option<UnderWayItem>,
    #[serde(default)]
    released: bool,
    #[serde(default)]
    refunds: Vec<RefundItem>,
    #[serde(default)]
    dispute: Option<Dispute>,
    initiator: Initiator,
    attempt: u32,
    lease: Option<LeaseItem>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct LeaseItem {
    owner: EventId,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnderWayItem {
    operation: OperationItem,
    since: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "what")]
enum OperationItem {
    Capture {
        number: u32,
        amount: Money,
        reaches: Money,
    },
    Void,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundItem {
    id: RefundId,
    amount: Money,
    reason: Option<Reason>,
    status: RefundStatus,
    created_at: Timestamp,
}

impl From<&Payment> for PaymentItem {
    fn from(payment: &Payment) -> Self {
        let Payment {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            capture_method,
            reference,
            failure,
            next_action,
            captures,
            under_way,
            released,
            refunds,
            dispute,
            initiator,
            attempt,
            lease,
            version,
            created_at,
            updated_at,
        } = payment.clone();
        Self {
            v: 2,
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            capture_method,
            reference,
            failure,
            next_action,
            captures,
            under_way: under_way.map(UnderWayItem::from),
            released,
            refunds: refunds.into_iter().map(RefundItem::from).collect(),
            dispute,
            initiator,
            attempt,
            lease: lease.map(|Lease { owner, until }| LeaseItem { owner, until }),
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<PaymentItem> for Payment {
    fn from(item: PaymentItem) -> Self {
        let PaymentItem {
            v,
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            capture_method,
            reference,
            failure,
            next_action,
            captures,
            under_way,
            released,
            refunds,
            dispute,
            initiator,
            attempt,
            lease,
            version,
            created_at,
            updated_at,
        } = item;
        let payment = Self {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            capture_method,
            reference,
            failure,
            next_action,
            captures,
            under_way: under_way.map(UnderWay::from),
            released,
            refunds: refunds.into_iter().map(Refund::from).collect(),
            dispute,
            initiator,
            attempt,
            lease: lease.map(|LeaseItem { owner, until }| Lease { owner, until }),
            version,
            created_at,
            updated_at,
        };
        match v {
            1 => of_form_1(payment),
            _ => payment,
        }
    }
}

fn of_form_1(payment: Payment) -> Payment {
    // All that was given back then was given back at once, and can have but one name.
    let whole = Refund {
        id: RefundId::from_uuid(*payment.id.as_uuid()),
        amount: payment.refunded,
        reason: None,
        status: RefundStatus::Succeeded,
        created_at: payment.updated_at,
    };
    let refunds = match payment.refunded.is_zero() {
        true => Vec::new(),
        false => vec![whole],
    };
    Payment {
        reference: ProviderRef::parse(&payment.provider_key()).ok(),
        refunds,
        ..payment
    }
}

impl From<UnderWay> for UnderWayItem {
    fn from(under_way: UnderWay) -> Self {
        let UnderWay { operation, since } = under_way;
        let operation = match operation {
            Operation::Capture {
                number,
                amount,
                reaches,
            } => OperationItem::Capture {
                number,
                amount,
                reaches,
            },
            Operation::Void => OperationItem::Void,
        };
        Self { operation, since }
    }
}

impl From<UnderWayItem> for UnderWay {
    fn from(item: UnderWayItem) -> Self {
        let UnderWayItem { operation, since } = item;
        let operation = match operation {
            OperationItem::Capture {
                number,
                amount,
                reaches,
            } => Operation::Capture {
                number,
                amount,
                reaches,
            },
            OperationItem::Void => Operation::Void,
        };
        Self { operation, since }
    }
}

impl From<Refund> for RefundItem {
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

impl From<RefundItem> for Refund {
    fn from(item: RefundItem) -> Self {
        let RefundItem {
            id,
            amount,
            reason,
            status,
            created_at,
        } = item;
        Self {
            id,
            amount,
            reason,
            status,
            created_at,
        }
    }
}
