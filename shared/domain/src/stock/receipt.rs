//! Goods receipts: what came back of an order, on its way into the ledger.

use std::time::Duration;

use super::MovementKind;
use crate::clock::Timestamp;
use crate::id::{OrderId, ReturnId};
use crate::machine::Machine;
use crate::order::{Order, OrderNumber, Receipt};
use crate::sku::Sku;
use crate::value::word_enum;

/// How long a receipt waits to be booked before somebody looks at it.
pub const BOOKING_PATIENCE: Duration = Duration::from_secs(2 * 60);

word_enum! {
    /// Whether a receipt is in the ledger.
    pub enum ReceiptState {
        /// Not yet.
        Pending => "pending",
        /// It is.
        Booked => "booked",
    }
}

impl Machine for ReceiptState {
    const NAME: &'static str = "receipt";
    const STARTS: &'static [Self] = &[Self::Pending];
    const MOVES: &'static [(Self, Self)] = &[(Self::Pending, Self::Booked)];
}

/// Goods of a return that came in one go. Booked once, however often it is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsReceipt {
    /// Of which return.
    pub of: ReturnId,
    /// Counts the receipts of a return, from 1.
    pub number: u32,
    /// Of which order.
    pub order: OrderId,
    /// What people call the order.
    pub name: OrderNumber,
    /// What came, each SKU once.
    pub lines: Vec<ReceiptLine>,
    /// Whether it is in the ledger.
    pub state: ReceiptState,
    /// When somebody must look at it, unless it is booked by then.
    pub due_at: Timestamp,
}

/// What came of one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// What.
    pub sku: Sku,
    /// Units that can be sold again.
    pub restocked: u32,
    /// Units that cannot.
    pub written_off: u32,
}

impl ReceiptLine {
    /// What the ledger says of it: all that came, and what of it was lost.
    #[must_use]
    pub fn movements(&self) -> Vec<(MovementKind, i64)> {
        let (fit, lost) = (i64::from(self.restocked), i64::from(self.written_off));
        let came = (MovementKind::Return, fit + lost);
        match lost {
            0 => vec![came],
            lost => vec![came, (MovementKind::WriteOff, -lost)],
        }
    }
}

impl GoodsReceipt {
    /// What came of an order, to be booked.
    #[must_use]
    pub fn of(order: &Order, receipt: &Receipt, now: Timestamp) -> Self {
        let came = receipt.lines.iter().filter_map(|came| {
            let line = order.lines.iter().find(|line| line.id == came.line)?;
            Some(ReceiptLine {
                sku: line.sku.clone(),
                restocked: came.restocked,
                written_off: came.written_off,
            })
        });
        Self {
            of: receipt.of,
            number: receipt.number,
            order: order.id,
            name: order.number,
            lines: came.collect(),
            state: ReceiptState::Pending,
            due_at: now.plus(BOOKING_PATIENCE),
        }
    }

    /// It goes into the ledger; nothing if it is there.
    #[must_use]
    pub fn book(&self) -> Option<Self> {
        let state = self.state.to(ReceiptState::Booked).ok()?;
        Some(Self {
            state,
            ..self.clone()
        })
    }
}
