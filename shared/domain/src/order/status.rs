//! Where an order stands: as a whole, towards its payment, and on its way to the customer.

use crate::machine::Machine;
use crate::money::Money;
use crate::payment::PaymentState;
use crate::value::word_enum;

word_enum! {
    /// Where an order stands as a whole.
    pub enum OrderStatus {
        /// Its stock is held, its money is not there.
        PendingPayment => "pendingPayment",
        /// Paid; the goods are the customer's.
        Confirmed => "confirmed",
        /// Everything arrived.
        Completed => "completed",
        /// Called off.
        Cancelled => "cancelled",
        /// Not paid in time.
        Expired => "expired",
    }
}

impl Machine for OrderStatus {
    const NAME: &'static str = "order";
    const STARTS: &'static [Self] = &[Self::PendingPayment];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::PendingPayment, Self::Confirmed),
        (Self::PendingPayment, Self::Cancelled),
        (Self::PendingPayment, Self::Expired),
        (Self::Confirmed, Self::Completed),
        (Self::Confirmed, Self::Cancelled),
    ];
}

impl OrderStatus {
    /// No status follows this one.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Expired)
    }
}

word_enum! {
    /// Where an order stands towards its payment.
    pub enum PaymentStatus {
        /// No money has been asked for, or nothing is known of it yet.
        Unpaid => "unpaid",
        /// The customer must do something to pay.
        RequiresAction => "requiresAction",
        /// The money is set aside.
        Authorized => "authorized",
        /// Part of the money is taken.
        PartiallyCaptured => "partiallyCaptured",
        /// The money is taken.
        Captured => "captured",
        /// Part of it was given back.
        PartiallyRefunded => "partiallyRefunded",
        /// All of it was given back.
        Refunded => "refunded",
        /// The last attempt to pay failed.
        Failed => "failed",
        /// The payment was given up before any money was taken.
        Voided => "voided",
        /// The provider's answer was lost.
        Unknown => "unknown",
    }
}

impl PaymentStatus {
    /// What an order says of its payment, given where the payment stands, and how much of the money
    /// was taken and given back.
    #[must_use]
    pub fn of(payment: PaymentState, captured: Money, refunded: Money) -> Self {
        if !refunded.is_zero() {
            return match refunded.amount() < captured.amount() {
                true => Self::PartiallyRefunded,
                false => Self::Refunded,
            };
        }
        match payment {
            PaymentState::Processing => Self::Unpaid,
            PaymentState::RequiresAction => Self::RequiresAction,
            PaymentState::Authorized => Self::Authorized,
            PaymentState::PartiallyCaptured => Self::PartiallyCaptured,
            PaymentState::Captured => Self::Captured,
            PaymentState::Voided => Self::Voided,
            PaymentState::Failed => Self::Failed,
            PaymentState::Unknown => Self::Unknown,
        }
    }
}

word_enum! {
    /// How far an order's goods have come.
    pub enum FulfilmentStatus {
        /// Nothing was sent.
        Unfulfilled => "unfulfilled",
        /// Part of it was sent.
        PartiallyShipped => "partiallyShipped",
        /// All of it was sent.
        Shipped => "shipped",
        /// Part of it arrived.
        PartiallyDelivered => "partiallyDelivered",
        /// All of it arrived.
        Delivered => "delivered",
        /// Part of it came back.
        PartiallyReturned => "partiallyReturned",
        /// All of it came back.
        Returned => "returned",
        /// Nothing will be sent.
        Cancelled => "cancelled",
    }
}
