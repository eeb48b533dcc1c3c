//! `POST /sessions`: signs a person in and answers with an access token.
//!
//! The token is stored nowhere: who repeats the request gets the same one signed again.

use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::{SessionId, UserId};
use domain::user::{User, UserStatus};
use edge::token::{LIFETIME, TokenSigner};
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::once::Receipt;
use store::users::{self, Users};

use crate::passwords;
use crate::user::UserView;

/// Signs a person in.
pub(crate) struct CreateSession;

/// Who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The account's address.
    email: Email,
    /// The account's password. The rules for new ones do not apply: they may change, and what breaks
    /// them is merely wrong.
    #[schemars(length(min = 1, max = 128))]
    password: String,
}

/// A session that has begun.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Session")]
pub(crate) struct SessionView {
    /// To be sent as `Authorization: Bearer ...`.
    access_token: String,
    token_type: TokenType,
    /// How long the token is good for, in seconds.
    expires_in: u64,
    user: UserView,
}

/// How a token is sent.
#[derive(Serialize, Deserialize, JsonSchema)]
enum TokenType {
    /// In the `Authorization` header, after this word.
    Bearer,
}

/// What a session's reply is rebuilt from.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    user_id: UserId,
    session_id: SessionId,
    at: Timestamp,
}

impl Endpoint for CreateSession {
    // Nobody is asked for a token, so that a client that still sends an old one can sign in.
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory.
    const ROUTE: Route = Route::post("/sessions", "Sign in")
        .auth(Auth::Open)
        .errors(&[Code::InvalidCredentials])
        .memory_mb(1_024);
    type Needs = (Users<users::LogIn>, TokenSigner);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Credentials;
    type Reply = SessionView;

    async fn handle(
        (users, tokens): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<SessionView>, Failure> {
        let Credentials { email, password } = &rq.body;
        let login = users.login(email).await?;
        let hash = login.as_ref().map(|login| login.password_hash.as_str());
        let verified = passwords::verify(password, hash)?;
        let login = login.filter(|_| verified).ok_or_else(wrong)?;
        let user = active(users, login.user).await?;

        // Only now: a key alone must never open a session.
        let once = rq.once_for(&email.canonical());
        users.recall(once.as_ref(), rq.now()).await?;
        let opened = Opened {
            user_id: user.id,
            session_id: SessionId::new(rq.now(), rq.entropy()),
            at: rq.now(),
        };
        if once.is_some() {
            let mut tx = users.begin(&rq.stamp);
            users.remember(&mut tx, once.as_ref(), &opened)?;
            tx.commit().await?;
        }
        signed_in(tokens, user, &opened)
    }

    async fn replay(
        (users, tokens): &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<SessionView>, Failure> {
        let opened: Opened = receipt.read()?;
        let user = active(users, opened.user_id).await?;
        signed_in(tokens, user, &opened)
    }
}

/// The account, if it can be used.
async fn active(users: &Users<users::LogIn>, id: UserId) -> Result<User, Failure> {
    let user = users.get(id).await?;
    user.filter(|user| user.status == UserStatus::Active)
        .ok_or_else(wrong)
}

/// The one answer for an unknown address, a wrong password and an account that cannot be used.
fn wrong() -> Failure {
    Failure::new(Code::InvalidCredentials)
}

fn signed_in(
    tokens: &TokenSigner,
    user: User,
    opened: &Opened,
) -> Result<Reply<SessionView>, Failure> {
    Ok(Reply::of(SessionView {
        access_token: tokens.sign(&user, opened.session_id, opened.at)?,
        token_type: TokenType::Bearer,
        expires_in: LIFETIME.as_secs(),
        user: user.into(),
    }))
}
