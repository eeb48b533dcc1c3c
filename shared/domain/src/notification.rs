//! What the shop tells its customers.

use crate::clock::Timestamp;
use crate::id::{NotificationId, OrderId, UserId};
use crate::value::word_enum;

word_enum! {
    /// What a notification is about.
    pub enum NotificationKind {
        /// An order is paid and will be sent.
        OrderConfirmed => "orderConfirmed",
        /// An order was cancelled.
        OrderCancelled => "orderCancelled",
        /// An order was not paid in time.
        OrderExpired => "orderExpired",
        /// An account was opened.
        Welcome => "welcome",
        /// The account has another password.
        PasswordChanged => "passwordChanged",
        /// The account moved to another address.
        EmailChanged => "emailChanged",
    }
}

/// Something that a user is told in the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Names the notification.
    pub id: NotificationId,
    /// Who is told.
    pub user: UserId,
    /// What it is about.
    pub kind: NotificationKind,
    /// One line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// The user has seen it.
    pub read: bool,
    /// When it was written.
    pub at: Timestamp,
}

impl Notification {
    /// The notification as its user has seen it, or put back among the unseen.
    #[must_use]
    pub fn marked(&self, read: bool) -> Self {
        Self {
            read,
            ..self.clone()
        }
    }
}
