//! `PUT /users/me`: one's own name and country, written anew. A country that is left out is cleared.

use domain::country::Country;
use domain::text::PersonName;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::users::{self, Users};

use crate::user::UserView;

/// Replaces one's own profile.
pub(crate) struct ReplaceMe;

/// What people say of themselves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Profile {
    /// What the person is called.
    name: PersonName,
    /// Where the person lives.
    country: Option<Country>,
}

impl Endpoint for ReplaceMe {
    const ROUTE: Route = Route::put("/users/me", "Replace my profile").auth(Auth::SignedIn);
    type Needs = (Users<users::Edit>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Profile;
    type Reply = UserView;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        let Profile { name, country } = &rq.body;
        let user = users.get(rq.caller.account()?.user).await?;
        rq.expects(user.version)?;
        let user = user.with_profile(name.clone(), *country, rq.now());
        users.save(&user).await?;
        let version = user.version;
        Ok(Reply::of(user.into()).version(version))
    }
}
