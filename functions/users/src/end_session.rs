//! `DELETE /sessions/current`: signs out. The session cannot be refreshed from then on; its access
//! token runs out by itself.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
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
        let session = users.session(account.user, account.session).await?;
        if let Some(session) = session.filter(|session| session.ended_at.is_none()) {
            let mut tx = users.begin(&rq.stamp);
            users.put_session(&mut tx, &session.ended(rq.now()))?;
            tx.commit().await?;
        }
        Ok(Reply::nothing().cookie(no_cookie()))
    }
}
