//! `POST /email-verifications`: brings back the token that was mailed to an address. At registration
//! that verifies the account's address; before a move it is the move. An access token is not needed.
//! The shop's first admin sends theirs, to show that the account is theirs and not only the address.

use domain::audit::AuditAction;
use domain::mailed::{MailedPurpose, MailedToken};
use domain::text::Token;
use domain::user::{User, UserStatus};
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{EmailChange, Event};
use store::shop::AdminEmail;
use store::users::{self, Login, Users};

use crate::user::UserView;
use crate::verified::{appointed, put_appointed, spent};

/// Verifies an address.
pub(crate) struct VerifyEmail;

/// What shows that the address is read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Proof {
    /// The token from the mail.
    token: Token,
}

impl Endpoint for VerifyEmail {
    const ROUTE: Route = Route::post("/email-verifications", "Verify an email address")
        .auth(Auth::Anyone)
        .strict()
        .answers(200)
        .errors(&[Code::TokenSpent, Code::EmailTaken]);
    type Needs = (Users<users::VerifyAddress>, Seal, AdminEmail);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Proof;
    type Reply = UserView;

    async fn handle(
        (users, seal, admin): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<UserView>, Failure> {
        let purpose = MailedPurpose::EmailVerification;
        let secret = MailedSecret::open(seal, purpose, rq.body.token.as_str()).ok_or_else(spent)?;
        let token = users.mailed(secret.user, purpose).await?;
        // After that: whoever finds the token spent by this very request also finds its record.
        let once = rq.once_for(&secret.user.to_string());
        users.recall(once.as_ref(), rq.now()).await?;
        let token = token
            .filter(|token| token.is_good(secret.id, &secret.hash(seal), rq.now()))
            .ok_or_else(spent)?;
        let user = users.account(secret.user).await?;
        let user = user
            .filter(|user| user.status == UserStatus::Active)
            .ok_or_else(spent)?;
        let login = users.login_of(&user).await?;
        let verified = user.with_email(token.address.clone(), rq.now());
        let changed = if rq.caller.user() == Some(user.id) {
            appointed(users, admin, verified).await?
        } else {
            verified
        };
        let mut tx = users.begin(&rq.stamp);
        users.spend(&mut tx, &token, rq.now())?;
        users.put_account(&mut tx, &user, &changed)?;
        put_appointed(users, rq, &mut tx, (&user, &changed))?;
        if moves(&user, &token) {
            relocate(users, rq, &mut tx, (&user, &login), &changed)?;
        } else {
            let entry = rq.audit(AuditAction::EmailVerified, Some(user.id));
            users.audit(&mut tx, &entry)?;
        }
        let version = changed.version;
        let view = UserView::from(changed);
        users.remember(&mut tx, once.as_ref(), &view)?;
        tx.commit().await?;
        Ok(Reply::of(view).version(version))
    }
}

/// Whether the token leads to another address than the account's, rather than to another way of
/// writing it.
fn moves(user: &User, token: &MailedToken) -> bool {
    token.address.canonical() != user.email.canonical()
}

/// Stages what an account's move to another address takes: the login goes along, the old address is
/// told.
fn relocate(
    users: &Users<users::VerifyAddress>,
    rq: &Rq<VerifyEmail>,
    tx: &mut store::tx::Tx,
    (user, login): (&User, &Login),
    changed: &User,
) -> Result<(), Failure> {
    let moved = Login {
        version: 1,
        ..login.clone()
    };
    users.put_new_login(tx, &changed.email, &moved)?;
    users.drop_login(tx, &user.email, login);
    let news = EmailChange {
        user_id: user.id,
        name: user.name.clone(),
        old: user.email.clone(),
        new: changed.email.clone(),
    };
    users.tell(tx, changed, Event::EmailChanged(news))?;
    // Neither address stands there: the trail outlives the account.
    users.audit(tx, &rq.audit(AuditAction::EmailChanged, Some(user.id)))?;
    Ok(())
}
