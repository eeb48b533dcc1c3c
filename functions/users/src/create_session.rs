//! `POST /sessions`: signs a person in, and answers with an access token and a refresh token.
//!
//! The tokens are stored nowhere: who repeats the request gets the same ones made again.

use domain::email::Email;
use domain::id::{CartId, SessionId, UserId};
use domain::session::Session;
use domain::user::{User, UserStatus};
use edge::bearers::RefreshToken;
use edge::seal::Seal;
use edge::token::TokenSigner;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::once::Receipt;
use store::users::{self, Users};

use crate::checking;
use crate::signing_in::{SessionView, SignedIn, client};

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
    /// A guest's cart that becomes theirs: it joins the cart that they made last, in the background.
    cart_id: Option<CartId>,
}

impl Endpoint for CreateSession {
    // Nobody is asked for a token, so that a client that still sends an old one can sign in.
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory.
    const ROUTE: Route = Route::post("/sessions", "Sign in")
        .auth(Auth::Open)
        .strict()
        .sets_cookie()
        .errors(&[Code::InvalidCredentials, Code::TooManyAttempts])
        .memory_mb(1_024);
    type Needs = (Users<users::LogIn>, TokenSigner, Seal);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Credentials;
    type Reply = SessionView;

    async fn handle(
        (users, signer, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<SessionView>, Failure> {
        let Credentials {
            email,
            password,
            cart_id,
        } = &rq.body;
        let login = users.login(email).await?;
        let right = checking::is_right(users, rq, email, login.as_ref(), password).await?;
        let login = login.filter(|_| right).ok_or_else(wrong)?;
        let user = active(users, login.user).await?;

        // Only now: a key alone must never open a session.
        let once = rq.once_for(&email.canonical());
        users.recall(once.as_ref(), rq.now()).await?;
        let id = SessionId::new(rq.now(), rq.entropy());
        let signed_in = SignedIn {
            token: RefreshToken::new(user.id, id, rq.entropy()),
            at: rq.now(),
        };
        let first = signed_in.token.hash(seal);
        let session = Session::open(id, &user, client(rq), first, rq.now());
        let mut tx = users.begin(&rq.stamp);
        users.put_session(&mut tx, &session)?;
        if let Some(cart) = cart_id {
            users.brought_cart(&mut tx, &session, *cart)?;
        }
        if login.was_last_at(rq.address()) {
            users.check_login(&mut tx, email, &login);
        } else {
            users.put_login(&mut tx, email, &login.met_at(rq.address()))?;
        }
        users.remember(&mut tx, once.as_ref(), &signed_in)?;
        tx.commit().await?;
        signed_in.reply(signer, seal, user).await
    }

    async fn replay(
        (users, signer, seal): &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<SessionView>, Failure> {
        let signed_in: SignedIn = receipt.read()?;
        let user = active(users, signed_in.token.user).await?;
        signed_in.reply(signer, seal, user).await
    }
}

/// The account, if it can be used.
async fn active(users: &Users<users::LogIn>, id: UserId) -> Result<User, Failure> {
    let user = users.account(id).await?;
    user.filter(|user| user.status == UserStatus::Active)
        .ok_or_else(wrong)
}

/// The one answer for an unknown address, a wrong password and an account that cannot be used.
fn wrong() -> Failure {
    Failure::new(Code::InvalidCredentials)
}
