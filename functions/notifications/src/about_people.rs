//! What is written to people about their accounts.

use domain::notification::NotificationKind;
use store::event::{EmailChange, UserFacts};
use store::shop::ShopName;

use crate::letter::{Letter, Link};

/// What whoever has not asked for a letter should do about it.
const NOT_YOU: &str = "If this was not you, you need not do anything.";

/// An account was opened; its owner is to show that they read its address.
pub(crate) fn welcome(shop: &ShopName, user: &UserFacts, link: Option<Link>) -> Letter {
    let closing = link.is_some().then(|| {
        format!(
            "Please open the link above within 24 hours, to confirm that this address is yours. \
             {NOT_YOU}"
        )
    });
    let body = vec![format!(
        "Your account is open. You sign in with the address {}.",
        user.email
    )];
    let subject = format!("Welcome to {}", shop.as_str());
    Letter {
        greets: Some(user.name.clone()),
        link,
        closing,
        ..Letter::saying(NotificationKind::Welcome, subject, body)
    }
}

/// Somebody is to show that they read an address.
pub(crate) fn verify_address(user: &UserFacts, link: Link) -> Letter {
    let body = vec![format!(
        "Open this link within 24 hours to use the address {} for your account.",
        user.email
    )];
    Letter {
        link: Some(link),
        closing: Some(NOT_YOU.to_owned()),
        ..Letter::saying(None, "Please confirm your address".to_owned(), body)
    }
}

/// Somebody wanted an address that has an account already. Nothing is said about who that was, and
/// nothing in the letter can be used for anything.
pub(crate) fn address_taken() -> Letter {
    let body = vec![
        "Somebody asked to use this address for another account of the shop. It belongs to your \
         account, so that nothing was changed."
            .to_owned(),
        "If it was you: sign in with this address, and ask for a new password if you have forgotten \
         it."
        .to_owned(),
    ];
    Letter {
        closing: Some(NOT_YOU.to_owned()),
        ..Letter::saying(None, "Your address is in use already".to_owned(), body)
    }
}

/// An account has left this address.
pub(crate) fn address_left(change: &EmailChange) -> Letter {
    let body = vec![format!(
        "Your account has moved from {} to {}. You sign in with the new address from now on.",
        change.old, change.new
    )];
    let subject = "Your account has another address".to_owned();
    Letter {
        greets: Some(change.name.clone()),
        closing: Some("If this was not you, write to us at once.".to_owned()),
        ..Letter::saying(NotificationKind::EmailChanged, subject, body)
    }
}

/// An account has another password.
pub(crate) fn password_changed(user: &UserFacts) -> Letter {
    let body = vec![
        "Your account has a new password. Wherever else you were signed in, you are not any more."
            .to_owned(),
    ];
    let subject = "Your password was changed".to_owned();
    Letter {
        greets: Some(user.name.clone()),
        closing: Some("If this was not you, ask for a new password at once.".to_owned()),
        ..Letter::saying(NotificationKind::PasswordChanged, subject, body)
    }
}

/// The owner of an account may choose a new password.
pub(crate) fn reset_password(user: &UserFacts, link: Link) -> Letter {
    let body = vec![
        "Somebody asked for a new password for your account. Open this link within half an hour to \
         choose one."
            .to_owned(),
    ];
    Letter {
        greets: Some(user.name.clone()),
        link: Some(link),
        closing: Some(NOT_YOU.to_owned()),
        ..Letter::saying(None, "Choose a new password".to_owned(), body)
    }
}
