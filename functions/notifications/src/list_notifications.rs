//! `GET /notifications`: what one was told, newest first.

use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::notifications::{self, Notifications};

use crate::notification::NotificationView;

/// Lists notifications.
pub(crate) struct ListNotifications;

impl Endpoint for ListNotifications {
    const ROUTE: Route = Route::get("/notifications", "List my notifications").auth(Auth::SignedIn);
    type Needs = (Notifications<notifications::Read>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<NotificationView>;

    async fn handle(
        (notifications, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<NotificationView>>, Failure> {
        let user = rq.caller.account()?.user;
        let list = seal.list(Self::ROUTE.path, user);
        let bounds = list.bounds(&rq.query.paging)?;
        let page = notifications.of(user, &bounds).await?;
        Ok(list.reply(page))
    }
}
