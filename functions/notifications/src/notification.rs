//! A notification on the wire.

use domain::clock::Timestamp;
use domain::id::{NotificationId, OrderId};
use domain::notification::{Notification, NotificationKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
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
            version,
        } = notification;
        Self {
            id,
            kind,
            title,
            body,
            order_id: order,
            read,
            at,
            version,
        }
    }
}
