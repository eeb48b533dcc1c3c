//! Notifications: what customers are told, by mail and in the shop. Owns the routes below
//! `/notifications`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod about_people;
mod letter;
mod list_notifications;
mod notify_customer;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(list_notifications::ListNotifications),
    consumer!(notify_customer::NotifyCustomer),
];
