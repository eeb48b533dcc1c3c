//! Events: the facts that services tell each other, and the envelope they travel in.
//!
//! An event is written into the outbox in the transaction that makes it true. Readers accept every
//! version that was ever written; an unknown type or version is an error, never a guess.

use domain::clock::{Entropy, Timestamp};
use domain::email::Email;
use domain::id::{
    CartId, EventId, FulfilmentId, MailedTokenId, OrderId, PaymentId, RefundId, ReturnId, UserId,
};
use domain::money::Money;
use domain::order::ReturnStatus;
use domain::sku::Sku;
use domain::text::{OptionName, OptionValue, PaymentMethod, PersonName};
use domain::user::User;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

mod payment;

pub use payment::PaymentFacts;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($data:ty) = $version:literal,)*) => {
        /// The kinds of events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Topic { $($(#[$doc])* $name,)* }

        impl Topic {
            /// Every kind.
            pub const ALL: &[Topic] = &[$(Topic::$name),*];
        }

        /// A fact.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event { $($(#[$doc])* $name($data),)* }

        impl Event {
            /// Its kind.
            #[must_use]
            pub fn topic(&self) -> Topic {
                match self { $(Self::$name(_) => Topic::$name,)* }
            }

            fn version(&self) -> u32 {
                match self { $(Self::$name(_) => $version,)* }
            }

            fn data(&self) -> serde_json::Result<Value> {
                match self { $(Self::$name(data) => serde_json::to_value(data),)* }
            }

            fn read(topic: Topic, version: u32, data: Value) -> Result<Self, Unreadable> {
                match (topic, version) {
                    $((Topic::$name, $version) => serde_json::from_value(data)
                        .map(Self::$name)
                        .map_err(|error| Unreadable(error.to_string())),)*
                    (topic, version) => Err(Unreadable(format!("{topic:?} in version {version}"))),
                }
            }
        }
    };
}

events! {
    /// A person opened an account.
    UserRegistered(UserFacts) = 1,
    /// Somebody is to show that they read an address before their account moves there, or is told
    /// that it is taken.
    EmailVerificationRequested(UserFacts) = 1,
    /// A person signed in with a cart in their hands.
    CartBrought(BroughtCart) = 1,
    /// An account moved to another address.
    EmailChanged(EmailChange) = 1,
    /// An account has another password.
    PasswordChanged(UserFacts) = 1,
    /// Somebody wants a new password for the account of an address, if there is one.
    PasswordResetRequested(ResetWish) = 1,
    /// The owner of an account may choose a new password.
    PasswordResetIssued(UserFacts) = 1,
    /// An order was placed and holds its stock.
    OrderCreated(OrderFacts) = 1,
    /// An order was paid.
    OrderConfirmed(OrderFacts) = 1,
    /// An order was called off.
    OrderCancelled(OrderFacts) = 1,
    /// An order was not paid in time.
    OrderExpired(OrderFacts) = 1,
    /// Goods of an order were sent.
    OrderShipped(FulfilmentFacts) = 1,
    /// Goods of an order arrived.
    OrderDelivered(FulfilmentFacts) = 1,
    /// All goods of an order arrived.
    OrderCompleted(OrderFacts) = 1,
    /// Somebody wants to send goods back.
    ReturnRequested(ReturnFacts) = 1,
    /// They may.
    ReturnApproved(ReturnFacts) = 1,
    /// They may not.
    ReturnRejected(ReturnFacts) = 1,
    /// Goods came back.
    ReturnReceived(ReturnFacts) = 1,
    /// A payment set the money aside.
    PaymentAuthorized(PaymentFacts) = 1,
    /// A payment took part of the money that it had set aside.
    PaymentCaptured(PaymentFacts) = 1,
    /// A payment took all of the money.
    PaymentSucceeded(PaymentFacts) = 1,
    /// A payment was declined.
    PaymentFailed(PaymentFacts) = 1,
    /// A payment waits for its customer.
    PaymentActionRequired(PaymentFacts) = 1,
    /// A payment was given back, in part or whole.
    PaymentRefunded(PaymentFacts) = 1,
    /// A payment was given up before any money was taken.
    PaymentVoided(PaymentFacts) = 1,
    /// A customer's bank disputes a payment, or the dispute has come further.
    PaymentDisputed(PaymentFacts) = 1,
    /// A refund is to be carried out.
    RefundRequested(RefundWish) = 1,
    /// A refund could not be carried out.
    RefundFailed(PaymentFacts) = 1,
    /// The provider has news of a payment.
    PaymentReported(PaymentReport) = 1,
    /// A SKU's available stock fell to the threshold or below it.
    StockLow(StockFacts) = 1,
}

/// About a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFacts {
    /// Who.
    pub user_id: UserId,
    /// Their address.
    pub email: Email,
    /// Their name.
    pub name: PersonName,
    /// The id of the token that goes into the mail, if one does. Never the token itself: events are
    /// kept.
    #[serde(default)]
    pub token: Option<MailedTokenId>,
}

impl UserFacts {
    /// About this person, whose mail carries this token.
    #[must_use]
    pub fn of(user: &User, token: Option<MailedTokenId>) -> Self {
        Self {
            user_id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            token,
        }
    }
}

/// About a person who signed in with a cart in their hands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BroughtCart {
    /// Who.
    pub user_id: UserId,
    /// Which cart.
    pub cart_id: CartId,
}

/// About an account that moved to another address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailChange {
    /// Whose.
    pub user_id: UserId,
    /// Their name.
    pub name: PersonName,
    /// Where they were.
    pub old: Email,
    /// Where they are now.
    pub new: Email,
}

/// That somebody wants a new password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResetWish {
    /// For the account of which address.
    pub email: Email,
}

/// About an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderFacts {
    /// Which order.
    pub order_id: OrderId,
    /// Its number for humans.
    pub number: String,
    /// Whose; absent for a guest.
    pub customer_id: Option<UserId>,
    /// Where mail about it goes.
    pub email: Email,
    /// What it costs.
    pub total: Money,
    /// What the server is to charge, if anything.
    pub payment_method: Option<PaymentMethod>,
    /// How many units of which SKU.
    pub lines: Vec<LineFacts>,
    /// Why, where there is a reason.
    pub reason: Option<String>,
}

/// About an order's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineFacts {
    /// What.
    pub sku: Sku,
    /// Its name when it was bought.
    pub name: String,
    /// Which form of it, by the names of what there is to choose.
    #[serde(default)]
    pub options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub quantity: u32,
    /// What they cost together, where the whole line is meant.
    #[serde(default)]
    pub total: Option<Money>,
}

/// About a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FulfilmentFacts {
    /// Of which order.
    pub order_id: OrderId,
    /// The order's number for humans.
    pub number: String,
    /// Whose; absent for a guest.
    pub customer_id: Option<UserId>,
    /// Where mail about it goes.
    pub email: Email,
    /// Which parcel.
    pub fulfilment_id: FulfilmentId,
    /// What is in it.
    pub lines: Vec<LineFacts>,
    /// Where it can be followed.
    pub tracking: Option<TrackingFacts>,
}

/// Where a parcel can be followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackingFacts {
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub number: String,
    /// The page that shows where it is.
    pub url: Option<String>,
}

/// About goods that come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnFacts {
    /// Of which order.
    pub order_id: OrderId,
    /// The order's number for humans.
    pub number: String,
    /// Whose; absent for a guest.
    pub customer_id: Option<UserId>,
    /// Where mail about it goes.
    pub email: Email,
    /// Which return.
    pub return_id: ReturnId,
    /// What comes back, in all.
    pub lines: Vec<LineFacts>,
    /// Why, in the words of whoever asked for it.
    pub reason: String,
    /// Where the return stands.
    pub status: ReturnStatus,
    /// Which receipt of the return it is, counted from 1, where something came.
    pub receipt: Option<u32>,
    /// What came in it.
    pub received: Vec<ReceivedFacts>,
}

/// About units that came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedFacts {
    /// What.
    pub sku: Sku,
    /// Its name when it was bought.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// How many of them can be sold again.
    pub restocked: u32,
    /// How many of them cannot.
    pub written_off: u32,
}

/// That the provider has news.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentReport {
    /// Of which payment.
    pub payment_id: PaymentId,
}

/// That a refund is to be carried out, which is reserved on its payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundWish {
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Of which order.
    pub order_id: OrderId,
    /// Which refund.
    pub refund_id: RefundId,
}

/// About a stock level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockFacts {
    /// Of which SKU.
    pub sku: Sku,
    /// How many units can still be sold.
    pub available: i64,
}

/// When, on whose behalf and with what randomness a change is made.
#[derive(Clone)]
pub struct Stamp {
    /// The instant.
    pub now: Timestamp,
    /// The W3C traceparent of the request or message behind it.
    pub trace: String,
    /// Where new ids come from.
    pub entropy: Arc<dyn Entropy>,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The event's own id: the same however often it is delivered.
    pub id: EventId,
    /// When it became true.
    pub occurred_at: Timestamp,
    /// What it is about, such as `order/<id>`.
    pub aggregate: String,
    /// The version of the aggregate that it belongs to.
    pub sequence: u64,
    /// The W3C traceparent it continues.
    pub traceparent: String,
    /// The fact.
    pub event: Event,
}

/// A message that is no event this code knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: EventId,
    #[serde(rename = "type")]
    topic: Topic,
    version: u32,
    occurred_at: Timestamp,
    aggregate: String,
    sequence: u64,
    traceparent: String,
    data: Value,
}

impl Envelope {
    /// Seals `event` about `aggregate` at its version `sequence`.
    #[must_use]
    pub fn seal(stamp: &Stamp, aggregate: String, sequence: u64, event: Event) -> Self {
        Self {
            id: EventId::new(stamp.now, stamp.entropy.as_ref()),
            occurred_at: stamp.now,
            aggregate,
            sequence,
            traceparent: stamp.trace.clone(),
            event,
        }
    }

    /// The JSON that travels.
    ///
    /// # Errors
    /// If the event cannot be written, which no event defined here causes.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let Self {
            id,
            occurred_at,
            aggregate,
            sequence,
            traceparent,
            event,
        } = self;
        serde_json::to_string(&Wire {
            id: *id,
            topic: event.topic(),
            version: event.version(),
            occurred_at: *occurred_at,
            aggregate: aggregate.clone(),
            sequence: *sequence,
            traceparent: traceparent.clone(),
            data: event.data()?,
        })
    }

    /// Reads what [`Envelope::to_json`] wrote, in any version ever written.
    ///
    /// # Errors
    /// [`Unreadable`] for anything else.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let Wire {
            id,
            topic,
            version,
            occurred_at,
            aggregate,
            sequence,
            traceparent,
            data,
        } = serde_json::from_str(json).map_err(|error| Unreadable(error.to_string()))?;
        Ok(Self {
            id,
            occurred_at,
            aggregate,
            sequence,
            traceparent,
            event: Event::read(topic, version, data)?,
        })
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a known event: {}", self.0)
    }
}

impl std::error::Error for Unreadable {}
