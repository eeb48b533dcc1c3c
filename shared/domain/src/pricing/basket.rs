//! What somebody wants: items of one currency, each SKU once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::promotion::{CouponCode, Promotion};
use super::shipping::ShippingZone;
use super::tax::TaxZone;
use super::zone::Destination;
use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::id::{CategoryId, ProductId};
use crate::money::{Money, MoneyError};
use crate::quantity::Quantity;
use crate::sku::Sku;
use crate::slug::Slug;
use crate::text::{OptionName, OptionValue, TaxCategory, Title};

/// How many lines a basket may have; to be priced it has at least one.
pub const MAX_LINES: usize = 25;

/// What somebody wants, at the price it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is wanted.
    pub sku: Sku,
    /// Which product it is a form of.
    pub product: ProductId,
    /// The categories that the product is in, up to the root.
    pub categories: BTreeSet<CategoryId>,
    /// What it is called.
    pub name: Title,
    /// Which form of it.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: Money,
    /// What one weighs.
    pub weight_grams: u32,
    /// How it is taxed.
    pub tax_category: TaxCategory,
}

impl Item {
    /// What the units cost before discount and tax.
    pub fn gross(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }
}

/// A promotion that a buyer asked for by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// What was typed in.
    pub code: CouponCode,
    /// What is behind it; nothing if there is no such code.
    pub promotion: Option<Promotion>,
    /// It was used as often as it may be.
    pub used_up: bool,
}

/// What somebody wants: items of one currency, each SKU once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    pub(super) currency: Currency,
    pub(super) items: Vec<Item>,
}

/// What else a price depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Where it goes; without it there is neither shipping nor tax yet.
    pub destination: Option<Destination>,
    /// How it is sent; the cheapest way unless named.
    pub method: Option<Slug>,
    /// What makes it cheaper, the buyer hopes.
    pub coupon: Option<Coupon>,
    /// The instant at which it is priced.
    pub now: Timestamp,
}

/// What a shop charges besides its prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tariff {
    /// How the world is taxed.
    pub tax_zones: Vec<TaxZone>,
    /// How things are sent; without any zone nothing is asked for it.
    pub shipping_zones: Vec<ShippingZone>,
    /// What everybody gets who meets the conditions.
    pub promotions: Vec<Promotion>,
}

/// Why items make no basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BasketError {
    /// Nothing is wanted.
    Empty,
    /// More lines than a basket may have.
    TooManyLines {
        /// How many there were.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// More units of one SKU than a line may have, equal SKUs taken together.
    TooManyUnits {
        /// Of which.
        sku: Sku,
        /// How many there may be.
        max: u32,
    },
    /// A price is less than nothing.
    NegativePrice {
        /// Of which.
        sku: Sku,
    },
    /// The sums do not add up.
    Money(MoneyError),
}

impl fmt::Display for BasketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an order must have at least one line"),
            Self::TooManyLines { count, max } => {
                write!(f, "an order may have {max} lines, this one has {count}")
            }
            Self::TooManyUnits { sku, max } => {
                write!(f, "an order may have {max} units of {sku}")
            }
            Self::NegativePrice { sku } => write!(f, "the price of {sku} is negative"),
            Self::Money(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BasketError {}

impl From<MoneyError> for BasketError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

impl Wishes {
    /// None, at this instant.
    #[must_use]
    pub const fn none(now: Timestamp) -> Self {
        Self {
            destination: None,
            method: None,
            coupon: None,
            now,
        }
    }
}

impl Basket {
    /// A basket of items, equal SKUs taken together, in the order in which each came first.
    pub fn new(currency: Currency, items: Vec<Item>) -> Result<Self, BasketError> {
        let mut merged: Vec<Item> = Vec::with_capacity(items.len());
        for item in items {
            if item.unit_price.is_negative() {
                return Err(BasketError::NegativePrice { sku: item.sku });
            }
            // Joining the basket's currency here is what keeps prices in another one out.
            Money::zero(currency).add(item.gross()?)?;
            let Some(first) = merged.iter_mut().find(|first| first.sku == item.sku) else {
                merged.push(item);
                continue;
            };
            first.quantity =
                first
                    .quantity
                    .plus(item.quantity)
                    .map_err(|_| BasketError::TooManyUnits {
                        sku: item.sku,
                        max: Quantity::MAX.get(),
                    })?;
        }
        if merged.is_empty() {
            return Err(BasketError::Empty);
        }
        if merged.len() > MAX_LINES {
            return Err(BasketError::TooManyLines {
                count: merged.len(),
                max: MAX_LINES,
            });
        }
        Ok(Self {
            currency,
            items: merged,
        })
    }

    /// What all of it weighs.
    pub(super) fn weight_grams(&self) -> u64 {
        self.items
            .iter()
            .map(|item| u64::from(item.weight_grams) * u64::from(item.quantity.get()))
            .sum()
    }
}
