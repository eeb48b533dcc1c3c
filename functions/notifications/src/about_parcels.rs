//! What is written to customers about goods on their way: to them, and back.

use domain::notification::NotificationKind;
use store::event::{FulfilmentFacts, ReceivedFacts, ReturnFacts, TrackingFacts};

use crate::about_orders::goods;
use crate::letter::{Goods, Letter, Link};

/// Goods were sent.
pub(crate) fn shipped(parcel: &FulfilmentFacts) -> Letter {
    let number = &parcel.number;
    let body = vec![format!(
        "These goods of your order {number} are on their way."
    )];
    let subject = format!("Your order {number} is on its way");
    let (facts, link) = parcel.tracking.as_ref().map(following).unwrap_or_default();
    Letter {
        goods: goods(&parcel.lines),
        facts,
        link,
        ..Letter::saying(NotificationKind::OrderShipped, subject, body)
    }
}

/// Goods arrived.
pub(crate) fn delivered(parcel: &FulfilmentFacts) -> Letter {
    let number = &parcel.number;
    let body = vec![format!("These goods of your order {number} have arrived.")];
    let subject = format!("Your order {number} has arrived");
    Letter {
        goods: goods(&parcel.lines),
        closing: Some("If you cannot find them, write to us.".to_owned()),
        ..Letter::saying(NotificationKind::OrderDelivered, subject, body)
    }
}

/// Where a parcel can be followed, in words and as a link.
fn following(tracking: &TrackingFacts) -> (Vec<(&'static str, String)>, Option<Link>) {
    let TrackingFacts {
        carrier,
        number,
        url,
    } = tracking;
    let carrier = carrier.clone().map(|carrier| ("Carrier", carrier));
    let number = ("Tracking number", number.clone());
    let link = url.clone().map(|url| Link {
        label: "Follow the parcel",
        url,
        token: None,
    });
    (carrier.into_iter().chain([number]).collect(), link)
}

/// Somebody wants to send goods back.
pub(crate) fn return_requested(returned: &ReturnFacts) -> Letter {
    let number = &returned.number;
    let body = vec![
        format!("We have your request to send back these goods of your order {number}."),
        "Please keep them until you hear from us.".to_owned(),
    ];
    let subject = format!("Your return of order {number} is being looked at");
    Letter {
        goods: goods(&returned.lines),
        facts: reason(returned),
        ..Letter::saying(NotificationKind::ReturnRequested, subject, body)
    }
}

/// They may.
pub(crate) fn return_approved(returned: &ReturnFacts) -> Letter {
    let number = &returned.number;
    let body = vec![format!(
        "You may send back these goods of your order {number}. Please put the order's number into the \
         parcel."
    )];
    let subject = format!("Your return of order {number} is approved");
    Letter {
        goods: goods(&returned.lines),
        facts: reason(returned),
        ..Letter::saying(NotificationKind::ReturnApproved, subject, body)
    }
}

/// They may not.
pub(crate) fn return_rejected(returned: &ReturnFacts) -> Letter {
    let number = &returned.number;
    let body = vec![format!(
        "We cannot take back these goods of your order {number}. Please keep them."
    )];
    let subject = format!("Your return of order {number} is declined");
    Letter {
        goods: goods(&returned.lines),
        facts: reason(returned),
        closing: Some("If you think that this is a mistake, write to us.".to_owned()),
        ..Letter::saying(NotificationKind::ReturnRejected, subject, body)
    }
}

/// Goods came back.
pub(crate) fn return_received(returned: &ReturnFacts) -> Letter {
    let number = &returned.number;
    let body = vec![format!(
        "These goods of your order {number} have come back to us."
    )];
    let subject = format!("Your return of order {number} has arrived");
    Letter {
        goods: returned.received.iter().map(came).collect(),
        ..Letter::saying(NotificationKind::ReturnReceived, subject, body)
    }
}

fn came(received: &ReceivedFacts) -> Goods {
    Goods {
        name: received.name.clone(),
        details: received.sku.to_string(),
        quantity: received.quantity,
        total: None,
    }
}

fn reason(returned: &ReturnFacts) -> Vec<(&'static str, String)> {
    vec![("Your reason", returned.reason.clone())]
}
