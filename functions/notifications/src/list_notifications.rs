//! `GET /notifications`: what one was told, newest first.

use domain::clock::Timestamp;
use domain::id::{NotificationId, OrderId};
use domain::notification::{Notification, NotificationKind};
use edge::cursor::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::handle::Page;
use store::notifications::{self, Notifications};

/// Lists notifications.
pub(crate) struct ListNotifications;

/// Something that a user was told.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Notification")]
pub(crate) struct NotificationView {
    id: NotificationId,
    kind: NotificationKind,
    /// One line.
    title: String,
    /// The rest.
    body: String,
    /// The order it is about.
    order_id: Option<OrderId>,
    /// Whether the user has seen it.
    read: bool,
    at: Timestamp,
}

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
        let PageQuery { cursor, limit } = &rq.query;
        let user = rq.caller.account()?.user;
        let cursors = seal.cursors(Self::ROUTE.path, user.to_string());
        let after = cursors.open(cursor.as_deref())?;
        let Page { items, next } = notifications.of(user, after, limit.get()).await?;
        let views = items.into_iter().map(NotificationView::from).collect();
        Ok(Reply::of(views).next(next.map(|position| cursors.at(&position))))
    }
}

impl From<Notification> for NotificationView {
    fn from(notification: Notification) -> Self {
        let Notification {
            id,
            user: _,
            kind,
            title,
            body,
            order,
            read,
            at,
        } = notification;
        Self {
            id,
            kind,
            title,
            body,
            order_id: order,
            read,
            at,
        }
    }
}
