//! The endpoints and consumers of notifications.

mod list_notifications;
mod notify_customer;
