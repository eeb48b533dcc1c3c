//! The notifications table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | in-app notification | `user/<id>` | `notification/<id>` |
//! | what somebody wants to be told | `user/<id>` | `preferences` |
//! | that an event was told, or is being told | `mail/<event>` | `mail` |
//!
//! | access | cost |
//! |---|---|
//! | page of n of a person's notifications, newest first | one query: half a read unit per 4 KB |
//! | mark a notification as read | a consistent read, a conditional write: 1 read unit, 1 write unit |
//! | read preferences; write them | half a read unit; 1 read unit and 1 write unit |
//! | tell an event | half a read unit for the preferences of who has an account; 1 write unit each to claim the mail, for the notification, and to put down that it was told |
//! | an event that was told before | 1 write unit, refused |
//!
//! Marks and notifications are keyed by the event, so that an event that comes twice tells nobody
//! twice.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{NotificationId, OrderId, UserId};
use domain::notification::{Notification, NotificationKind};

use crate::db::{Item, Range, from_item};
use crate::error::StoreError;
use crate::grant::{GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, modes};
use crate::page::{Bounds, Page};
use crate::tables::NOTIFICATIONS;
use crate::tx::{Terms, stored};

/// The notifications table, as far as `M` allows.
pub type Notifications<M> = Handle<NotificationsRoom, M>;

modes! { NotificationsRoom = NOTIFICATIONS;
    /// Lists a person's notifications.
    Read = [Grant::table(&NOTIFICATIONS, &[QUERY])];
    /// Changes one of them.
    Mark = [Grant::table(&NOTIFICATIONS, &[GET, PUT])];
    /// Reads what somebody wants to be told.
    Preferences = [Grant::table(&NOTIFICATIONS, &[GET])];
    /// Writes it anew.
    Choose = [Grant::table(&NOTIFICATIONS, &[GET, PUT])];
    /// Tells events to those who want to hear of them, and remembers which were told.
    Notify = [Grant::table(&NOTIFICATIONS, &[GET, PUT, UPDATE])];
}

const NOTES: &str = "notification/";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotificationItem {
    v: u8,
    id: NotificationId,
    user: UserId,
    about: NotificationKind,
    title: String,
    body: String,
    order: Option<OrderId>,
    read: bool,
    at: Timestamp,
    /// Notifications that were written before they could be changed have none.
    #[serde(default = "first")]
    version: u64,
}

const fn first() -> u64 {
    1
}

pub(crate) fn user_pk(user: UserId) -> String {
    format!("user/{user}")
}

/// A notification under its key.
fn note_item(notification: &Notification) -> Result<Item, StoreError> {
    let form = NotificationItem::from(notification);
    let sk = format!("{NOTES}{}", notification.id);
    stored(user_pk(notification.user), &sk, "notification", &form)
}

impl From<&Notification> for NotificationItem {
    fn from(notification: &Notification) -> Self {
        let Notification {
            id,
            user,
            kind,
            title,
            body,
            order,
            read,
            at,
            version,
        } = notification.clone();
        Self {
            v: 1,
            id,
            user,
            about: kind,
            title,
            body,
            order,
            read,
            at,
            version,
        }
    }
}

impl From<NotificationItem> for Notification {
    fn from(item: NotificationItem) -> Self {
        let NotificationItem {
            v: _,
            id,
            user,
            about,
            title,
            body,
            order,
            read,
            at,
            version,
        } = item;
        Self {
            id,
            user,
            kind: about,
            title,
            body,
            order,
            read,
            at,
            version,
        }
    }
}

impl Notifications<Read> {
    /// A page of a person's notifications, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(
        &self,
        user: UserId,
        bounds: &Bounds,
    ) -> Result<Page<Notification>, StoreError> {
        let range = Range::of(user_pk(user)).below(NOTES);
        let page = self.db.page(&[range], bounds).await?;
        page.try_map(|item| Ok(from_item::<NotificationItem>(item)?.into()))
    }
}

impl Notifications<Mark> {
    /// A notification of this person, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] also for those of others; [`StoreError::Unavailable`],
    /// [`StoreError::Corrupt`].
    pub async fn one_of(
        &self,
        user: UserId,
        id: NotificationId,
    ) -> Result<Notification, StoreError> {
        let found = self
            .db
            .get_now(&user_pk(user), &format!("{NOTES}{id}"))
            .await?;
        let item: NotificationItem = from_item(found.ok_or(StoreError::NotFound)?)?;
        Ok(item.into())
    }

    /// Writes a notification over the version that it was read at.
    ///
    /// # Errors
    /// [`StoreError::Stale`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn save(&self, new: &Notification) -> Result<(), StoreError> {
        let read = new.version.saturating_sub(1);
        self.db.put_version(note_item(new)?, read).await
    }
}

impl Notifications<Notify> {
    /// Shows somebody a notification, unless it was shown before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn show(&self, notification: &Notification) -> Result<(), StoreError> {
        let item = note_item(notification)?;
        self.db.put_if(item, Terms::absent()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::NotificationItem;
    use domain::notification::Notification;
    use serde_json::json;

    #[test]
    fn a_notification_from_before_it_could_be_changed_is_read() {
        let old = json!({
            "v": 1, "id": "0190a0b0-0000-7000-8000-00000000000a",
            "user": "0190a0b0-0000-7000-8000-00000000000b", "about": "welcome", "title": "Welcome",
            "body": "Your account is open.", "order": null, "read": false,
            "at": "2026-01-01T00:00:00.000Z",
        });
        let item: NotificationItem = serde_json::from_value(old).unwrap();
        let read = Notification::from(item);
        assert_eq!((read.version, read.read), (1, false));
    }
}
