//! A return on the wire.

use domain::clock::Timestamp;
use domain::id::{LineId, OrderId, ReturnId};
use domain::order::{Order, Return, ReturnLine, ReturnStatus};
use domain::quantity::Quantity;
use domain::text::Reason;
use edge::{Failure, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::goods::refused;

/// The path of one return.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnPath {
    /// The order's id.
    pub(crate) id: OrderId,
    /// The return's id.
    pub(crate) return_id: ReturnId,
}

/// Goods that come back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderReturn")]
pub(crate) struct ReturnView {
    /// The return's id.
    id: ReturnId,
    /// What comes back, each line once.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<ReturnLineView>,
    /// Why, in the words of whoever asked for it.
    reason: Reason,
    status: ReturnStatus,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When it last moved.
    updated_at: Timestamp,
}

/// What comes back of one line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ReturnLine")]
pub(crate) struct ReturnLineView {
    /// Of which line.
    line_id: LineId,
    /// How many units are to come.
    quantity: Quantity,
    /// Units that came.
    received: u32,
    /// How many of those can be sold again.
    restocked: u32,
    /// How many of those cannot.
    written_off: u32,
}

/// Goods of an order that come back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Return")]
pub(crate) struct ReturnOfOrder {
    /// Whose goods they are.
    order_id: OrderId,
    #[serde(flatten)]
    returned: ReturnView,
    /// The version of the order, of which it is a part; the ETag is made of it.
    version: u64,
}

impl ReturnOfOrder {
    /// A return of the order as it stands.
    pub(crate) fn of(order: &Order, id: ReturnId) -> Result<Self, Failure> {
        let returned = order.returned(id).map_err(refused)?;
        Ok(Self {
            order_id: order.id,
            returned: returned.clone().into(),
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
        let path = format!("/orders/{}/returns/{}", self.order_id, self.returned.id);
        self.reply().location(path)
    }
}

impl From<Return> for ReturnView {
    fn from(returned: Return) -> Self {
        let Return {
            id,
            lines,
            reason,
            status,
            receipts: _,
            requested_at,
            updated_at,
        } = returned;
        Self {
            id,
            lines: lines.into_iter().map(ReturnLineView::from).collect(),
            reason,
            status,
            requested_at,
            updated_at,
        }
    }
}

impl From<ReturnLine> for ReturnLineView {
    fn from(part: ReturnLine) -> Self {
        let received = part.received();
        let ReturnLine {
            line,
            quantity,
            restocked,
            written_off,
        } = part;
        Self {
            line_id: line,
            quantity,
            received,
            restocked,
            written_off,
        }
    }
}
