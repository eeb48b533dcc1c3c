//! A file per endpoint and per consumer.

mod catalog;
mod inventory;
mod notifications;
mod orders;
mod payments;
mod platform;
mod users;
