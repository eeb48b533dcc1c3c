//! What the shop tells its customers, and what of it they want to hear.

use std::fmt;

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
        /// Goods of an order were sent.
        OrderShipped => "orderShipped",
        /// Goods of an order arrived.
        OrderDelivered => "orderDelivered",
        /// A return was asked for.
        ReturnRequested => "returnRequested",
        /// Goods may be sent back.
        ReturnApproved => "returnApproved",
        /// Goods may not be sent back.
        ReturnRejected => "returnRejected",
        /// Goods came back.
        ReturnReceived => "returnReceived",
        /// A payment waits for the customer.
        PaymentActionRequired => "paymentActionRequired",
        /// A payment was declined, and can be tried again.
        PaymentFailed => "paymentFailed",
        /// Money was given back.
        PaymentRefunded => "paymentRefunded",
        /// An account was opened.
        Welcome => "welcome",
        /// The account has another password.
        PasswordChanged => "passwordChanged",
        /// The account moved to another address.
        EmailChanged => "emailChanged",
    }
}

/// What people choose to hear of, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationCategory {
    /// What becomes of their orders.
    Orders,
    /// What becomes of what they send back.
    Returns,
    /// What is paid, what is to be paid and what is given back.
    Payments,
    /// Who can get into their account.
    Account,
}

impl NotificationKind {
    /// What it counts as.
    #[must_use]
    pub const fn category(self) -> NotificationCategory {
        match self {
            Self::OrderConfirmed
            | Self::OrderCancelled
            | Self::OrderExpired
            | Self::OrderShipped
            | Self::OrderDelivered => NotificationCategory::Orders,
            Self::ReturnRequested
            | Self::ReturnApproved
            | Self::ReturnRejected
            | Self::ReturnReceived => NotificationCategory::Returns,
            Self::PaymentActionRequired | Self::PaymentFailed | Self::PaymentRefunded => {
                NotificationCategory::Payments
            }
            Self::Welcome | Self::PasswordChanged | Self::EmailChanged => {
                NotificationCategory::Account
            }
        }
    }

    /// Whether its mail goes out whatever its reader prefers: it protects the account, or it is the
    /// confirmation that the law wants whoever buys to have.
    #[must_use]
    pub const fn is_always_mailed(self) -> bool {
        matches!(
            (self, self.category()),
            (Self::OrderConfirmed, _) | (_, NotificationCategory::Account)
        )
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
    /// Counts the changes, from 1.
    pub version: u64,
}

impl Notification {
    /// The notification as its user has seen it, or put back among the unseen; the same if it is so
    /// already.
    #[must_use]
    pub fn marked(&self, read: bool) -> Self {
        Self {
            read,
            version: self.version + u64::from(read != self.read),
            ..self.clone()
        }
    }
}

/// What reaches somebody in one way, by category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    /// What becomes of their orders.
    pub orders: bool,
    /// What becomes of what they send back.
    pub returns: bool,
    /// What is paid, what is to be paid and what is given back.
    pub payments: bool,
    /// Who can get into their account.
    pub account: bool,
}

impl Channel {
    /// Everything.
    pub const OPEN: Self = Self {
        orders: true,
        returns: true,
        payments: true,
        account: true,
    };

    const fn carries(self, category: NotificationCategory) -> bool {
        match category {
            NotificationCategory::Orders => self.orders,
            NotificationCategory::Returns => self.returns,
            NotificationCategory::Payments => self.payments,
            NotificationCategory::Account => self.account,
        }
    }
}

/// What somebody wants to be told, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationPreferences {
    /// Who.
    pub user: UserId,
    /// What comes by mail.
    pub email: Channel,
    /// What stands in the shop's own list.
    pub in_app: Channel,
    /// Counts the changes, from 0 for somebody who never made one.
    pub version: u64,
}

/// Mail about an account protects it, and cannot be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountMailOff;

impl fmt::Display for AccountMailOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be true: mail about the account protects it")
    }
}

impl NotificationPreferences {
    /// Those of somebody who never said anything: everything, in every way.
    #[must_use]
    pub const fn unsaid(user: UserId) -> Self {
        Self {
            user,
            email: Channel::OPEN,
            in_app: Channel::OPEN,
            version: 0,
        }
    }

    /// The preferences written anew.
    ///
    /// # Errors
    /// [`AccountMailOff`].
    pub fn replaced(&self, email: Channel, in_app: Channel) -> Result<Self, AccountMailOff> {
        if !email.account {
            return Err(AccountMailOff);
        }
        Ok(Self {
            user: self.user,
            email,
            in_app,
            version: self.version + 1,
        })
    }

    /// Whether news of this kind come by mail.
    #[must_use]
    pub const fn mails(&self, kind: NotificationKind) -> bool {
        kind.is_always_mailed() || self.email.carries(kind.category())
    }

    /// Whether news of this kind stand in the shop's own list.
    #[must_use]
    pub const fn lists(&self, kind: NotificationKind) -> bool {
        self.in_app.carries(kind.category())
    }
}
