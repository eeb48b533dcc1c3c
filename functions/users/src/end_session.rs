//! `DELETE /sessions/current`: signs out. The session cannot be refreshed from then on; its access
//! token runs out by itself.

use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::users::{self, Users};

use crate::signing_in::no_cookie;

/// Signs out.
pub(crate) struct EndSession;

impl Endpoint for EndSession {
    const ROUTE: Route = Route::delete("/sessions/current", "Sign out")
        .auth(Auth::SignedIn)
        .sets_cookie();
    type Needs = (Users<users::EndSession>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let account = rq.caller.account()?;
        let user = users.account(account.user).await?;
        let user = user.ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        if let Some(session) = users.session(&user, account.session).await? {
            let mut tx = users.begin(&rq.stamp);
            users.end_session(&mut tx, &session);
            tx.commit().await?;
        }
        Ok(Reply::nothing().cookie(no_cookie()))
    }
}
