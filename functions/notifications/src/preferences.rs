//! What somebody wants to be told, on the wire.

use domain::notification::{Channel, NotificationPreferences};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody wants to be told, and how.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NotificationPreferences")]
pub(crate) struct PreferencesView {
    /// What comes by mail. The confirmation of an order always does, as the law wants it.
    email: ChannelView,
    /// What stands in the list of notifications.
    in_app: ChannelView,
    /// Counts the changes, from 0 for who never made one; the ETag is made of it.
    version: u64,
}

/// What somebody wants to be told in one way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NotificationChannel")]
pub(crate) struct ChannelView {
    /// What becomes of orders.
    orders: bool,
    /// What becomes of what is sent back.
    returns: bool,
    /// What is paid, what is to be paid and what is given back.
    payments: bool,
    /// Who can get into the account. Mail about that is always on: it protects the account.
    account: bool,
}

impl From<NotificationPreferences> for PreferencesView {
    fn from(preferences: NotificationPreferences) -> Self {
        let NotificationPreferences {
            user: _,
            email,
            in_app,
            version,
        } = preferences;
        Self {
            email: email.into(),
            in_app: in_app.into(),
            version,
        }
    }
}

impl From<Channel> for ChannelView {
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

impl From<ChannelView> for Channel {
    fn from(view: ChannelView) -> Self {
        let ChannelView {
            orders,
            returns,
            payments,
            account,
        } = view;
        Self {
            orders,
            returns,
            payments,
            account,
        }
    }
}
