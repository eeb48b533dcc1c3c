//! Carts: what somebody thinks of buying, and what changed about it since they put it in.
//!
//! A cart holds no stock and no price. It remembers the price at which each item was put in, so that
//! a change is shown rather than silently applied.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::address::Address;
use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::id::{CartId, UserId};
use crate::money::Money;
use crate::pricing::MAX_LINES;
use crate::pricing::promotion::CouponCode;
use crate::quantity::Quantity;
use crate::sku::Sku;
use crate::slug::Slug;

/// How long a cart is kept after it was changed last.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An item of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartItem {
    /// What is wanted.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// What one cost when the buyer put it in, or last said how many they want.
    pub accepted_price: Money,
}

/// What somebody thinks of buying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// Names the cart; whoever knows the name of a guest's cart can use it.
    pub id: CartId,
    /// Whose it is; a guest's belongs to whoever holds its id.
    pub owner: Option<UserId>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What is in it, each SKU once, in the order in which they were put in.
    pub items: Vec<CartItem>,
    /// The code that the buyer typed in.
    pub coupon: Option<CouponCode>,
    /// Where it is to be sent.
    pub address: Option<Address>,
    /// How it is to be sent.
    pub method: Option<Slug>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What the shop can say of an item of a cart at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What one costs; nothing if it is not sold (any more) in the cart's currency.
    pub price: Option<Money>,
    /// How many can be had; nothing if there is no bound.
    pub available: Option<u32>,
}

/// What changed about an item since the buyer said how many they want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It costs something else.
    PriceChanged {
        /// What it cost.
        from: Money,
        /// What it costs.
        to: Money,
    },
    /// There is not enough of it.
    NotEnough {
        /// How many are in the cart.
        requested: u32,
        /// How many there are.
        available: u32,
    },
    /// It is not sold any more.
    Unavailable,
}

/// Why a cart cannot be as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CartError {
    /// It has as many lines as an order may have.
    Full,
    /// That is not in it.
    NotInIt,
    /// Carts of two currencies cannot become one.
    OtherCurrency {
        /// That of the cart that stays.
        expected: Currency,
        /// That of the cart that would join it.
        actual: Currency,
    },
}

impl fmt::Display for CartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "a cart may have {MAX_LINES} lines"),
            Self::NotInIt => f.write_str("that is not in the cart"),
            Self::OtherCurrency { expected, actual } => {
                write!(f, "a cart in {actual} cannot join one in {expected}")
            }
        }
    }
}

impl std::error::Error for CartError {}

impl CartItem {
    /// What changed about it.
    #[must_use]
    pub fn changes(&self, standing: Standing) -> Vec<Change> {
        let Some(price) = standing.price else {
            return vec![Change::Unavailable];
        };
        let dearer_or_cheaper = (price != self.accepted_price).then_some(Change::PriceChanged {
            from: self.accepted_price,
            to: price,
        });
        let requested = self.quantity.get();
        let short = standing
            .available
            .filter(|available| *available < requested)
            .map(|available| Change::NotEnough {
                requested,
                available,
            });
        dearer_or_cheaper.into_iter().chain(short).collect()
    }
}

impl Cart {
    /// An empty cart.
    #[must_use]
    pub fn new(id: CartId, owner: Option<UserId>, currency: Currency, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            currency,
            items: Vec::new(),
            coupon: None,
            address: None,
            method: None,
            expires_at: now.plus(LIFETIME),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether somebody may see and change it.
    #[must_use]
    pub fn is_open_to(&self, user: Option<UserId>) -> bool {
        self.owner.is_none() || self.owner == user
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// What is in it.
    #[must_use]
    pub fn skus(&self) -> BTreeSet<Sku> {
        self.items.iter().map(|item| item.sku.clone()).collect()
    }

    /// The cart with so many of a SKU in it, at the price that it has now: the buyer has seen it.
    pub fn put(
        &self,
        sku: &Sku,
        quantity: Quantity,
        price: Money,
        now: Timestamp,
    ) -> Result<Self, CartError> {
        let wanted = CartItem {
            sku: sku.clone(),
            quantity,
            accepted_price: price,
        };
        let mut items = self.items.clone();
        match items.iter_mut().find(|item| item.sku == *sku) {
            Some(item) => *item = wanted,
            None => items.push(wanted),
        }
        if items.len() > MAX_LINES {
            return Err(CartError::Full);
        }
        Ok(Self {
            items,
            ..self.changed(now)
        })
    }

    /// The cart without a SKU.
    pub fn take_out(&self, sku: &Sku, now: Timestamp) -> Result<Self, CartError> {
        let items: Vec<CartItem> = self
            .items
            .iter()
            .filter(|item| item.sku != *sku)
            .cloned()
            .collect();
        if items.len() == self.items.len() {
            return Err(CartError::NotInIt);
        }
        Ok(Self {
            items,
            ..self.changed(now)
        })
    }

    /// The cart with another code, or none.
    #[must_use]
    pub fn with_coupon(&self, coupon: Option<CouponCode>, now: Timestamp) -> Self {
        Self {
            coupon,
            ..self.changed(now)
        }
    }

    /// The cart as it is to be sent.
    #[must_use]
    pub fn sent(&self, address: Address, method: Option<Slug>, now: Timestamp) -> Self {
        Self {
            address: Some(address),
            method,
            ..self.changed(now)
        }
    }

    /// A guest's cart once its holder is known.
    #[must_use]
    pub fn adopted(&self, owner: UserId, now: Timestamp) -> Self {
        Self {
            owner: Some(owner),
            ..self.changed(now)
        }
    }

    /// The cart with all that is in another one: of what is in both, as many as both have together, as
    /// far as a line can hold them. What the other says beyond items counts where this one says nothing.
    pub fn merged(&self, other: &Self, now: Timestamp) -> Result<Self, CartError> {
        if self.currency != other.currency {
            return Err(CartError::OtherCurrency {
                expected: self.currency,
                actual: other.currency,
            });
        }
        let mut items = self.items.clone();
        for joining in &other.items {
            match items.iter_mut().find(|item| item.sku == joining.sku) {
                Some(item) => {
                    item.quantity = item
                        .quantity
                        .plus(joining.quantity)
                        .unwrap_or(Quantity::MAX);
                }
                None => items.push(joining.clone()),
            }
        }
        if items.len() > MAX_LINES {
            return Err(CartError::Full);
        }
        // A way of sending belongs to its address.
        let (address, method) = match &self.address {
            Some(address) => (Some(address.clone()), self.method.clone()),
            None => (other.address.clone(), other.method.clone()),
        };
        Ok(Self {
            items,
            coupon: self.coupon.clone().or_else(|| other.coupon.clone()),
            address,
            method,
            ..self.changed(now)
        })
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            expires_at: now.plus(LIFETIME),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
