//! What the demo customer was told: a notification to mark as read.

use domain::id::NotificationId;
use domain::notification::{Notification, NotificationKind};
use store::Wiring;
use store::event::Stamp;
use store::notifications::{self, Notifications};

use super::{CUSTOMER, demo_id, needed};
use crate::error::OpenError;

/// A notification of the demo customer.
pub const NOTIFICATION: NotificationId = NotificationId::from_u128(demo_id(0xa0, 1));

pub(super) async fn tell(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let notifications: Notifications<notifications::Notify> = needed(wiring).await?;
    let notification = Notification {
        id: NOTIFICATION,
        user: CUSTOMER.id,
        kind: NotificationKind::PasswordChanged,
        title: "Your password was changed".to_owned(),
        body: "Your account has a new password. Wherever else you were signed in, you are not any more."
            .to_owned(),
        order: None,
        read: false,
        at: stamp.now,
        version: 1,
    };
    notifications.show(&notification).await?;
    Ok(())
}
