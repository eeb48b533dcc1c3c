//! What is written to customers about their payments. Events of payments know neither their customer
//! nor what became of the order meanwhile: the order itself tells.

use domain::clock::Timestamp;
use domain::notification::NotificationKind;
use domain::order::{Order, OrderStatus};
use domain::payment::Decline;
use store::event::PaymentFacts;

use crate::letter::{Letter, Link};

/// A payment waits for its customer; nothing if the order does not wait for it any more.
pub(crate) fn action_required(order: &Order, page: String, now: Timestamp) -> Option<Letter> {
    let until = payable_until(order, now)?;
    let (number, total) = (&order.number, order.totals.total);
    let body = vec![
        format!("Your bank asks you to confirm the payment of {total} for your order {number}."),
        format!("The order waits for it until {until}."),
    ];
    let subject = format!("Please confirm the payment of order {number}");
    let kind = NotificationKind::PaymentActionRequired;
    Some(Letter {
        link: Some(Link {
            label: "Confirm the payment",
            url: page,
            token: None,
        }),
        ..Letter::saying(kind, subject, body)
    })
}

/// A payment was declined; nothing if the order cannot be paid any more, which is told otherwise.
pub(crate) fn failed(
    order: &Order,
    payment: &PaymentFacts,
    page: String,
    now: Timestamp,
) -> Option<Letter> {
    // A decline of the shop's own charge ends the order, though the order may not know of it yet.
    let until = payable_until(order, now).filter(|_| !payment.by_server)?;
    let (number, amount) = (&order.number, payment.amount);
    let body = vec![
        format!("The payment of {amount} for your order {number} failed."),
        why(payment.decline.unwrap_or(Decline::Other)).to_owned(),
        format!("You can pay again until {until}."),
    ];
    let subject = format!("The payment of order {number} failed");
    Some(Letter {
        link: Some(Link {
            label: "Pay again",
            url: page,
            token: None,
        }),
        ..Letter::saying(NotificationKind::PaymentFailed, subject, body)
    })
}

/// Money was given back; nothing if none was.
pub(crate) fn refunded(order: &Order, payment: &PaymentFacts) -> Option<Letter> {
    let (number, back) = (&order.number, payment.refunded);
    if back.is_zero() {
        return None;
    }
    let body = vec![
        format!("Of your payment for order {number}, {back} has been given back in all."),
        "It goes the way that you paid, which may take some days.".to_owned(),
    ];
    let subject = format!("Your refund for order {number}");
    Some(Letter {
        facts: vec![
            ("Paid", payment.amount.to_string()),
            ("Given back", back.to_string()),
        ],
        ..Letter::saying(NotificationKind::PaymentRefunded, subject, body)
    })
}

/// A decline in prose.
pub(crate) const fn why(decline: Decline) -> &'static str {
    match decline {
        Decline::CardDeclined => "The bank declined the payment.",
        Decline::InsufficientFunds => {
            "The payment was declined because the account does not hold enough money."
        }
        Decline::AuthenticationFailed => {
            "The payment was declined because it was not authenticated."
        }
        Decline::Other => "The payment was declined.",
    }
}

/// Until when an order can be paid, if it can be.
fn payable_until(order: &Order, now: Timestamp) -> Option<String> {
    let waits = order.status == OrderStatus::PendingPayment && order.expires_at > now;
    let instant = order.expires_at.to_string();
    let (day, time) = (instant.get(..10)?, instant.get(11..16)?);
    waits.then(|| format!("{time} UTC on {day}"))
}
