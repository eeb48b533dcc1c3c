//! The endpoints and consumers of notifications.

mod change_notification;
mod get_preferences;
mod list_notifications;
mod notify_customer;
mod replace_preferences;
