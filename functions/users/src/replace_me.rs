//! `PUT /users/me`: one's own name and country, written anew. A country that is left out is cleared.

use domain::country::Country;
use domain::text::PersonName;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::users::{self, Users};

use crate::user::{UserView, usable};

/// Replaces one's own profile.
pub(crate) struct ReplaceMe;

/// What people say of themselves.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Profile {
    /// What the person is called.
    pub(crate) name: PersonName,
    /// Where the person lives.
    pub(crate) country: Option<Country>,
}

impl Endpoint for ReplaceMe {
    const ROUTE: Route = Route::put("/users/me", "Replace my profile")
        .auth(Auth::SignedIn)
        .versioned();
    type Needs = (Users<users::Edit>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Profile;
    type Reply = UserView;

    async fn handle((users,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        rewrite(users, rq).await
    }
}

/// Writes the caller's profile as the body has it.
pub(crate) async fn rewrite<E: Endpoint<Body = Profile>>(
    users: &Users<users::Edit>,
    rq: &Rq<E>,
) -> Result<Reply<UserView>, Failure> {
    let Profile { name, country } = &rq.body;
    let old = usable(users.account(rq.caller.account()?.user).await?)?;
    rq.expects(old.version)?;
    let user = old.with_profile(name.clone(), *country, rq.now());
    users.save(&rq.stamp, &old, &user).await?;
    let version = user.version;
    Ok(Reply::of(user.into()).version(version))
}
