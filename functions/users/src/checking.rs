//! Trying a password, as often as it may be tried.

use domain::attempts::TooMany;
use domain::audit::AuditAction;
use domain::clock::Timestamp;
use domain::email::Email;
use edge::{Code, Endpoint, Failure, Rq};
use store::attempts::{Guard, Guards};
use store::users::{Login, Users};

use crate::passwords;

/// Whether this is the password of an address. An address without a login takes the same steps, and as
/// long: the audit trail, too, is told of both.
///
/// # Errors
/// 429 if it was tried too often.
pub(crate) async fn is_right<M: Guards, E: Endpoint>(
    users: &Users<M>,
    rq: &Rq<E>,
    email: &Email,
    login: Option<&Login>,
    password: &str,
) -> Result<bool, Failure> {
    let guard = Guard::of(email, login, rq.address());
    let report = rq.audit(AuditAction::AccountLocked, login.map(|login| login.user));
    let reserved = users.reserve(&rq.stamp, guard, &report).await?;
    let reservation = reserved.map_err(|too_many| refused(too_many, rq.now()))?;
    let hash = login.map(|login| login.password_hash.as_str());
    let right = passwords::verify(password, hash)?;
    users.settle(reservation, right).await?;
    Ok(right)
}

/// The same for a password that whoever is signed in gives once more.
///
/// # Errors
/// 422 if it is wrong, 429 if it was tried too often.
pub(crate) async fn confirm<M: Guards, E: Endpoint>(
    users: &Users<M>,
    rq: &Rq<E>,
    email: &Email,
    login: &Login,
    password: &str,
) -> Result<(), Failure> {
    if is_right(users, rq, email, Some(login), password).await? {
        Ok(())
    } else {
        Err(Failure::rule("currentPassword", "is wrong"))
    }
}

fn refused(too_many: TooMany, now: Timestamp) -> Failure {
    let seconds = too_many.until.since(now).as_millis().div_ceil(1_000);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    Failure::new(Code::TooManyAttempts).retry_after_s(seconds.max(1))
}
