//! One id type per kind of thing, so that the compiler objects when two are swapped.
//!
//! All are UUIDv7: they sort by the moment they were made.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::clock::{Entropy, Timestamp};
use crate::rule::Broken;
use crate::value::parsed_text;

/// The hyphenated form as a pattern.
pub(crate) const UUID: &str =
    "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The schema's `format` keyword for this type.
            pub const FORMAT: &'static str = "uuid";

            /// A fresh id made of the moment and 74 random bits.
            #[must_use]
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(fresh(now, entropy))
            }

            /// The id that a UUID stands for.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id whose 128 bits are given; for tests and for ids derived from a hash.
            #[must_use]
            pub const fn from_u128(bits: u128) -> Self {
                Self(Uuid::from_u128(bits))
            }

            /// The UUID behind the id.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }

            /// Reads the hyphenated form of 36 characters and no other.
            pub fn parse(text: &str) -> Result<Self, Broken> {
                hyphenated(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.as_hyphenated())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Broken;

            fn try_from(text: String) -> Result<Self, Broken> {
                Self::parse(&text)
            }
        }

        parsed_text!(
            $name,
            "uuid",
            36,
            36,
            UUID,
            $crate::value::prose([$($doc),*])
        );
    };
}

id! {
    /// Names a user.
    UserId
}
id! {
    /// Names a product.
    ProductId
}
id! {
    /// Names a category of products.
    CategoryId
}
id! {
    /// Names a promotion.
    PromotionId
}
id! {
    /// Names a zone of the world that taxes in one way.
    TaxZoneId
}
id! {
    /// Names a zone of the world that things are sent to.
    ShippingZoneId
}
id! {
    /// Names a cart.
    CartId
}
id! {
    /// Names an order.
    OrderId
}
id! {
    /// Names a line of an order.
    LineId
}
id! {
    /// Names a fulfilment of an order: a parcel on its way.
    FulfilmentId
}
id! {
    /// Names a return: goods of an order that come back.
    ReturnId
}
id! {
    /// Names a note of staff about an order.
    NoteId
}
id! {
    /// Names one attempt to pay for an order.
    PaymentId
}
id! {
    /// Names a refund of a payment.
    RefundId
}
id! {
    /// Names a movement of stock.
    MovementId
}
id! {
    /// Names a notification.
    NotificationId
}
id! {
    /// Names a session.
    SessionId
}
id! {
    /// Names an API key.
    ApiKeyId
}
id! {
    /// Names an entry of the audit trail.
    AuditId
}
id! {
    /// Names a token that is sent by mail.
    MailedTokenId
}
id! {
    /// Names an event, or one run of whoever works on it.
    EventId
}

fn fresh(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    // A clock before 1970 is broken; the id is then merely as random as its random part.
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The library's parser alone would also take braces, `urn:uuid:` and 32 bare digits, none of which
/// the contract knows.
fn hyphenated(text: &str) -> Result<Uuid, Broken> {
    const RULE: Broken = Broken("must be a UUID in hyphenated form");
    if text.len() != 36 {
        return Err(RULE);
    }
    Uuid::try_parse(text).map_err(|_| RULE)
}
