//! The lines of an order: what was bought at which price, and what became of it.

use std::collections::BTreeMap;

use crate::currency::Currency;
use crate::id::LineId;
use crate::money::{Money, MoneyError};
use crate::order::OrderError;
use crate::quantity::Quantity;
use crate::sku::Sku;
use crate::text::{OptionName, OptionValue, Title};

/// What somebody wants, at the price it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is wanted.
    pub sku: Sku,
    /// What it is called.
    pub name: Title,
    /// Which form of it.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: Money,
}

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
    /// Tax on the whole line.
    pub tax: Money,
    /// What the whole line costs: units at their price, less discount, plus tax.
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

    /// What the units cost before discount and tax.
    pub fn gross(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }
}

/// Items with equal SKUs made one, in the order in which each SKU came first.
pub(super) fn merged(items: Vec<Item>) -> Result<Vec<Item>, OrderError> {
    let mut merged: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let Some(first) = merged.iter_mut().find(|first| first.sku == item.sku) else {
            merged.push(item);
            continue;
        };
        first.quantity =
            first
                .quantity
                .plus(item.quantity)
                .map_err(|_| OrderError::TooManyUnits {
                    sku: item.sku,
                    max: Quantity::MAX.get(),
                })?;
    }
    Ok(merged)
}

/// The line that an item becomes.
pub(super) fn from_item(item: Item, currency: Currency, id: LineId) -> Result<Line, OrderError> {
    if item.unit_price.is_negative() {
        return Err(OrderError::NegativePrice { sku: item.sku });
    }
    let nothing = Money::zero(currency);
    // Joining the order's currency here is what keeps prices in another one out.
    let total = nothing.add(item.unit_price.times(item.quantity)?)?;
    Ok(Line {
        id,
        sku: item.sku,
        name: item.name,
        options: item.options,
        quantity: item.quantity,
        unit_price: item.unit_price,
        discount: nothing,
        tax: nothing,
        total,
        shipped: 0,
        delivered: 0,
        returned: 0,
        refunded: 0,
        cancelled: 0,
    })
}
