//! What is written to people about their accounts.

use domain::notification::NotificationKind;
use store::event::{EmailChange, UserFacts};

use crate::letter::{Letter, Secret};

/// What whoever has not asked for a letter should do about it.
const NOT_YOU: &str = "If this was not you, you need not do anything.";

/// An account was opened; its owner is to show that they read its address.
pub(crate) fn welcome(user: &UserFacts, secret: Option<Secret>) -> Letter {
    let closing = secret.is_some().then(|| {
        format!(
            "Please open the link above within 24 hours, to confirm that this address is yours. \
             {NOT_YOU}"
        )
    });
    Letter {
        kind: Some(NotificationKind::Welcome),
        subject: "Welcome to the shop".to_owned(),
        body: vec![
            format!("Hello {},", user.name),
            format!(
                "your account is open. You sign in with the address {}.",
                user.email
            ),
        ],
        items: Vec::new(),
        secret,
        closing,
    }
}

/// Somebody is to show that they read an address.
pub(crate) fn verify_address(user: &UserFacts, secret: Secret) -> Letter {
    Letter {
        kind: None,
        subject: "Please confirm your address".to_owned(),
        body: vec![format!(
            "Open this link within 24 hours to use the address {} for your account.",
            user.email
        )],
        items: Vec::new(),
        secret: Some(secret),
        closing: Some(NOT_YOU.to_owned()),
    }
}

/// Somebody wanted an address that has an account already. Nothing is said about who that was, and
/// nothing in the letter can be used for anything.
pub(crate) fn address_taken() -> Letter {
    Letter {
        kind: None,
        subject: "Your address is in use already".to_owned(),
        body: vec![
            "Somebody asked to use this address for another account of the shop. It belongs to \
             your account, so that nothing was changed."
                .to_owned(),
            "If it was you: sign in with this address, and ask for a new password if you have \
             forgotten it."
                .to_owned(),
        ],
        items: Vec::new(),
        secret: None,
        closing: Some(NOT_YOU.to_owned()),
    }
}

/// An account has left this address.
pub(crate) fn address_left(change: &EmailChange) -> Letter {
    Letter {
        kind: Some(NotificationKind::EmailChanged),
        subject: "Your account has another address".to_owned(),
        body: vec![
            format!("Hello {},", change.name),
            format!(
                "your account has moved from {} to {}. You sign in with the new address from now on.",
                change.old, change.new
            ),
        ],
        items: Vec::new(),
        secret: None,
        closing: Some("If this was not you, write to us at once.".to_owned()),
    }
}

/// An account has another password.
pub(crate) fn password_changed(user: &UserFacts) -> Letter {
    Letter {
        kind: Some(NotificationKind::PasswordChanged),
        subject: "Your password was changed".to_owned(),
        body: vec![
            format!("Hello {},", user.name),
            "your account has a new password. Wherever else you were signed in, you are not any more."
                .to_owned(),
        ],
        items: Vec::new(),
        secret: None,
        closing: Some("If this was not you, ask for a new password at once.".to_owned()),
    }
}

/// The owner of an account may choose a new password.
pub(crate) fn reset_password(user: &UserFacts, secret: Secret) -> Letter {
    Letter {
        kind: None,
        subject: "Choose a new password".to_owned(),
        body: vec![
            format!("Hello {},", user.name),
            "somebody asked for a new password for your account. Open this link within half an hour \
             to choose one."
                .to_owned(),
        ],
        items: Vec::new(),
        secret: Some(secret),
        closing: Some(NOT_YOU.to_owned()),
    }
}
