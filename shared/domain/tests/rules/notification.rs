//! What people are told is what they want to hear, and what they must.

use domain::UserId;
use domain::id::NotificationId;
use domain::notification::{
    AccountMailOff, Channel, Notification, NotificationCategory, NotificationKind,
    NotificationPreferences,
};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use crate::given::now;

const SHUT: Channel = Channel {
    orders: false,
    returns: false,
    payments: false,
    account: false,
};

fn unsaid() -> NotificationPreferences {
    NotificationPreferences::unsaid(UserId::from_u128(1))
}

fn channels() -> impl Strategy<Value = Channel> {
    any::<[bool; 4]>().prop_map(|[orders, returns, payments, account]| Channel {
        orders,
        returns,
        payments,
        account,
    })
}

fn carries(channel: Channel, category: NotificationCategory) -> bool {
    match category {
        NotificationCategory::Orders => channel.orders,
        NotificationCategory::Returns => channel.returns,
        NotificationCategory::Payments => channel.payments,
        NotificationCategory::Account => channel.account,
    }
}

#[test]
fn who_never_said_anything_is_told_everything() {
    for kind in NotificationKind::ALL {
        assert!(unsaid().mails(*kind) && unsaid().lists(*kind), "{kind}");
    }
    assert_eq!(unsaid().version, 0);
}

#[test]
fn mail_about_the_account_cannot_be_switched_off() {
    let refused = unsaid().replaced(SHUT, Channel::OPEN);
    assert_eq!(refused, Err(AccountMailOff));
    let email = Channel {
        account: true,
        ..SHUT
    };
    assert!(unsaid().replaced(email, SHUT).is_ok());
}

#[test]
fn what_protects_or_confirms_is_mailed_to_those_who_want_nothing() {
    let email = Channel {
        account: true,
        ..SHUT
    };
    let quiet = unsaid().replaced(email, SHUT).unwrap();
    for kind in NotificationKind::ALL {
        let needed = *kind == NotificationKind::OrderConfirmed
            || kind.category() == NotificationCategory::Account;
        assert_eq!(quiet.mails(*kind), needed, "{kind}");
        assert!(!quiet.lists(*kind), "{kind}");
    }
}

#[test]
fn a_notification_changes_only_when_it_does() {
    let unread = Notification {
        id: NotificationId::from_u128(2),
        user: UserId::from_u128(1),
        kind: NotificationKind::Welcome,
        title: "Welcome".to_owned(),
        body: "Your account is open.".to_owned(),
        order: None,
        read: false,
        at: now(),
        version: 1,
    };
    assert_eq!(unread.marked(false), unread);
    let read = unread.marked(true);
    assert_eq!((read.read, read.version), (true, 2));
    assert_eq!(read.marked(true), read);
    assert_eq!(read.marked(false).version, 3);
}

proptest! {
    #[test]
    fn each_channel_carries_what_was_wanted_of_it(email in channels(), in_app in channels()) {
        let email = Channel { account: true, ..email };
        let wanted = unsaid().replaced(email, in_app).unwrap();
        prop_assert_eq!(wanted.version, 1);
        for kind in NotificationKind::ALL {
            prop_assert_eq!(wanted.lists(*kind), carries(in_app, kind.category()));
            let mailed = kind.is_always_mailed() || carries(email, kind.category());
            prop_assert_eq!(wanted.mails(*kind), mailed);
        }
    }
}
