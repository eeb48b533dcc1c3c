//! `GET /users/me`: the account of whoever is signed in.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::users::{self, Users};

use crate::user::{UserView, usable};

/// Reads one's own account.
pub(crate) struct GetMe;

impl Endpoint for GetMe {
    const ROUTE: Route = Route::get("/users/me", "Get my account")
        .auth(Auth::SignedIn)
        .caching(Caching::Revalidate);
    type Needs = (Users<users::Read>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserView;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        let user = usable(users.find(rq.caller.account()?.user).await?)?;
        let version = user.version;
        Ok(Reply::of(user.into()).version(version))
    }
}
