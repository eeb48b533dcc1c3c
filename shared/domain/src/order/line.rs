//! The lines of an order: what was bought at which price, and what became of it.

use std::collections::BTreeMap;

use crate::id::LineId;
use crate::money::Money;
use crate::pricing::{AppliedTax, LineDiscount, QuoteLine};
use crate::quantity::Quantity;
use crate::sku::Sku;
use crate::text::{OptionName, OptionValue, Title};

/// What somebody has ordered, at the price it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Names the line.
    pub id: LineId,
    /// What was ordered; no two lines of an order share it.
    pub sku: Sku,
    /// What it was called.
    pub name: Title,
    /// Which form of it.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub quantity: Quantity,
    /// What one cost.
    pub unit_price: Money,
    /// What the whole line was made cheaper by.
    pub discount: Money,
    /// By which promotions, and how much each.
    pub discounts: Vec<LineDiscount>,
    /// Tax on the whole line.
    pub tax: Money,
    /// Which taxes, and how much each.
    pub taxes: Vec<AppliedTax>,
    /// What the whole line costs: units at their price, less discount, and plus tax unless prices
    /// contain it.
    pub total: Money,
    /// Units sent.
    pub shipped: u32,
    /// Units that arrived.
    pub delivered: u32,
    /// Units that came back.
    pub returned: u32,
    /// Units whose price was given back.
    pub refunded: u32,
    /// Units that will never be sent.
    pub cancelled: u32,
}

impl Line {
    /// The line as it was before anything happened to it.
    #[must_use]
    pub(super) fn as_placed(&self) -> Self {
        Self {
            shipped: 0,
            delivered: 0,
            returned: 0,
            refunded: 0,
            cancelled: 0,
            ..self.clone()
        }
    }

    /// The line with all that was not sent called off.
    #[must_use]
    pub(super) fn called_off(&self) -> Self {
        Self {
            cancelled: self.quantity.get().saturating_sub(self.shipped),
            ..self.clone()
        }
    }
}

/// The line that a priced one becomes.
pub(super) fn placed(line: QuoteLine, id: LineId) -> Line {
    let QuoteLine {
        sku,
        name,
        options,
        quantity,
        unit_price,
        discount,
        discounts,
        tax,
        taxes,
        total,
    } = line;
    Line {
        id,
        sku,
        name,
        options,
        quantity,
        unit_price,
        discount,
        discounts,
        tax,
        taxes,
        total,
        shipped: 0,
        delivered: 0,
        returned: 0,
        refunded: 0,
        cancelled: 0,
    }
}
