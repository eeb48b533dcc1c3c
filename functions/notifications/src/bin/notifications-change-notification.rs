//! The Lambda binary of `notifications-change-notification`.
edge::serve!(notifications);
