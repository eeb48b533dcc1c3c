//! `DELETE /sessions/{id}`: ends one of one's own sessions, on whatever device it is. It cannot be
//! refreshed from then on; its access token runs out by itself, 15 minutes after it was issued.

use domain::audit::AuditAction;
use domain::id::SessionId;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::users::{self, Users};

/// Ends a session.
pub(crate) struct RevokeSession;

/// Which session.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SessionPath {
    /// The session's id.
    id: SessionId,
}

impl Endpoint for RevokeSession {
    const ROUTE: Route = Route::delete("/sessions/{id}", "End a session").auth(Auth::SignedIn);
    type Needs = (Users<users::RevokeSession>,);
    type Path = SessionPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let user = users.account(rq.caller.account()?.user).await?;
        let user = user.ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        let session = users.session(&user, rq.path.id).await?;
        let session = session.ok_or_else(|| Failure::new(Code::NotFound))?;
        let mut entry = rq.audit(AuditAction::SessionRevoked, Some(user.id));
        entry
            .details
            .insert("session".to_owned(), session.id.to_string());
        let mut tx = users.begin(&rq.stamp);
        users.end_session(&mut tx, &session);
        users.audit(&mut tx, &entry)?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
