//! A file per endpoint and per consumer.

mod carts;
mod catalog;
mod inventory;
mod notifications;
mod orders;
mod payments;
mod platform;
pub(crate) mod pricing;
mod users;
