//! A refund of an order on the wire.

use domain::clock::Timestamp;
use domain::id::{LineId, OrderId, RefundId};
use domain::money::Money;
use domain::order::{Order, OrderRefund, RefundError, RefundedUnits};
use domain::payment::RefundStatus;
use domain::quantity::Quantity;
use domain::text::Reason;
use edge::{Code, Failure, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::goods;

/// The path of one refund.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundPath {
    /// The order's id.
    pub(crate) id: OrderId,
    /// The refund's id.
    pub(crate) refund_id: RefundId,
}

/// Money that is given back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderRefund")]
pub(crate) struct RefundView {
    /// The refund's id, here and on the payment.
    id: RefundId,
    /// How much.
    amount: Money,
    /// For which units, each line once; empty where money is given back as such.
    #[schemars(length(max = 25))]
    lines: Vec<RefundedUnitsView>,
    /// Why; null for one that was made at the provider.
    reason: Option<Reason>,
    /// How far it has come.
    status: RefundStatus,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it last moved.
    updated_at: Timestamp,
}

/// Units whose price is given back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundedUnits")]
pub(crate) struct RefundedUnitsView {
    /// Of which line.
    line_id: LineId,
    /// How many.
    quantity: Quantity,
    /// What they cost: their part of the line's total.
    amount: Money,
}

/// A refund of an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refund")]
pub(crate) struct RefundOfOrder {
    /// Whose money it is.
    order_id: OrderId,
    #[serde(flatten)]
    refund: RefundView,
    /// The version of the order, of which it is a part; the ETag is made of it.
    version: u64,
}

impl RefundOfOrder {
    /// A refund of the order as it stands.
    pub(crate) fn of(order: &Order, id: RefundId) -> Result<Self, Failure> {
        let refund = order
            .refund(id)
            .ok_or_else(|| Failure::new(Code::NotFound))?;
        Ok(Self {
            order_id: order.id,
            refund: refund.clone().into(),
            version: order.version,
        })
    }

    /// It as an answer.
    pub(crate) fn reply(self) -> Reply<Self> {
        let version = self.version;
        Reply::of(self).version(version)
    }

    /// It as the answer to whoever asked for it.
    pub(crate) fn created(self) -> Reply<Self> {
        let path = format!("/orders/{}/refunds/{}", self.order_id, self.refund.id);
        self.reply().location(path)
    }
}

impl From<OrderRefund> for RefundView {
    fn from(refund: OrderRefund) -> Self {
        let OrderRefund {
            id,
            amount,
            lines,
            reason,
            status,
            created_at,
            updated_at,
        } = refund;
        Self {
            id,
            amount,
            lines: lines.into_iter().map(RefundedUnitsView::from).collect(),
            reason,
            status,
            created_at,
            updated_at,
        }
    }
}

impl From<RefundedUnits> for RefundedUnitsView {
    fn from(units: RefundedUnits) -> Self {
        let RefundedUnits {
            line,
            quantity,
            amount,
        } = units;
        Self {
            line_id: line,
            quantity,
            amount,
        }
    }
}

/// A rule of the domain that a refund would break, on the wire.
pub(crate) fn refused(error: RefundError) -> Failure {
    match error {
        RefundError::Unpaid { status } => Failure::new(Code::InvalidState)
            .error(format!("paymentStatus: {error}"))
            .detail(json!({ "from": status })),
        RefundError::Lines(error) => goods::refused(error),
        RefundError::LinesExceed { left, .. } => {
            Failure::rule("lines", error).detail(json!({ "left": left }))
        }
        RefundError::Payment(error) => error.into(),
        RefundError::Money(error) => Failure::internal(error),
    }
}
