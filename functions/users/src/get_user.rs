//! `GET /users/{id}`: anybody's account, for staff.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::users::{self, Users};

use crate::user::{UserPath, UserView};

/// Reads an account.
pub(crate) struct GetUser;

impl Endpoint for GetUser {
    const ROUTE: Route = Route::get("/users/{id}", "Get a user")
        .auth(Auth::Staff(Permission::UsersRead))
        .caching(Caching::Revalidate);
    type Needs = (Users<users::Read>,);
    type Path = UserPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserView;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        let user = users.find(rq.path.id).await?;
        let user = user.ok_or_else(|| Failure::new(Code::NotFound))?;
        let version = user.version;
        Ok(Reply::of(user.into()).version(version))
    }
}
