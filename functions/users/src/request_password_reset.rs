//! `POST /password-resets`: asks for a mail that lets the owner of an account choose a new password.
//!
//! The answer is the same for every address, and takes as long: whether it has an account is found out
//! later, by `users-issue-password-reset`. If the wish is lost on the way, its owner asks again.

use domain::email::Email;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::once::Receipt;
use store::users::{self, Users};

/// Asks for a new password.
pub(crate) struct RequestPasswordReset;

/// For which account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResetRequest {
    /// The account's address.
    email: Email,
}

impl Endpoint for RequestPasswordReset {
    const ROUTE: Route = Route::post("/password-resets", "Ask for a new password")
        .auth(Auth::Open)
        .strict()
        .answers(202);
    type Needs = (Users<users::WishReset>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = ResetRequest;
    type Reply = Nothing;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let email = &rq.body.email;
        let once = rq.once_for(&email.canonical());
        users.recall(once.as_ref(), rq.now()).await?;
        let mut tx = users.begin(&rq.stamp);
        users.wish_reset(&mut tx, email)?;
        users.remember(&mut tx, once.as_ref(), &Nothing {})?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }

    async fn replay(_: &Self::Needs, _: &Rq<Self>, _: Receipt) -> Result<Reply<Nothing>, Failure> {
        Ok(Reply::nothing())
    }
}
