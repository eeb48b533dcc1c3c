//! What it takes to show that an address is read by its owner, and what follows from it.

use domain::audit::AuditAction;
use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::MailedTokenId;
use domain::mailed::{MailedPurpose, MailedToken};
use domain::role::Role;
use domain::user::User;
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Code, Endpoint, Failure, Rq};
use store::appointments::Appoints;
use store::audit::Audits;
use store::shop::AdminEmail;
use store::tx::Tx;
use store::users::Users;

use crate::change_user::differences;

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
        sent_at: now,
        wish: secret.id,
        spent_at: None,
    }
}

/// The account as an admin's, if its address is the one that the deployment names and never had the
/// role before.
///
/// Only for whoever reads the address and also knows the password or sets it. Anybody can register an
/// address that is not theirs: were it enough that its owner follows a link, they would make the one
/// who knows the password an admin.
pub(crate) async fn appointed<M: Appoints>(
    users: &Users<M>,
    admin: &AdminEmail,
    mut user: User,
) -> Result<User, Failure> {
    if admin.is(&user.email) && !users.was_appointed(&user.email).await? {
        user.roles.insert(Role::Admin);
    }
    Ok(user)
}

/// Stages what remembers that, where it makes a difference.
pub(crate) fn put_appointed<M: Appoints + Audits, E: Endpoint>(
    users: &Users<M>,
    rq: &Rq<E>,
    tx: &mut Tx,
    (old, new): (&User, &User),
) -> Result<(), Failure> {
    if old.roles == new.roles {
        return Ok(());
    }
    users.put_appointed(tx, &new.email)?;
    let mut entry = rq.audit(AuditAction::UserChanged, Some(new.id));
    entry.details.extend(differences(old, new));
    users.audit(tx, &entry)?;
    Ok(())
}

/// The one answer for a mailed token that is forged, used, replaced by a newer one or too old.
pub(crate) fn spent() -> Failure {
    Failure::new(Code::TokenSpent)
}
