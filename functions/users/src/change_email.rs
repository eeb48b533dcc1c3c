//! `PUT /users/me/email`: asks for the account to move to another address. Nothing moves before
//! somebody brings back the token that is mailed there. The account's own address is sent a token too:
//! that is how it is verified later than at registration.
//!
//! Whether somebody has the address already, the answer does not tell, and neither do the writes: the
//! holder is told that nothing came of it, and the token is sent to nobody.

use domain::email::Email;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{Event, UserFacts};
use store::users::{self, Users};

use crate::checking;
use crate::user::usable;
use crate::verified::verification;

/// Asks for a move to another address.
pub(crate) struct ChangeEmail;

/// Where to.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEmail {
    /// The address to move to, or the account's own to have the token sent again.
    email: Email,
    /// The account's password.
    #[schemars(length(min = 1, max = 128))]
    current_password: String,
}

impl Endpoint for ChangeEmail {
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory.
    const ROUTE: Route = Route::put("/users/me/email", "Change my email address")
        .auth(Auth::SignedIn)
        .versioned()
        .strict()
        .answers(202)
        .errors(&[Code::TooManyAttempts])
        .memory_mb(1_024);
    type Needs = (Users<users::AskAddress>, Seal);
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewEmail;
    type Reply = Nothing;

    async fn handle((users, seal): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let NewEmail {
            email,
            current_password,
        } = &rq.body;
        let user = usable(users.account(rq.caller.account()?.user).await?)?;
        let login = users.login_of(&user).await?;
        rq.expects(user.version)?;
        checking::confirm(users, rq, &user.email, &login, current_password).await?;
        let holder = users.login(email).await?.map(|login| login.user);
        let is_taken = holder.is_some_and(|holder| holder != user.id);
        let token = verification(seal, &user, email, rq);
        let facts = UserFacts {
            email: email.clone(),
            ..UserFacts::of(&user, (!is_taken).then_some(token.id))
        };
        let mut tx = users.begin(&rq.stamp);
        users.put_mailed(&mut tx, &token)?;
        users.tell(&mut tx, &user, Event::EmailVerificationRequested(facts))?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
