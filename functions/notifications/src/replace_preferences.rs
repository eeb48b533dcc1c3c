//! `PUT /users/me/notification-preferences`: what one wants to be told, said anew. Mail that protects
//! the account, or that confirms an order, comes all the same.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::notifications::{self, Notifications};

use crate::preferences::{ChannelView, PreferencesView};

/// Replaces one's preferences.
pub(crate) struct ReplacePreferences;

/// What somebody wants to be told from now on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewNotificationPreferences")]
pub(crate) struct NewPreferences {
    /// What shall come by mail; `account` must be true.
    email: ChannelView,
    /// What shall stand in the list of notifications.
    in_app: ChannelView,
}

impl Endpoint for ReplacePreferences {
    const ROUTE: Route = Route::put(
        "/users/me/notification-preferences",
        "Replace my notification preferences",
    )
    .auth(Auth::SignedIn)
    .versioned();
    type Needs = (Notifications<notifications::Choose>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewPreferences;
    type Reply = PreferencesView;

    async fn handle(
        (notifications,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PreferencesView>, Failure> {
        let NewPreferences { email, in_app } = &rq.body;
        let old = notifications.wanted(rq.caller.account()?.user).await?;
        rq.expects(old.version)?;
        let new = old
            .replaced((*email).into(), (*in_app).into())
            .map_err(|broken| Failure::rule("email.account", broken))?;
        notifications.choose(&new).await?;
        let version = new.version;
        Ok(Reply::of(new.into()).version(version))
    }
}
