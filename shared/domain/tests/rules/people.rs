//! Accounts, passwords and what roles permit.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::api_key::{ApiKey, KeyName, KeyStatus};
use domain::id::ApiKeyId;
use domain::user::{Administered, Untouchable, User, UserStatus};
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
    let suspended = User {
        status: UserStatus::Suspended,
        ..staff
    };
    assert!(suspended.permissions().is_empty());
    assert!(ada().permissions().is_empty());
    assert_eq!(Role::Admin.permissions(), Permission::ALL);
    assert_eq!(
        Permission::parse("content:publish"),
        Ok(Permission::ContentPublish)
    );
}

/// The account as it stands, as staff would write it.
fn as_it_is(user: &User) -> Administered {
    Administered {
        name: user.name.clone(),
        country: user.country,
        roles: user.roles.clone(),
        status: user.status,
    }
}

#[test]
fn a_suspended_account_has_no_session_and_an_opened_one_gets_none_back() {
    let staff = Some(UserId::from_u128(2));
    let later = now().plus(Duration::from_secs(1));
    let wished = Administered {
        status: UserStatus::Suspended,
        ..as_it_is(&ada())
    };
    let suspended = ada().administered(wished, staff, later).unwrap();
    assert_eq!(suspended.epoch, 1);
    assert_eq!(suspended.version, 2);
    let wished = Administered {
        status: UserStatus::Active,
        ..as_it_is(&suspended)
    };
    let opened = suspended.administered(wished, staff, now()).unwrap();
    assert_eq!(opened.status, UserStatus::Active);
    assert_eq!(opened.epoch, 1);
}

#[test]
fn what_staff_and_owners_write_is_what_the_account_says() {
    let later = now().plus(Duration::from_secs(1));
    let wished = Administered {
        name: person("Ada King"),
        country: Country::parse("DE").ok(),
        roles: BTreeSet::from([Role::Editor]),
        status: UserStatus::Suspended,
    };
    let written = ada().administered(wished.clone(), None, later).unwrap();
    assert_eq!(as_it_is(&written), wished);
    let email = Email::parse("king@example.com").unwrap();
    let moved = ada().with_email(email.clone(), later);
    assert_eq!(
        moved,
        User {
            email,
            email_verified: true,
            version: 2,
            updated_at: later,
            ..ada()
        }
    );
}

#[test]
fn an_active_admin_is_active_and_an_admin() {
    let admin = ada().with_roles(BTreeSet::from([Role::Admin]), now());
    let suspended = User {
        status: UserStatus::Suspended,
        ..admin.clone()
    };
    assert!(admin.is_active_admin());
    assert!(!suspended.is_active_admin());
    assert!(!ada().is_active_admin());
}

#[test]
fn nobody_takes_their_own_power_away() {
    let admin = ada().with_roles(BTreeSet::from([Role::Admin]), now());
    let demoted = Administered {
        roles: BTreeSet::from([Role::Customer]),
        ..as_it_is(&admin)
    };
    let suspended = Administered {
        status: UserStatus::Suspended,
        ..as_it_is(&admin)
    };
    let own = Some(admin.id);
    for (wished, refused) in [
        (demoted, Untouchable::OwnAdminRole),
        (suspended, Untouchable::OwnStatus),
    ] {
        let changed = admin.administered(wished.clone(), own, now());
        assert_eq!(changed, Err(refused));
        for other in [None, Some(UserId::from_u128(2))] {
            assert!(admin.administered(wished.clone(), other, now()).is_ok());
        }
    }
    assert_eq!(admin.erased(own, now()), Err(Untouchable::OwnAccount));
    let renamed = Administered {
        name: person("Ada King"),
        ..as_it_is(&admin)
    };
    assert!(admin.administered(renamed, own, now()).is_ok());
}

#[test]
fn an_erased_account_keeps_its_id_and_stays_erased() {
    let germany = Country::parse("DE").ok();
    let known = ada().with_profile(person("Ada"), germany, now());
    let known = known.with_verified_email(now());
    let erased = known.erased(None, now()).unwrap();
    assert_eq!(erased.id, ada().id);
    assert_ne!(erased.email, ada().email);
    assert!(!erased.email_verified);
    assert_eq!(erased.status, UserStatus::Erased);
    assert_eq!(
        Email::parse(erased.email.as_str()),
        Ok(erased.email.clone())
    );
    assert_eq!(erased.name, person("Erased"));
    assert!(erased.roles.is_empty() && erased.country.is_none());
    assert_eq!(erased.epoch, 1);
    let wished = Administered {
        status: UserStatus::Active,
        ..as_it_is(&ada())
    };
    let changed = erased.administered(wished, None, now());
    assert_eq!(changed, Err(Untouchable::Erased));
}

#[test]
fn an_api_key_is_good_for_a_while() {
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(ApiKey::expiry(None, now()), Ok(now().plus(day * 90)));
    for (wished, fits) in [
        (now(), false),
        (now().minus(day), false),
        (now().plus(Duration::from_millis(1)), true),
        (now().plus(day * 366), true),
        (now().plus(day * 367), false),
    ] {
        assert_eq!(
            ApiKey::expiry(Some(wished), now()).is_ok(),
            fits,
            "{wished}"
        );
    }
    let key = ApiKey {
        id: ApiKeyId::from_u128(1),
        name: KeyName::parse("Warehouse").unwrap(),
        prefix: "sk_000000000".to_owned(),
        scopes: BTreeSet::from([Permission::StockRead]),
        created_at: now(),
        created_by: "user/1".to_owned(),
        expires_at: now().plus(day),
        revoked_at: None,
    };
    assert_eq!(key.status(now()), KeyStatus::Active);
    assert_eq!(key.status(now().plus(day)), KeyStatus::Expired);
    let revoked = ApiKey {
        revoked_at: Some(now()),
        ..key
    };
    assert_eq!(revoked.status(now().plus(day)), KeyStatus::Revoked);
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
