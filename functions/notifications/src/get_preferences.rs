//! `GET /users/me/notification-preferences`: what one wants to be told, by mail and in the shop. That
//! is everything, until one says otherwise.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::notifications::{self, Notifications};

use crate::preferences::PreferencesView;

/// Reads one's preferences.
pub(crate) struct GetPreferences;

impl Endpoint for GetPreferences {
    const ROUTE: Route = Route::get(
        "/users/me/notification-preferences",
        "Get my notification preferences",
    )
    .auth(Auth::SignedIn)
    .caching(Caching::Revalidate);
    type Needs = (Notifications<notifications::Preferences>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = PreferencesView;

    async fn handle(
        (notifications,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PreferencesView>, Failure> {
        let preferences = notifications.wanted(rq.caller.account()?.user).await?;
        let version = preferences.version;
        Ok(Reply::of(preferences.into()).version(version))
    }
}
