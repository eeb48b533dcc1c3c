//! The Lambda binary of `notifications-replace-preferences`.
edge::serve!(notifications);
