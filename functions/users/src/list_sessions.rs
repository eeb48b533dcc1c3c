//! `GET /sessions`: where one is signed in, newest first.

use domain::clock::Timestamp;
use domain::id::SessionId;
use domain::session::Session;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::users::{self, Users};

use crate::user::usable;

/// Lists one's own sessions.
pub(crate) struct ListSessions;

/// A session that somebody is signed in with.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OpenSession")]
pub(crate) struct OpenSessionView {
    id: SessionId,
    /// When it began.
    created_at: Timestamp,
    /// When it was last refreshed.
    last_used_at: Timestamp,
    /// When it ends, unless it is refreshed before.
    expires_at: Timestamp,
    /// What the client calls itself.
    #[schemars(length(max = 200), regex(pattern = r"^[ -~]*$"))]
    user_agent: Option<String>,
    /// The network address it was last refreshed from.
    #[schemars(length(max = 64), regex(pattern = r"^[0-9A-Fa-f:.]*$"))]
    address: String,
    /// Whether this very request belongs to it.
    current: bool,
}

impl OpenSessionView {
    fn of(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at(),
            user_agent: session.agent,
            address: session.address,
            current: session.id == current,
        }
    }
}

impl Endpoint for ListSessions {
    const ROUTE: Route = Route::get("/sessions", "List my sessions").auth(Auth::SignedIn);
    type Needs = (Users<users::ListSessions>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<OpenSessionView>;

    async fn handle(
        (users, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<OpenSessionView>>, Failure> {
        let account = rq.caller.account()?;
        let list = seal.list(Self::ROUTE.path, account.user);
        let bounds = list.bounds(&rq.query.paging)?;
        let user = usable(users.account(account.user).await?)?;
        let page = users.sessions_of(&user, &bounds, rq.now()).await?;
        Ok(list.reply(page.map(|session| OpenSessionView::of(session, account.session))))
    }
}
