//! Letters: whoever is to be told is told, and once.

use serde_json::{Value, json};
use store::event::Topic;
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;

use super::{Found, timeline};
use crate::actors::Crowd;

/// What leads to a letter, and what its subject says then.
const LETTERS: [(Topic, &str); 8] = [
    (Topic::OrderConfirmed, "is confirmed"),
    (Topic::OrderCancelled, "was cancelled"),
    (Topic::OrderExpired, "has expired"),
    (Topic::OrderShipped, "is on its way"),
    (Topic::OrderDelivered, "has arrived"),
    (Topic::PaymentActionRequired, "Please confirm the payment"),
    (Topic::PaymentFailed, "failed"),
    (Topic::PaymentRefunded, "Your refund"),
];

/// Whoever's order was confirmed has been told, and nobody is told more often than something happened, but
/// where a letter went out and nobody could put that down.
pub(super) fn were_sent(crowd: &Crowd, found: &mut Found) {
    let mails = crowd.network.store.cloud().emails();
    let mut silent = Vec::new();
    for (id, order) in &found.orders {
        let number = order["number"].as_str().unwrap_or_default();
        let confirmed = timeline(order, "confirmed") > 0;
        let told = mails
            .iter()
            .any(|mail| mail.subject.contains("confirmed") && mail.text.contains(number));
        if confirmed && !told {
            silent.push(id.clone());
        }
    }
    for id in silent {
        found.fault_of("a confirmed order is told of", &id, "no letter".to_owned());
    }
    let mut excess = 0;
    for (topic, words) in LETTERS {
        let is_of = |event: &&Value| event["type"] == json!(topic);
        let happened = found.events.iter().filter(is_of).count();
        let told = mails.iter().filter(|mail| mail.subject.contains(words));
        excess += told.count().saturating_sub(happened);
    }
    let weather = &crowd.network.weather;
    let notifier = NOTIFICATIONS_NOTIFY_CUSTOMER.name;
    let excused = ["SendEmail", "UpdateItem"]
        .map(|operation| weather.struck(notifier, operation))
        .iter()
        .sum();
    if excess as u64 > excused {
        let how = format!("{excess} letters too many, {excused} may have been lost");
        found.fault("a letter comes once", how);
    }
}
