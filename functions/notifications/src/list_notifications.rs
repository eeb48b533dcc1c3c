//! `GET /notifications`: what one was told, newest first.

use domain::clock::Timestamp;
use domain::id::{NotificationId, OrderId};
use domain::notification::{Notification, NotificationKind};
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::notifications::{self, Notifications};

/// Lists notifications.
pub(crate) struct ListNotifications;

/// Something that a user was told.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Notification")]
pub(crate) struct NotificationView {
    /// The notification's id.
    id: NotificationId,
    /// What it is about.
    kind: NotificationKind,
    /// One line.
    #[schemars(length(max = 200), regex(pattern = r"^[^\u0000-\u001f]*$"))]
    title: String,
    /// The rest.
    #[schemars(length(max = 2_000), regex(pattern = r"^[^\u0000]*$"))]
    body: String,
    /// The order it is about.
    order_id: Option<OrderId>,
    /// Whether the user has seen it.
    read: bool,
    /// When it was written.
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
        let user = rq.caller.account()?.user;
        let list = seal.list(Self::ROUTE.path, user);
        let bounds = list.bounds(&rq.query.paging)?;
        let page = notifications.of(user, &bounds).await?;
        Ok(list.reply(page))
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
