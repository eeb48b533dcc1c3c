//! What it takes to show that an address is read by its owner, and what follows from it.

use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::MailedTokenId;
use domain::mailed::{MailedPurpose, MailedToken};
use domain::role::Role;
use domain::user::User;
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Code, Endpoint, Failure, Rq};
use store::shop::AdminEmail;

/// A token that is to be sent to an address, and brought back by whoever reads it there.
pub(crate) fn verification<E: Endpoint>(
    seal: &Seal,
    user: &User,
    address: &Email,
    rq: &Rq<E>,
) -> MailedToken {
    let secret = MailedSecret {
        purpose: MailedPurpose::EmailVerification,
        user: user.id,
        id: MailedTokenId::new(rq.now(), rq.entropy()),
    };
    sent(seal, secret, address, rq.now())
}

/// What is kept of a token that is sent to an address.
pub(crate) fn sent(
    seal: &Seal,
    secret: MailedSecret,
    address: &Email,
    now: Timestamp,
) -> MailedToken {
    MailedToken {
        id: secret.id,
        user: secret.user,
        purpose: secret.purpose,
        hash: secret.hash(seal),
        address: address.clone(),
        issued_at: now,
    }
}

/// The account under an address that its owner reads. The shop's own admin is known by theirs.
pub(crate) fn verified(user: &User, address: &Email, admin: &AdminEmail, now: Timestamp) -> User {
    let mut verified = user.with_email(address.clone(), now);
    if admin.is(address) {
        verified.roles.insert(Role::Admin);
    }
    verified
}

/// The one answer for a mailed token that is forged, used, replaced by a newer one or too old.
pub(crate) fn spent() -> Failure {
    Failure::new(Code::TokenSpent)
}
