//! The queues: one for each consumer that acts on events, named after it, each with its
//! dead-letter queue. The subscriptions stand here, where the relay and the consumers both see them.

use crate::env::Var;
use crate::event::Topic;

/// A standard queue.
#[derive(Debug, PartialEq, Eq)]
pub struct Queue {
    /// The consumer's function, and the queue's own short name.
    pub name: &'static str,
    /// The variable that holds its URL, for those who send to it.
    pub var: Var,
    /// The events that the relay sends to it.
    pub subscribes: &'static [Topic],
}

/// How many times a message is received before it goes to the dead letters.
pub const MAX_RECEIVES: u32 = 5;

/// Lets the owners of accounts choose a new password.
pub static USERS_ISSUE_PASSWORD_RESET: Queue = Queue {
    name: "users-issue-password-reset",
    var: Var::new(
        "USERS_ISSUE_PASSWORD_RESET_QUEUE",
        "the URL of the queue of wishes for a new password",
    ),
    subscribes: &[Topic::PasswordResetRequested],
};

/// Makes a cart that somebody brought along when they signed in theirs.
pub static CARTS_JOIN_CART: Queue = Queue {
    name: "carts-join-cart",
    var: Var::new(
        "CARTS_JOIN_CART_QUEUE",
        "the URL of the queue of carts to join with their customers'",
    ),
    subscribes: &[Topic::CartBrought],
};

/// Charges orders that name a payment method.
pub static PAYMENTS_CHARGE_ORDER: Queue = Queue {
    name: "payments-charge-order",
    var: Var::new(
        "PAYMENTS_CHARGE_ORDER_QUEUE",
        "the URL of the queue of orders to charge",
    ),
    subscribes: &[Topic::OrderCreated],
};

/// Gives back what was charged for orders that came to nothing.
pub static PAYMENTS_REVERSE_ORDER: Queue = Queue {
    name: "payments-reverse-order",
    var: Var::new(
        "PAYMENTS_REVERSE_ORDER_QUEUE",
        "the URL of the queue of orders to refund",
    ),
    subscribes: &[Topic::OrderCancelled, Topic::OrderExpired],
};

/// Asks the provider about payments of which it has news. No event of ours leads here: what the
/// provider reports is put into the queue by whoever hears it.
pub static PAYMENTS_RECONCILE_PAYMENT: Queue = Queue {
    name: "payments-reconcile-payment",
    var: Var::new(
        "PAYMENTS_RECONCILE_PAYMENT_QUEUE",
        "the URL of the queue of payments to look up",
    ),
    subscribes: &[],
};

/// Carries out refunds that are reserved on their payments.
pub static PAYMENTS_EXECUTE_REFUND: Queue = Queue {
    name: "payments-execute-refund",
    var: Var::new(
        "PAYMENTS_EXECUTE_REFUND_QUEUE",
        "the URL of the queue of refunds to carry out",
    ),
    subscribes: &[Topic::RefundRequested],
};

/// Moves orders on when their payments do.
pub static ORDERS_SETTLE_PAYMENT: Queue = Queue {
    name: "orders-settle-payment",
    var: Var::new(
        "ORDERS_SETTLE_PAYMENT_QUEUE",
        "the URL of the queue of payments to settle",
    ),
    subscribes: &[
        Topic::PaymentAuthorized,
        Topic::PaymentCaptured,
        Topic::PaymentSucceeded,
        Topic::PaymentFailed,
        Topic::PaymentActionRequired,
        Topic::PaymentRefunded,
        Topic::PaymentVoided,
        Topic::PaymentDisputed,
        Topic::RefundFailed,
    ],
};

/// Commits or releases the stock an order holds.
pub static INVENTORY_SETTLE_HOLD: Queue = Queue {
    name: "inventory-settle-hold",
    var: Var::new(
        "INVENTORY_SETTLE_HOLD_QUEUE",
        "the URL of the queue of holds to settle",
    ),
    subscribes: &[
        Topic::OrderCreated,
        Topic::OrderConfirmed,
        Topic::OrderCancelled,
        Topic::OrderExpired,
    ],
};

/// Gives back the use of a promotion.
pub static PRICING_RELEASE_COUPON: Queue = Queue {
    name: "pricing-release-coupon",
    var: Var::new(
        "PRICING_RELEASE_COUPON_QUEUE",
        "the URL of the queue of coupons to give back",
    ),
    subscribes: &[Topic::OrderCancelled, Topic::OrderExpired],
};

/// Books the goods that come back.
pub static INVENTORY_RECEIVE_RETURN: Queue = Queue {
    name: "inventory-receive-return",
    var: Var::new(
        "INVENTORY_RECEIVE_RETURN_QUEUE",
        "the URL of the queue of goods that came back",
    ),
    subscribes: &[Topic::ReturnReceived],
};

/// Tells customers what happened.
pub static NOTIFICATIONS_NOTIFY_CUSTOMER: Queue = Queue {
    name: "notifications-notify-customer",
    var: Var::new(
        "NOTIFICATIONS_NOTIFY_CUSTOMER_QUEUE",
        "the URL of the queue of news for customers",
    ),
    subscribes: &[
        Topic::UserRegistered,
        Topic::EmailVerificationRequested,
        Topic::EmailChanged,
        Topic::PasswordChanged,
        Topic::PasswordResetIssued,
        Topic::OrderConfirmed,
        Topic::OrderCancelled,
        Topic::OrderExpired,
        Topic::OrderShipped,
        Topic::OrderDelivered,
        Topic::ReturnRequested,
        Topic::ReturnApproved,
        Topic::ReturnRejected,
        Topic::ReturnReceived,
        Topic::PaymentActionRequired,
        Topic::PaymentFailed,
        Topic::PaymentRefunded,
    ],
};

/// The queues that an event of this kind is sent to.
pub fn subscribers(topic: Topic) -> impl Iterator<Item = &'static Queue> {
    QUEUES
        .into_iter()
        .filter(move |queue| queue.subscribes.contains(&topic))
}

/// Every queue.
pub static QUEUES: [&Queue; 11] = [
    &USERS_ISSUE_PASSWORD_RESET,
    &CARTS_JOIN_CART,
    &PAYMENTS_CHARGE_ORDER,
    &PAYMENTS_REVERSE_ORDER,
    &PAYMENTS_RECONCILE_PAYMENT,
    &PAYMENTS_EXECUTE_REFUND,
    &ORDERS_SETTLE_PAYMENT,
    &INVENTORY_SETTLE_HOLD,
    &PRICING_RELEASE_COUPON,
    &INVENTORY_RECEIVE_RETURN,
    &NOTIFICATIONS_NOTIFY_CUSTOMER,
];
