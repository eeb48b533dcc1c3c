//! `POST /sessions/refresh`: carries a session on, with an access token that knows the account's
//! present roles, and the next refresh token.

use domain::audit::AuditAction;
use domain::session::{Refreshed, Session};
use domain::text::Token;
use domain::user::UserStatus;
use edge::bearers::RefreshToken;
use edge::route::SESSION_COOKIE;
use edge::seal::Seal;
use edge::token::TokenSigner;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::once::Receipt;
use store::users::{self, Users};

use crate::signing_in::{SessionView, SignedIn, client};

/// Carries a session on.
pub(crate) struct RefreshSession;

/// What carries it on.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Renewal {
    /// The refresh token, unless it comes as a cookie.
    refresh_token: Option<Token>,
}

impl Endpoint for RefreshSession {
    const ROUTE: Route = Route::post("/sessions/refresh", "Refresh a session")
        .auth(Auth::Open)
        .answers(200)
        .takes_cookie()
        .errors(&[Code::InvalidRefreshToken, Code::CrossSite]);
    type Needs = (Users<users::Refresh>, TokenSigner, Seal);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Renewal;
    type Reply = SessionView;

    async fn handle(
        (users, signer, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<SessionView>, Failure> {
        let presented = RefreshToken::open(seal, sent(rq)?).ok_or_else(over)?;
        let once = rq.once_for(&presented.session.to_string());
        users.recall(once.as_ref(), rq.now()).await?;
        let user = users.account(presented.user).await?.ok_or_else(over)?;
        let session = users.session(&user, presented.session).await?;
        let session = session.ok_or_else(over)?;
        let signed_in = SignedIn {
            token: RefreshToken::new(user.id, session.id, rq.entropy()),
            at: rq.now(),
        };
        let refreshed = session.refresh(
            &user,
            client(rq),
            &presented.hash(seal),
            signed_in.token.hash(seal),
            rq.now(),
        );
        match refreshed {
            Refreshed::Renewed(session) => {
                let mut tx = users.begin(&rq.stamp);
                users.put_session(&mut tx, &session)?;
                users.remember(&mut tx, once.as_ref(), &signed_in)?;
                tx.commit().await?;
                signed_in.reply(signer, seal, user).await
            }
            Refreshed::Replayed => {
                end(users, rq, &session).await?;
                Err(over())
            }
            Refreshed::Over => Err(over()),
        }
    }

    async fn replay(
        (users, signer, seal): &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<SessionView>, Failure> {
        let signed_in: SignedIn = receipt.read()?;
        let user = users.account(signed_in.token.user).await?;
        let user = user.filter(|user| user.status == UserStatus::Active);
        signed_in.reply(signer, seal, user.ok_or_else(over)?).await
    }
}

/// The token that was sent. A cookie is sent by the browser, whoever made the page: there it matters
/// whose page that was.
fn sent(rq: &Rq<RefreshSession>) -> Result<&str, Failure> {
    match (&rq.body.refresh_token, rq.cookie(SESSION_COOKIE)) {
        (Some(token), _) => Ok(token.as_str()),
        (None, Some(token)) => rq.same_site().map(|()| token),
        (None, None) => Err(over()),
    }
}

/// Ends a session of which somebody holds a copy.
async fn end(
    users: &Users<users::Refresh>,
    rq: &Rq<RefreshSession>,
    copied: &Session,
) -> Result<(), Failure> {
    let mut entry = rq.audit(AuditAction::SessionReplayed, Some(copied.user));
    entry
        .details
        .insert("session".to_owned(), copied.id.to_string());
    let mut tx = users.begin(&rq.stamp);
    users.end_session(&mut tx, copied);
    users.audit(&mut tx, &entry)?;
    tx.commit().await?;
    Ok(())
}

/// The one answer for a token that is forged, one that is not good any more, and a session that ended.
fn over() -> Failure {
    Failure::new(Code::InvalidRefreshToken)
}
