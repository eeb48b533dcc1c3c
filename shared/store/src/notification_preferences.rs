//! What people want to be told, in the notifications table: keys and costs stand in
//! [`crate::notifications`]. Whoever never said anything has no item.

use serde::{Deserialize, Serialize};

use domain::id::UserId;
use domain::notification::{Channel, NotificationPreferences};

use crate::db::{Item, from_item};
use crate::error::StoreError;
use crate::notifications::{Choose, Notifications, Notify, Preferences, user_pk};
use crate::tx::stored;

const PREFERENCES: &str = "preferences";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PreferencesItem {
    v: u8,
    user: UserId,
    email: ChannelItem,
    in_app: ChannelItem,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelItem {
    orders: bool,
    returns: bool,
    payments: bool,
    account: bool,
}

impl From<Channel> for ChannelItem {
    fn from(channel: Channel) -> Self {
        let Channel {
            orders,
            returns,
            payments,
            account,
        } = channel;
        Self {
            orders,
            returns,
            payments,
            account,
        }
    }
}

impl From<ChannelItem> for Channel {
    fn from(item: ChannelItem) -> Self {
        let ChannelItem {
            orders,
            returns,
            payments,
            account,
        } = item;
        Self {
            orders,
            returns,
            payments,
            account,
        }
    }
}

impl From<&NotificationPreferences> for PreferencesItem {
    fn from(preferences: &NotificationPreferences) -> Self {
        let NotificationPreferences {
            user,
            email,
            in_app,
            version,
        } = *preferences;
        Self {
            v: 1,
            user,
            email: email.into(),
            in_app: in_app.into(),
            version,
        }
    }
}

impl From<PreferencesItem> for NotificationPreferences {
    fn from(item: PreferencesItem) -> Self {
        let PreferencesItem {
            v: _,
            user,
            email,
            in_app,
            version,
        } = item;
        Self {
            user,
            email: email.into(),
            in_app: in_app.into(),
            version,
        }
    }
}

fn read(user: UserId, found: Option<Item>) -> Result<NotificationPreferences, StoreError> {
    match found {
        Some(item) => Ok(from_item::<PreferencesItem>(item)?.into()),
        None => Ok(NotificationPreferences::unsaid(user)),
    }
}

impl Notifications<Preferences> {
    /// What somebody wants to be told.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn wanted(&self, user: UserId) -> Result<NotificationPreferences, StoreError> {
        read(user, self.db.get(&user_pk(user), PREFERENCES).await?)
    }
}

impl Notifications<Notify> {
    /// What somebody wants to be told; a choice of the last second may not count yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn wanted(&self, user: UserId) -> Result<NotificationPreferences, StoreError> {
        read(user, self.db.get(&user_pk(user), PREFERENCES).await?)
    }
}

impl Notifications<Choose> {
    /// What somebody wants to be told, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn wanted(&self, user: UserId) -> Result<NotificationPreferences, StoreError> {
        read(user, self.db.get_now(&user_pk(user), PREFERENCES).await?)
    }

    /// Writes it over the version that it was read at.
    ///
    /// # Errors
    /// [`StoreError::Stale`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn choose(&self, new: &NotificationPreferences) -> Result<(), StoreError> {
        let form = PreferencesItem::from(new);
        let item = stored(user_pk(new.user), PREFERENCES, PREFERENCES, &form)?;
        let over = new.version.saturating_sub(1);
        self.db.put_version(item, over).await
    }
}
