//! Notifications: what customers are told, by mail and in the shop. Owns the routes below
//! `/notifications` and the preferences; may depend on `domain`, `store` and `edge`; must never know
//! another service's functions.

use edge::{Function, consumer, endpoint};

mod about_orders;
mod about_parcels;
mod about_payments;
mod about_people;
mod change_notification;
mod get_preferences;
mod html;
mod letter;
mod list_notifications;
mod news;
mod notification;
mod notify_customer;
mod plain_text;
mod preferences;
mod replace_preferences;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(change_notification::ChangeNotification),
    endpoint!(get_preferences::GetPreferences),
    endpoint!(list_notifications::ListNotifications),
    consumer!(notify_customer::NotifyCustomer),
    endpoint!(replace_preferences::ReplacePreferences),
];
