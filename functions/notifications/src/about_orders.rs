//! What is written to customers about their orders, up to where goods are sent.

use domain::notification::NotificationKind;
use domain::payment::Decline;
use store::event::{LineFacts, OrderFacts};

use crate::about_payments;
use crate::letter::{Goods, Letter};

/// An order was paid.
pub(crate) fn confirmed(order: &OrderFacts) -> Letter {
    let number = &order.number;
    let body = vec![format!(
        "Thank you. Your order {number} is paid and is now being prepared."
    )];
    let subject = format!("Your order {number} is confirmed");
    Letter {
        goods: goods(&order.lines),
        sums: sums(order),
        ..Letter::saying(NotificationKind::OrderConfirmed, subject, body)
    }
}

/// An order was called off.
pub(crate) fn cancelled(order: &OrderFacts) -> Letter {
    let (number, total) = (&order.number, order.total);
    let mut body = vec![format!("Your order {number} over {total} was cancelled.")];
    body.extend(order.reason.as_deref().map(why));
    body.push("What you have paid for it, if anything, is given back.".to_owned());
    let subject = format!("Your order {number} was cancelled");
    Letter {
        goods: goods(&order.lines),
        ..Letter::saying(NotificationKind::OrderCancelled, subject, body)
    }
}

/// An order was not paid in time.
pub(crate) fn expired(order: &OrderFacts) -> Letter {
    let (number, total) = (&order.number, order.total);
    let body = vec![
        format!("Your order {number} over {total} was not paid in time, so it was closed."),
        "A payment that still comes in is given back. You can order again at any time.".to_owned(),
    ];
    let subject = format!("Your order {number} has expired");
    Letter {
        goods: goods(&order.lines),
        ..Letter::saying(NotificationKind::OrderExpired, subject, body)
    }
}

/// The lines of an order, as a letter lists them.
pub(crate) fn goods(lines: &[LineFacts]) -> Vec<Goods> {
    lines
        .iter()
        .map(|line| Goods {
            name: line.name.clone(),
            details: details(line),
            quantity: line.quantity,
            total: line.total.map(|total| total.to_string()),
        })
        .collect()
}

/// Which form of a thing it is, and its SKU.
fn details(line: &LineFacts) -> String {
    let options = line.options.iter();
    let mut details: Vec<String> = options
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    details.push(line.sku.to_string());
    details.join(", ")
}

/// What an order comes to: its total, and before it what the lines leave of it to pay, which is for
/// sending them.
fn sums(order: &OrderFacts) -> Vec<(&'static str, String)> {
    let total = ("Total", order.total.to_string());
    let left = order.lines.iter().try_fold(order.total, |left, line| {
        line.total.and_then(|total| left.sub(total).ok())
    });
    let shipping = left.filter(|left| !left.is_zero() && !left.is_negative());
    let shipping = shipping.map(|shipping| ("Shipping", shipping.to_string()));
    shipping.into_iter().chain([total]).collect()
}

/// A reason in prose: a declined payment's is a word for machines, all others come from people.
fn why(reason: &str) -> String {
    Decline::parse(reason).map_or_else(
        |_| format!("Reason: {reason}"),
        |decline| about_payments::why(decline).to_owned(),
    )
}
