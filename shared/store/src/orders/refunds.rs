//! Refunds as they are stored with their order.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{LineId, RefundId};
use domain::order::{OrderRefund, RefundedUnits};
use domain::payment::RefundStatus;
use domain::quantity::Quantity;
use domain::text::Reason;

use super::priced::money;
use crate::error::StoreError;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundItem {
    id: RefundId,
    amount: i64,
    lines: Vec<UnitsItem>,
    reason: Option<Reason>,
    status: RefundStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct UnitsItem {
    line: LineId,
    quantity: Quantity,
    amount: i64,
}

impl From<OrderRefund> for RefundItem {
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
            amount: amount.amount(),
            lines: lines.into_iter().map(UnitsItem::from).collect(),
            reason,
            status,
            created_at,
            updated_at,
        }
    }
}

impl RefundItem {
    pub(super) fn into_refund(self, currency: Currency) -> Result<OrderRefund, StoreError> {
        let Self {
            id,
            amount,
            lines,
            reason,
            status,
            created_at,
            updated_at,
        } = self;
        Ok(OrderRefund {
            id,
            amount: money(amount, currency)?,
            lines: lines
                .into_iter()
                .map(|units| units.into_units(currency))
                .collect::<Result<_, _>>()?,
            reason,
            status,
            created_at,
            updated_at,
        })
    }
}

impl From<RefundedUnits> for UnitsItem {
    fn from(units: RefundedUnits) -> Self {
        let RefundedUnits {
            line,
            quantity,
            amount,
        } = units;
        Self {
            line,
            quantity,
            amount: amount.amount(),
        }
    }
}

impl UnitsItem {
    fn into_units(self, currency: Currency) -> Result<RefundedUnits, StoreError> {
        let Self {
            line,
            quantity,
            amount,
        } = self;
        Ok(RefundedUnits {
            line,
            quantity,
            amount: money(amount, currency)?,
        })
    }
}
