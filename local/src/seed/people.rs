//! The demo accounts, where they are signed in, the tokens they were mailed, and a server's API key.
//! Like the passwords, all of them are known to everybody: the sample events hold them.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::api_key::{ApiKey, KeyName};
use domain::clock::Entropy;
use domain::email::Email;
use domain::id::{ApiKeyId, MailedTokenId, SessionId, UserId};
use domain::mailed::{MailedPurpose, MailedToken};
use domain::role::{Permission, Role};
use domain::session::{Client, Session};
use domain::text::PersonName;
use domain::user::{User, UserStatus};
use edge::api_key::KeyText;
use edge::bearers::{MailedSecret, RefreshToken};
use edge::seal::Seal;
use store::Wiring;
use store::api_keys::{self, ApiKeys, KeptKey};
use store::event::Stamp;
use store::users::{self, Registration, Users};

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
    status: UserStatus,
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
    status: UserStatus::Active,
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
    status: UserStatus::Active,
    hash: concat!(
        "$argon2id$v=19$m=19456,t=2,p=1$c291ay1kZW1vLXNhbHQtMg$",
        "pMmar9jqDByrsiDxXIvgb37r/7dP8CoYiPKDqWz6Zzo",
    ),
};

/// Who has never signed in, and has forgotten the password.
pub const READER: Account = Account {
    id: UserId::from_u128(demo_id(0x20, 4)),
    email: "reader@example.com",
    password: "Reader-demo-1",
    name: "Rita Reader",
    role: Role::Customer,
    status: UserStatus::Active,
    hash: concat!(
        "$argon2id$v=19$m=19456,t=2,p=1$btXkvRRDgBfpOGyTWUD3rA$",
        "cRnnWiyiWeTlgZCg75LquRSN1c3jhyNfYpjZZlfiZBg",
    ),
};

/// Who bought once; the account is suspended, and waits to be erased.
pub const FORMER: Account = Account {
    id: UserId::from_u128(demo_id(0x20, 3)),
    email: "former@example.com",
    password: CUSTOMER.password,
    name: "Flora Former",
    role: Role::Customer,
    status: UserStatus::Suspended,
    hash: CUSTOMER.hash,
};

/// A server's key, which reads the catalogue and stock.
pub const API_KEY: ApiKeyId = ApiKeyId::from_u128(demo_id(0x90, 4));
const API_KEY_GOOD_FOR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) async fn make_key(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let keys: ApiKeys<api_keys::Create> = needed(wiring).await?;
    let seal: Seal = needed(wiring).await?;
    let text = KeyText::of(&seal, API_KEY, "demo");
    let key = ApiKey {
        id: API_KEY,
        name: valid(KeyName::parse("Warehouse"))?,
        prefix: text.prefix().to_owned(),
        scopes: BTreeSet::from([Permission::CatalogRead, Permission::StockRead]),
        created_at: stamp.now,
        created_by: format!("user/{}", ADMIN.id),
        expires_at: stamp.now.plus(API_KEY_GOOD_FOR),
        revoked_at: None,
    };
    let mut tx = keys.begin(stamp);
    let digest = text.digest();
    keys.create(&mut tx, KeptKey { key, digest })?;
    unless_there(tx.commit().await)
}

/// The sessions of the demo accounts: those that the sample events' access tokens name, and two more
/// of the customer's, of which one is to be ended and one to be refreshed.
const SESSIONS: [(Account, u128); 4] = [(ADMIN, 1), (CUSTOMER, 2), (CUSTOMER, 3), (CUSTOMER, 4)];
/// The tokens that they were mailed.
const MAILED: [(Account, MailedPurpose, u128); 2] = [
    (CUSTOMER, MailedPurpose::EmailVerification, 2),
    (READER, MailedPurpose::PasswordReset, 4),
];

/// No randomness at all, for tokens that everybody knows.
struct Known;

impl Entropy for Known {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub(super) async fn open_accounts(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let users: Users<users::Register> = needed(wiring).await?;
    let seal = Seal::new(crate::options::EDGE_KEY.as_bytes());
    for account in [ADMIN, CUSTOMER, FORMER, READER] {
        let mut tx = users.begin(stamp);
        let user = user(&account, stamp)?;
        let registration = Registration {
            user: &user,
            password_hash: account.hash.to_owned(),
            address: None,
            token: None,
        };
        users.register(&mut tx, registration)?;
        for (_, number) in SESSIONS.iter().filter(|(owner, _)| owner.id == account.id) {
            users.put_session(&mut tx, &session(&seal, &user, *number, stamp))?;
        }
        for (_, purpose, number) in MAILED.iter().filter(|(owner, ..)| owner.id == account.id) {
            users.put_mailed(&mut tx, &mailed(&seal, &user, *purpose, *number, stamp))?;
        }
        unless_there(tx.commit().await)?;
    }
    Ok(())
}

fn session(seal: &Seal, user: &User, number: u128, stamp: &Stamp) -> Session {
    let id = SessionId::from_u128(demo_id(0x70, number));
    let client = Client {
        agent: Some("Demo".to_owned()),
        address: "127.0.0.1".to_owned(),
    };
    let token = RefreshToken::new(user.id, id, &Known);
    Session::open(id, user, client, token.hash(seal), stamp.now)
}

fn mailed(
    seal: &Seal,
    user: &User,
    purpose: MailedPurpose,
    number: u128,
    stamp: &Stamp,
) -> MailedToken {
    let secret = MailedSecret {
        purpose,
        user: user.id,
        id: MailedTokenId::from_u128(demo_id(0x80, number)),
    };
    MailedToken {
        id: secret.id,
        user: user.id,
        purpose,
        hash: secret.hash(seal),
        address: user.email.clone(),
        issued_at: stamp.now,
        sent_at: stamp.now,
        wish: secret.id,
        spent_at: None,
    }
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
        status: account.status,
        ..registered
    })
}
