//! The demo accounts.

use std::collections::BTreeSet;

use domain::email::Email;
use domain::id::UserId;
use domain::role::Role;
use domain::text::PersonName;
use domain::user::{User, UserStatus};
use store::Wiring;
use store::event::Stamp;
use store::users::{self, Users};

use super::{demo_id, needed, unless_there, valid};
use crate::error::OpenError;

/// A demo account, whose password everybody knows.
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Its address, which counts as verified.
    pub email: &'static str,
    /// Its password.
    pub password: &'static str,
    /// The person's name.
    pub name: &'static str,
    role: Role,
    /// The password's argon2id hash. A constant, because there is no secret to keep, and making one
    /// takes longer than all else that happens when a store opens.
    hash: &'static str,
}

/// Who may do everything.
pub const ADMIN: Account = Account {
    id: UserId::from_u128(demo_id(0x20, 1)),
    email: "admin@example.com",
    password: "Admin-demo-1",
    name: "Ada Admin",
    role: Role::Admin,
    hash: concat!(
        "$argon2id$v=19$m=19456,t=2,p=1$c291ay1kZW1vLXNhbHQtMQ$",
        "zVFJqYLxCsyvZz93agR6CzVANU1Y8JVxeGx3R3Z0bd4",
    ),
};

/// Who buys.
pub const CUSTOMER: Account = Account {
    id: UserId::from_u128(demo_id(0x20, 2)),
    email: "customer@example.com",
    password: "Customer-demo-1",
    name: "Carl Customer",
    role: Role::Customer,
    hash: concat!(
        "$argon2id$v=19$m=19456,t=2,p=1$c291ay1kZW1vLXNhbHQtMg$",
        "pMmar9jqDByrsiDxXIvgb37r/7dP8CoYiPKDqWz6Zzo",
    ),
};

pub(super) async fn open_accounts(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let users: Users<users::Register> = needed(wiring).await?;
    for account in [ADMIN, CUSTOMER] {
        let mut tx = users.begin(stamp);
        users.register(&mut tx, &user(&account, stamp)?, account.hash.to_owned())?;
        unless_there(tx.commit().await)?;
    }
    Ok(())
}

fn user(account: &Account, stamp: &Stamp) -> Result<User, OpenError> {
    let registered = User::register(
        account.id,
        valid(Email::parse(account.email))?,
        valid(PersonName::parse(account.name))?,
        None,
        stamp.now,
    );
    Ok(User {
        email_verified: true,
        roles: BTreeSet::from([account.role]),
        status: UserStatus::Active,
        ..registered
    })
}
