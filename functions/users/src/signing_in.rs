//! What somebody is answered who is signed in: an access token, and the refresh token that carries the
//! session on, in the body and as a cookie.
//!
//! Access tokens are verified without asking anybody, so that one of a session that was ended is good
//! until it runs out, 15 minutes after it was issued at the latest. Refreshing ends at once.

use domain::clock::Timestamp;
use domain::session::{Client, LIFETIME as SESSION_LIFETIME};
use domain::user::User;
use edge::bearers::RefreshToken;
use edge::route::SESSION_COOKIE;
use edge::seal::Seal;
use edge::token::{LIFETIME, TokenSigner};
use edge::{Endpoint, Failure, Reply, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::user::UserView;

/// What stands in the cookie beside the refresh token: no script reads it, and it goes nowhere but to the
/// sessions' own routes.
const ATTRIBUTES: &str = "HttpOnly; Secure; SameSite=Strict; Path=/api/v1/sessions";

/// A session that has begun or goes on.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Session")]
pub(crate) struct SessionView {
    /// To be sent as `Authorization: Bearer ...`.
    #[schemars(length(max = 4096), regex(pattern = r"^[\w-]+\.[\w-]+\.[\w-]+$"))]
    access_token: String,
    /// How the access token is sent.
    token_type: TokenType,
    /// How long the access token is good for, in seconds.
    expires_in: u64,
    /// Gives the next tokens, once, within 30 days. Browsers get it as a cookie as well.
    #[schemars(length(max = 512), regex(pattern = r"^rt_[A-Za-z0-9_-]+$"))]
    refresh_token: String,
    /// Who is signed in.
    user: UserView,
}

/// How a token is sent.
#[derive(Serialize, Deserialize, JsonSchema)]
enum TokenType {
    /// In the `Authorization` header, after this word.
    Bearer,
}

/// What the reply is made of, and can be made of again.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    pub(crate) token: RefreshToken,
    pub(crate) at: Timestamp,
}

impl SignedIn {
    /// The reply to whoever is signed in now.
    pub(crate) async fn reply(
        &self,
        signer: &TokenSigner,
        seal: &Seal,
        user: User,
    ) -> Result<Reply<SessionView>, Failure> {
        let refresh_token = self.token.sealed(seal);
        let lifetime_s = SESSION_LIFETIME.as_secs();
        let cookie =
            format!("{SESSION_COOKIE}={refresh_token}; {ATTRIBUTES}; Max-Age={lifetime_s}");
        let view = SessionView {
            access_token: signer.sign(&user, self.token.session, self.at).await?,
            token_type: TokenType::Bearer,
            expires_in: LIFETIME.as_secs(),
            refresh_token,
            user: user.into(),
        };
        Ok(Reply::of(view).cookie(cookie))
    }
}

/// A cookie that takes the place of the refresh token, and is gone at once.
pub(crate) fn no_cookie() -> String {
    format!("{SESSION_COOKIE}=; {ATTRIBUTES}; Max-Age=0")
}

/// From where a request comes.
pub(crate) fn client<E: Endpoint>(rq: &Rq<E>) -> Client {
    Client {
        agent: rq.agent().map(str::to_owned),
        address: rq.address().to_owned(),
    }
}
