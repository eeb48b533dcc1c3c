//! `PATCH /users/me`: some of one's own profile, written anew. A merge patch says what differs, a JSON
//! Patch says how it comes about.

use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::users::{self, Users};

use crate::replace_me::{Profile, rewrite};
use crate::user::{UserView, usable};

/// Changes one's own profile.
pub(crate) struct ChangeMe;

impl Endpoint for ChangeMe {
    const ROUTE: Route = Route::patch("/users/me", "Change my profile")
        .auth(Auth::SignedIn)
        .errors(&[Code::PatchFailed]);
    type Needs = (Users<users::Edit>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Profile;
    type Reply = UserView;

    async fn document(
        (users,): &Self::Needs,
        _: &Nothing,
        caller: &Caller,
    ) -> Result<Document, Failure> {
        let user = usable(users.account(caller.account()?.user).await?)?;
        let profile = Profile {
            name: user.name,
            country: user.country,
        };
        Document::of(&profile, user.version)
    }

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        rewrite(users, rq).await
    }
}
