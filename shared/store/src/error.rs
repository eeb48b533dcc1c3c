//! What can go wrong between a handler and its data.

use std::error::Error;
use std::fmt;

use domain::stock::Shortage;

use crate::once::Receipt;

/// Why a read or a write did not happen.
#[derive(Debug)]
pub enum StoreError {
    /// There is no such object.
    NotFound,
    /// The object changed since it was read: read it again and decide anew.
    Stale,
    /// Another object already has this value of a unique field.
    Taken(Unique),
    /// Stock does not suffice; nothing was taken.
    Short(Vec<Shortage>),
    /// Something of it was sold, so that it must not vanish.
    Sold,
    /// A promotion was used as often as it may be; nothing was counted.
    UsedUp,
    /// The shop has as much of something as it may have.
    Full(Full),
    /// Something is in it, so that it must not vanish.
    Occupied,
    /// This very request was carried out before.
    Repeated(Receipt),
    /// The idempotency key was used for another request.
    KeyReused,
    /// An order would outgrow the item that keeps it.
    Overgrown,
    /// A numbered page would hold more than an answer may.
    TooLarge,
    /// Other transactions are at the same items at this moment.
    Contended(Box<dyn Error + Send + Sync>),
    /// The service did not answer in time, or refused for its own reasons.
    Unavailable(Box<dyn Error + Send + Sync>),
    /// A stored item cannot be read.
    Corrupt(String),
}

/// Fields that are unique in the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unique {
    /// A user's email address.
    Email,
    /// The slug of a product or a category.
    Slug,
    /// A variant's SKU.
    Sku(String),
    /// The one live payment of an order.
    LivePayment,
    /// A promotion's code.
    CouponCode,
}

/// What a shop has as much of as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Zones that tax.
    TaxZones,
    /// Zones that things are sent to.
    ShippingZones,
    /// Promotions that everybody gets.
    AutomaticPromotions,
    /// All of these together, by their size.
    Tariff,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TaxZones => "there are 100 tax zones already",
            Self::ShippingZones => "there are 100 shipping zones already",
            Self::AutomaticPromotions => "there are 100 promotions without a code already",
            Self::Tariff => {
                "all zones and promotions without a code together may take 800 kB; this one is too large"
            }
        })
    }
}

impl StoreError {
    /// A service that does not answer.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    pub(crate) fn corrupt(what: impl fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such object"),
            Self::Stale => f.write_str("the object changed meanwhile"),
            Self::Taken(unique) => write!(f, "already taken: {unique:?}"),
            Self::Short(shortages) => write!(f, "out of stock: {} SKUs", shortages.len()),
            Self::Sold => f.write_str("something of it was sold"),
            Self::UsedUp => f.write_str("used as often as it may be"),
            Self::Full(full) => full.fmt(f),
            Self::Occupied => f.write_str("something is in it"),
            Self::Repeated(_) => f.write_str("carried out before"),
            Self::KeyReused => f.write_str("the idempotency key belongs to another request"),
            Self::Overgrown => f.write_str("the order is too large to be kept"),
            Self::TooLarge => f.write_str("the page is too large"),
            Self::Contended(_) => f.write_str("others are at the same data"),
            Self::Unavailable(_) => f.write_str("the data service is unavailable"),
            Self::Corrupt(what) => write!(f, "a stored item cannot be read: {what}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Contended(source) | Self::Unavailable(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
