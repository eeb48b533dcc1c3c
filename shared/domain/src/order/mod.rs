//! Orders: what was bought, at which price, and what an order may become next.

mod due;
mod fulfilment;
mod goods;
mod line;
mod note;
mod number;
mod paying;
mod place;
mod returns;
mod status;
mod timeline;
mod tracking;
mod transitions;

use std::fmt;
use std::time::Duration;

pub use due::Due;
pub use fulfilment::{Fulfilment, MAX_FULFILMENTS, Shipment, ShipmentStatus};
pub use goods::{GoodsError, Units};
pub use line::Line;
pub use note::{MAX_NOTES, Note, NoteText};
pub use number::OrderNumber;
pub use paying::PaymentNews;
pub use place::Draft;
pub use returns::{
    Arrived, Disposition, MAX_RETURNS, MovedReturn, Receipt, ReceivedLine, Return, ReturnLine,
    ReturnRequest, ReturnStatus,
};
pub use status::{FulfilmentStatus, OrderStatus, PaymentStatus};
pub use timeline::{Actor, Entry, MAX_ENTRIES, Moment};
pub use tracking::{Carrier, Tracking, TrackingNumber, TrackingUrl};

use crate::address::Address;
use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::email::Email;
use crate::id::{OrderId, PaymentId, UserId};
use crate::money::{Money, MoneyError};
use crate::pricing::{Applied, AppliedTax};
use crate::sku::Sku;
use crate::slug::Slug;
use crate::text::{PaymentMethod, Title};

/// How long an unpaid order keeps its stock.
pub const HOLD: Duration = Duration::from_secs(15 * 60);
/// How long an order that the shop charges waits for word of its payment before it asks again.
pub const CHARGE_PATIENCE: Duration = Duration::from_secs(2 * 60);
/// How many lines an order may have; it has at least one.
pub const MAX_LINES: usize = crate::pricing::MAX_LINES;

/// What an order comes to.
///
/// `items` and `discount` are the sums over the lines, and so is `tax`, together with that on
/// shipping; `total` is what is charged: items less discount plus shipping, and plus tax unless prices
/// contain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Units at their prices.
    pub items: Money,
    /// What it was made cheaper by.
    pub discount: Money,
    /// What sending it costs.
    pub shipping: Money,
    /// Tax.
    pub tax: Money,
    /// The part of it that is on shipping.
    pub shipping_tax: Money,
    /// Whether prices contain the tax.
    pub tax_included: bool,
    /// What is to be paid.
    pub total: Money,
    /// What was paid.
    pub captured: Money,
    /// What of that was given back.
    pub refunded: Money,
    /// What was to be given back and was not, all refunds that failed taken together. It only grows.
    pub refund_failed: Money,
}

/// How an order is sent, as it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipping {
    /// What the way of sending is named by.
    pub method: Slug,
    /// What it was called.
    pub name: Title,
    /// Which taxes are on it, and how much each.
    pub taxes: Vec<AppliedTax>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Names the order.
    pub id: OrderId,
    /// Its name for humans.
    pub number: OrderNumber,
    /// Who ordered; nobody known where it was a guest.
    pub customer: Option<UserId>,
    /// Where mail about it goes.
    pub email: Email,
    /// Where it stands as a whole.
    pub status: OrderStatus,
    /// Where it stands towards its payment.
    pub payment_status: PaymentStatus,
    /// How far its goods have come.
    pub fulfilment_status: FulfilmentStatus,
    /// The one currency of all its amounts.
    pub currency: Currency,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Where it is sent.
    pub shipping_address: Address,
    /// How it is sent; nothing where the shop asks for no way of sending.
    pub shipping: Option<Shipping>,
    /// What made it cheaper.
    pub promotions: Vec<Applied>,
    /// What it comes to.
    pub totals: Totals,
    /// What the shop charges; without it the customer's client pays.
    pub payment_method: Option<PaymentMethod>,
    /// The latest payment that the order has heard of.
    pub payment: Option<PaymentId>,
    /// What was sent of it, oldest first.
    pub fulfilments: Vec<Fulfilment>,
    /// What came back of it, or is to, oldest first.
    pub returns: Vec<Return>,
    /// How many notes staff has written down about it.
    pub notes: u32,
    /// What has happened to it, oldest first; the first entry is its placing.
    pub timeline: Vec<Entry>,
    /// Until when its stock is held while it is not paid.
    pub expires_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why an order cannot move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderError {
    /// The sums do not add up.
    Money(MoneyError),
    /// The order cannot go there from where it is.
    InvalidState {
        /// Where it is.
        from: OrderStatus,
        /// Where it was to go.
        to: OrderStatus,
    },
    /// Something of it was sent: it can no longer be called off.
    Sent {
        /// Where it is.
        from: OrderStatus,
    },
    /// Another amount was taken or given back than the order knows of.
    AmountMismatch {
        /// What it knows of: its total, or for a refund what was paid.
        expected: Money,
        /// What it was told.
        actual: Money,
    },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(error) => error.fmt(f),
            Self::InvalidState { from, to } => {
                write!(f, "the order is {from} and cannot become {to}")
            }
            Self::Sent { from } => write!(
                f,
                "the order is {from} and some of it was sent; ask for a return instead"
            ),
            Self::AmountMismatch { expected, actual } => {
                write!(f, "the order knows of {expected}, not of {actual}")
            }
        }
    }
}

impl std::error::Error for OrderError {}

impl From<MoneyError> for OrderError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

impl Order {
    /// The units that the order takes from stock, each SKU once.
    #[must_use]
    pub fn demand(&self) -> Vec<(Sku, u32)> {
        self.lines
            .iter()
            .map(|line| (line.sku.clone(), line.quantity.get()))
            .collect()
    }

    /// The order as it was when it was placed: the reply to a repeated request to place it.
    #[must_use]
    pub fn as_placed(&self) -> Self {
        let nothing = Money::zero(self.currency);
        Self {
            status: OrderStatus::PendingPayment,
            payment_status: PaymentStatus::Unpaid,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            lines: self.lines.iter().map(Line::as_placed).collect(),
            totals: Totals {
                captured: nothing,
                refunded: nothing,
                refund_failed: nothing,
                ..self.totals
            },
            payment: None,
            fulfilments: Vec::new(),
            returns: Vec::new(),
            notes: 0,
            timeline: self.timeline.iter().take(1).cloned().collect(),
            version: 1,
            updated_at: self.created_at,
            ..self.clone()
        }
    }
}
