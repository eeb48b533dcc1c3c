//! `PATCH /notifications/{id}`: a notification is marked as read, or put back among the unread. What is
//! so already stays as it is. Those of others do not exist.

use domain::id::NotificationId;
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::notifications::{self, Notifications};

use crate::notification::NotificationView;

/// Changes a notification.
pub(crate) struct ChangeNotification;

/// Which notification.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct NotificationPath {
    /// The notification's id.
    id: NotificationId,
}

/// What its reader may change of a notification.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NotificationState")]
pub(crate) struct NotificationDocument {
    /// Whether the user has seen it.
    read: bool,
}

impl Endpoint for ChangeNotification {
    const ROUTE: Route = Route::patch("/notifications/{id}", "Mark a notification as read")
        .auth(Auth::SignedIn)
        .errors(&[Code::PatchFailed]);
    type Needs = (Notifications<notifications::Mark>,);
    type Path = NotificationPath;
    type Query = Nothing;
    type Body = NotificationDocument;
    type Reply = NotificationView;

    async fn document(
        (notifications,): &Self::Needs,
        path: &NotificationPath,
        caller: &Caller,
    ) -> Result<Document, Failure> {
        let found = notifications
            .one_of(caller.account()?.user, path.id)
            .await?;
        let document = NotificationDocument { read: found.read };
        Document::of(&document, found.version)
    }

    async fn handle(
        (notifications,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<NotificationView>, Failure> {
        let NotificationDocument { read } = rq.body;
        let user = rq.caller.account()?.user;
        let old = notifications.one_of(user, rq.path.id).await?;
        rq.expects(old.version)?;
        let new = old.marked(read);
        if new != old {
            notifications.save(&new).await?;
        }
        let version = new.version;
        Ok(Reply::of(new.into()).version(version))
    }
}
