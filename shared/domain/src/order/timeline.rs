//! What has happened to an order, and who did it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fulfilment::MAX_FULFILMENTS;
use super::returns::MAX_RETURNS;
use crate::clock::Timestamp;
use crate::id::{UUID, UserId};
use crate::payment::MAX_REFUNDS;
use crate::rule::Broken;
use crate::value::{parsed_text, word_enum};

/// How many entries a timeline may have.
pub const MAX_ENTRIES: usize = 800;
/// Room that what may happen any number of times cannot fill, attempts to pay above all: for what
/// settles an order, for two entries of each fulfilment, three of each return, one of each note, and
/// three of each refund.
const RESERVED: usize = 20 + 2 * MAX_FULFILMENTS + 3 * MAX_RETURNS + 50 + 3 * MAX_REFUNDS;

word_enum! {
    /// What happened.
    pub enum Moment {
        /// The order was placed.
        Placed => "placed",
        /// The payments service was asked to charge it.
        PaymentRequested => "paymentRequested",
        /// The customer must do something to pay.
        PaymentActionRequired => "paymentActionRequired",
        /// The money was set aside.
        Authorized => "authorized",
        /// Part of the money was taken.
        PartiallyPaid => "partiallyPaid",
        /// The money was taken.
        Paid => "paid",
        /// An attempt to pay failed.
        PaymentFailed => "paymentFailed",
        /// The goods are the customer's.
        Confirmed => "confirmed",
        /// The order was called off.
        Cancelled => "cancelled",
        /// The order was not paid in time.
        Expired => "expired",
        /// Some of the goods were sent.
        Shipped => "shipped",
        /// A fulfilment arrived.
        Delivered => "delivered",
        /// A fulfilment had never left the house.
        FulfilmentCancelled => "fulfilmentCancelled",
        /// Everything arrived.
        Completed => "completed",
        /// Somebody wants to send goods back.
        ReturnRequested => "returnRequested",
        /// They may.
        ReturnApproved => "returnApproved",
        /// They may not.
        ReturnRejected => "returnRejected",
        /// They no longer want to.
        ReturnCancelled => "returnCancelled",
        /// Some of what was to come back came.
        ReturnReceived => "returnReceived",
        /// The rest of it never came.
        ReturnClosed => "returnClosed",
        /// Staff has written something down.
        NoteAdded => "noteAdded",
        /// Money is to be given back.
        RefundRequested => "refundRequested",
        /// Money was given back.
        Refunded => "refunded",
        /// The provider could not give money back.
        RefundFailed => "refundFailed",
        /// The payment was given up before any money was taken.
        Voided => "voided",
        /// The customer's bank disputes the payment.
        Disputed => "disputed",
    }
}

impl Moment {
    /// Whether it may happen any number of times.
    const fn is_repeatable(self) -> bool {
        matches!(
            self,
            Self::PaymentRequested
                | Self::PaymentActionRequired
                | Self::PaymentFailed
                | Self::ReturnReceived
        )
    }
}

/// Who did something to an order. As text: `customer:<id>`, `staff:<id>`, `guest` or `system`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// Its customer.
    Customer(UserId),
    /// Whoever holds its token.
    Guest,
    /// Somebody of the shop.
    Staff(UserId),
    /// The shop itself.
    System,
}

impl Actor {
    /// The schema's `format` keyword for this type.
    pub const FORMAT: &'static str = "actor";

    /// Reads what [`Actor`] prints.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        const RULE: Broken = Broken("must be customer:<id>, staff:<id>, guest or system");
        match text.split_once(':') {
            None if text == "guest" => Ok(Self::Guest),
            None if text == "system" => Ok(Self::System),
            Some(("customer", id)) => UserId::parse(id).map(Self::Customer).map_err(|_| RULE),
            Some(("staff", id)) => UserId::parse(id).map(Self::Staff).map_err(|_| RULE),
            _ => Err(RULE),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => write!(f, "customer:{id}"),
            Self::Guest => f.write_str("guest"),
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl TryFrom<String> for Actor {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        Self::parse(&text)
    }
}

parsed_text!(
    Actor,
    "actor",
    5,
    45,
    format!(
        "^(guest|system|(customer|staff):{})$",
        UUID.trim_matches(['^', '$'])
    ),
    "Who did it: `customer:<id>`, `staff:<id>`, `guest` or `system`."
);

/// One thing that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Moment,
    /// Who did it.
    pub actor: Actor,
    /// What else there is to say, such as a reason.
    pub data: Option<String>,
}

/// The timeline with one entry more, if there is still room for its kind.
pub(super) fn with(timeline: &[Entry], entry: Entry) -> Vec<Entry> {
    let room = if entry.kind.is_repeatable() {
        MAX_ENTRIES - RESERVED
    } else {
        MAX_ENTRIES
    };
    let mut entries = timeline.to_vec();
    if entries.len() < room {
        entries.push(entry);
    }
    entries
}
