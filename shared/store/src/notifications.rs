//! The notifications table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | in-app notification | `user/<id>` | `notification/<id>` |
//! | mail that was sent | `mail/<event>` | `mail` |
//!
//! | access | cost |
//! |---|---|
//! | page of n of a person's notifications, newest first | one query: half a read unit per 4 KB |
//! | notify | a consistent read of the mail's mark; one write unit each for mark and notification |
//!
//! Both are keyed by the event, so that an event that comes twice tells nobody twice.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{EventId, NotificationId, OrderId, UserId};
use domain::notification::{Notification, NotificationKind};

use crate::db::{Item, Range, from_item, number};
use crate::error::StoreError;
use crate::event::Stamp;
use crate::grant::{GET, Grant, PUT, QUERY};
use crate::handle::{Handle, modes};
use crate::page::{Bounds, Page};
use crate::tables::NOTIFICATIONS;
use crate::tx::{Terms, stored};

/// The notifications table, as far as `M` allows.
pub type Notifications<M> = Handle<NotificationsRoom, M>;

modes! { NotificationsRoom = NOTIFICATIONS;
    /// Lists a person's notifications.
    Read = [Grant::table(&NOTIFICATIONS, &[QUERY])];
    /// Notifies, and remembers which mail was sent.
    Notify = [Grant::table(&NOTIFICATIONS, &[GET, PUT])];
}

/// How long it is remembered that a mail was sent: longer than any message lives.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const NOTES: &str = "notification/";
const MAIL: &str = "mail";

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
}

fn user_pk(user: UserId) -> String {
    format!("user/{user}")
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

impl Notifications<Notify> {
    /// Whether the mail of an event was sent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn was_mailed(&self, event: EventId) -> Result<bool, StoreError> {
        let found = self.db.get_now(&format!("mail/{event}"), MAIL).await?;
        Ok(found.is_some())
    }

    /// Puts down that the mail of an event was sent, and the notification that goes with it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn told(
        &self,
        stamp: &Stamp,
        event: EventId,
        notification: Option<&Notification>,
    ) -> Result<(), StoreError> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct MailItem {
            v: u8,
            at: Timestamp,
        }
        let mut tx = self.begin(stamp);
        let form = MailItem {
            v: 1,
            at: stamp.now,
        };
        let mut mark: Item = stored(format!("mail/{event}"), MAIL, MAIL, &form)?;
        let expires = stamp.now.plus(REMEMBERED).as_seconds();
        mark.insert("expiresAt".to_owned(), number(expires));
        tx.put(self.db.table(), mark, Terms::default(), |_| {
            StoreError::Stale
        });
        if let Some(notification) = notification {
            let sk = format!("{NOTES}{}", notification.id);
            let form = NotificationItem::from(notification);
            let note = stored(user_pk(notification.user), &sk, "notification", &form)?;
            tx.put(self.db.table(), note, Terms::default(), |_| {
                StoreError::Stale
            });
        }
        tx.commit().await
    }
}
