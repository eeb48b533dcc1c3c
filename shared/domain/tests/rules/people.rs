//! Accounts, passwords and what roles permit.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::user::{User, UserStatus};
use domain::{Broken, Country, Email, Password, Permission, Role, UserId};

use crate::given::{now, person};

fn ada() -> User {
    User::register(
        UserId::from_u128(1),
        Email::parse("Ada@example.com").unwrap(),
        person("Ada"),
        None,
        now(),
    )
}

#[test]
fn a_new_account_is_an_unverified_customer() {
    let user = ada();
    assert_eq!(user.roles, BTreeSet::from([Role::Customer]));
    assert_eq!(user.status, UserStatus::Active);
    assert!(!user.email_verified);
    assert_eq!(user.version, 1);
}

#[test]
fn every_change_counts_and_touches_nothing_else() {
    let later = now().plus(Duration::from_secs(1));
    let germany = Country::parse("DE").unwrap();
    let renamed = ada().with_profile(person("Ada King"), Some(germany), later);
    assert_eq!(
        renamed,
        User {
            name: person("Ada King"),
            country: Some(germany),
            version: 2,
            updated_at: later,
            ..ada()
        }
    );
    let verified = renamed.with_verified_email(later);
    assert!(verified.email_verified);
    assert_eq!(verified.version, 3);
    assert_eq!(verified.created_at, now());
}

#[test]
fn permissions_are_those_of_all_roles_while_the_account_is_active() {
    let staff = ada().with_roles(BTreeSet::from([Role::Editor, Role::Support]), now());
    let permissions = staff.permissions();
    assert!(permissions.contains(&Permission::CatalogWrite));
    assert!(permissions.contains(&Permission::OrdersWrite));
    assert!(!permissions.contains(&Permission::UsersWrite));
    assert!(
        staff
            .with_status(UserStatus::Suspended, now())
            .permissions()
            .is_empty()
    );
    assert!(ada().permissions().is_empty());
    assert_eq!(Role::Admin.permissions(), Permission::ALL);
    assert_eq!(
        Permission::parse("content:publish"),
        Ok(Permission::ContentPublish)
    );
}

#[test]
fn passwords_have_a_form() {
    let broken = |text: &str| Password::parse(text).err().map(|Broken(rule)| rule);
    assert_eq!(broken("Admin-demo-1"), None);
    assert_eq!(broken("Ünïcödé1"), None);
    assert_eq!(broken("Short-1"), Some("must be 8 to 128 characters"));
    assert_eq!(
        broken(&"A".repeat(129)),
        Some("must be 8 to 128 characters")
    );
    assert_eq!(
        broken("lower-case-1"),
        Some("must contain an upper-case letter")
    );
    assert_eq!(
        broken("Null\0-byte"),
        Some("must not contain control characters")
    );
}

#[test]
fn passwords_are_neither_common_nor_the_address() {
    let email = Email::parse("Grace.Hopper@example.com").unwrap();
    let verdict = |text: &str| Password::parse(text).unwrap().acceptable_for(&email);
    assert_eq!(verdict("Correct-horse-9"), Ok(()));
    for common in [
        "Password1",
        "PASSWORD123",
        "Qwerty123",
        "P@ssw0rd",
        "Iloveyou",
    ] {
        assert_eq!(
            verdict(common),
            Err(Broken("must not be a commonly used password")),
            "{common}"
        );
    }
    for own in [
        "Grace.Hopper@example.com",
        "GRACE.HOPPER@EXAMPLE.COM",
        "Grace.hopper",
    ] {
        assert_eq!(
            verdict(own),
            Err(Broken("must not be the email address")),
            "{own}"
        );
    }
    for demo in ["Admin-demo-1", "Customer-demo-1"] {
        assert_eq!(verdict(demo), Ok(()), "{demo}");
    }
}

#[test]
fn passwords_are_not_printed() {
    let password: Password = serde_json::from_str("\"Correct-horse-9\"").unwrap();
    assert_eq!(format!("{password:?}"), "Password(..)");
    assert_eq!(password.reveal(), "Correct-horse-9");
}
