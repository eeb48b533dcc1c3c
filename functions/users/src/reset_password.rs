//! `PUT /password-resets/{token}`: a new password, for whoever brings back the token that was mailed to
//! the account's address. All sessions end: none can be refreshed from then on, and their access tokens
//! run out within 15 minutes. Failed tries of the old password are forgiven, and the account knows the
//! network address from now on, so that its owner can sign in there whatever strangers do. The email
//! address is verified, as its owner has just shown to read it.

use domain::audit::AuditAction;
use domain::mailed::MailedPurpose;
use domain::password::Password;
use domain::text::Token;
use domain::user::{User, UserStatus};
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{Event, UserFacts};
use store::shop::AdminEmail;
use store::users::{self, Users};

use crate::passwords;
use crate::verified::{appointed, put_appointed, spent};

/// Sets a new password.
pub(crate) struct ResetPassword;

/// What shows that the account's mail is read.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ResetPath {
    /// The token from the mail.
    token: Token,
}

/// The new password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// 8 to 128 characters with an upper-case letter; neither a common password nor the address.
    new_password: Password,
}

impl Endpoint for ResetPassword {
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory.
    const ROUTE: Route = Route::put("/password-resets/{token}", "Choose a new password")
        .auth(Auth::Open)
        .strict()
        .answers(204)
        .errors(&[Code::TokenSpent])
        .memory_mb(1_024);
    type Needs = (Users<users::ResetPassword>, Seal, AdminEmail);
    type Path = ResetPath;
    type Query = Nothing;
    type Body = NewPassword;
    type Reply = Nothing;

    async fn handle(
        (users, seal, admin): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Nothing>, Failure> {
        let purpose = MailedPurpose::PasswordReset;
        let secret = MailedSecret::open(seal, purpose, rq.path.token.as_str()).ok_or_else(spent)?;
        let token = users.mailed(secret.user, purpose).await?;
        let token = token
            .filter(|token| token.is_good(secret.id, &secret.hash(seal), rq.now()))
            .ok_or_else(spent)?;
        let user = users.account(secret.user).await?;
        // Whoever reads an address that the account has left is not its owner any more.
        let is_owner = |user: &User| token.address.canonical() == user.email.canonical();
        let user = user
            .filter(|user| user.status == UserStatus::Active && is_owner(user))
            .ok_or_else(spent)?;
        let login = users.login_of(&user).await?;
        rq.body
            .new_password
            .acceptable_for(&user.email)
            .map_err(|broken| Failure::rule("newPassword", broken))?;
        let hash = passwords::hash(&rq.body.new_password, rq.entropy())?;

        let verified = user.with_verified_email(rq.now());
        let changed = User {
            epoch: user.epoch + 1,
            ..appointed(users, admin, verified).await?
        };
        let login = login.reset_at(rq.address(), hash);
        let mut tx = users.begin(&rq.stamp);
        users.spend(&mut tx, &token, rq.now())?;
        // Whoever knew the old password may have had this one sent.
        let sent = users.mailed(user.id, MailedPurpose::EmailVerification);
        if let Some(sent) = sent.await?.filter(|sent| sent.spent_at.is_none()) {
            users.spend(&mut tx, &sent, rq.now())?;
        }
        users.forgive(&mut tx, &user.email, &login);
        users.put_account(&mut tx, &user, &changed)?;
        put_appointed(users, rq, &mut tx, (&user, &changed))?;
        users.put_login(&mut tx, &user.email, &login)?;
        let facts = UserFacts::of(&changed, None);
        users.tell(&mut tx, &changed, Event::PasswordChanged(facts))?;
        let entry = rq.audit(AuditAction::PasswordReset, Some(user.id));
        users.audit(&mut tx, &entry)?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
