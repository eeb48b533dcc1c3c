//! The shop's rules and nothing else: ids, money, people, catalogue, stock, orders, payments.
//!
//! Owns every decision that needs no waiting: what a value may look like, what a product, an order
//! or a payment may become next. May depend on the language and on crates for dates, ids and
//! schemas. Must never know a table, a queue, a status code, a header or a function; reads neither
//! clock nor entropy, both are handed in.
//!
//! Small value types carry serde and a schema, so that the edge can speak them. Aggregates (`User`,
//! `Product`, `Level`, `Order`, `Payment`) do not: what the wire and the tables hold is decided there.

pub mod address;
pub mod api_key;
pub mod attempts;
pub mod audit;
pub mod cart;
pub mod category;
pub mod clock;
pub mod country;
pub mod currency;
pub mod email;
pub mod id;
pub mod machine;
pub mod mailed;
pub mod money;
pub mod notification;
pub mod order;
pub mod password;
pub mod payment;
pub mod pricing;
pub mod product;
pub mod quantity;
pub mod role;
pub mod rule;
pub mod search;
pub mod session;
pub mod sku;
pub mod slug;
pub mod stock;
pub mod text;
pub mod transition;
pub mod user;
mod value;
pub mod word;

pub use address::Address;
pub use clock::{Clock, Entropy, Timestamp};
pub use country::Country;
pub use currency::Currency;
pub use email::Email;
pub use id::{
    CategoryId, EventId, FulfilmentId, LineId, MovementId, NoteId, NotificationId, OrderId,
    PaymentId, ProductId, RefundId, ReturnId, SessionId, UserId,
};
pub use money::{Money, MoneyError};
pub use password::Password;
pub use quantity::Quantity;
pub use role::{Permission, Role};
pub use rule::{Broken, Fault};
pub use sku::Sku;
pub use slug::Slug;
pub use transition::Transition;
pub use word::Word;
