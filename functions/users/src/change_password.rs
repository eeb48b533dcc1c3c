//! `PUT /users/me/password`: a new password, for whoever knows the present one. All other sessions end:
//! none can be refreshed from then on, and their access tokens run out within 15 minutes.

use domain::audit::AuditAction;
use domain::mailed::MailedPurpose;
use domain::password::Password;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{Event, UserFacts};
use store::users::{self, Users};

use crate::checking;
use crate::passwords;
use crate::user::usable;

/// Changes one's own password.
pub(crate) struct ChangePassword;

/// The password before and after.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present one.
    #[schemars(length(min = 1, max = 128))]
    current_password: String,
    /// 8 to 128 characters with an upper-case letter; neither a common password nor the address.
    new_password: Password,
}

impl Endpoint for ChangePassword {
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory.
    const ROUTE: Route = Route::put("/users/me/password", "Change my password")
        .auth(Auth::SignedIn)
        .versioned()
        .strict()
        .answers(204)
        .errors(&[Code::TooManyAttempts])
        .memory_mb(1_024);
    type Needs = (Users<users::ChangePassword>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = PasswordChange;
    type Reply = Nothing;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let PasswordChange {
            current_password,
            new_password,
        } = &rq.body;
        let account = rq.caller.account()?;
        let user = usable(users.account(account.user).await?)?;
        let login = users.login_of(&user).await?;
        rq.expects(user.version)?;
        new_password
            .acceptable_for(&user.email)
            .map_err(|broken| Failure::rule("newPassword", broken))?;
        checking::confirm(users, rq, &user.email, &login, current_password).await?;
        let hash = passwords::hash(new_password, rq.entropy())?;
        let session = users.session(&user, account.session).await?;
        let kept = session.filter(|session| session.is_live(&user, rq.now()));

        let changed = user.without_sessions(rq.now());
        let mut tx = users.begin(&rq.stamp);
        users.put_account(&mut tx, &user, &changed)?;
        users.put_login(&mut tx, &user.email, &login.with_password(hash))?;
        if let Some(kept) = kept {
            users.end_session(&mut tx, &kept);
            users.put_session(&mut tx, &kept.carried_over(&changed))?;
        }
        // Whoever knew the old password may have had these sent.
        for purpose in MailedPurpose::ALL {
            let sent = users.mailed(user.id, *purpose).await?;
            if let Some(sent) = sent.filter(|sent| sent.spent_at.is_none()) {
                users.spend(&mut tx, &sent, rq.now())?;
            }
        }
        let facts = UserFacts::of(&changed, None);
        users.tell(&mut tx, &changed, Event::PasswordChanged(facts))?;
        let entry = rq.audit(AuditAction::PasswordChanged, Some(user.id));
        users.audit(&mut tx, &entry)?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
