//! The only room that names an AWS SDK: typed handles to tables, queues, secrets and mail.
//!
//! It owns items and their keys, condition expressions, transactions, the outbox, the environment
//! and what each handle is granted. It may depend on `domain`. It must never know a status code, a
//! header of the shop's own API, a claim, or which rules a route applies in what order.

pub mod api_keys;
pub mod appointments;
pub mod attempts;
pub mod audit;
pub mod availability;
pub mod aws;
pub mod breaker;
mod cache;
pub mod carts;
pub mod categories;
pub mod db;
pub mod digest;
mod due;
pub mod env;
pub mod error;
pub mod event;
pub mod grant;
pub mod handle;
pub mod keys;
pub mod mailed;
pub mod need;
pub mod notification_preferences;
pub mod notifications;
pub mod once;
pub mod operating;
pub mod orders;
pub mod outbox;
pub mod outside;
mod packed;
pub mod page;
pub mod payments;
pub mod people;
pub mod pricing;
pub mod products;
pub mod provider;
pub mod queues;
pub mod quota;
pub mod readiness;
pub mod reads;
pub mod sessions;
pub mod shelf;
pub mod shop;
pub mod sign;
mod squeezed;
pub mod stock;
pub mod tables;
pub mod telling;
pub mod tx;
pub mod usage;
pub mod users;
mod wire;

pub use error::StoreError;
pub use need::{Declaration, Need, Needs, StartError, Wiring};
