//! The Lambda binary of `notifications-get-preferences`.
edge::serve!(notifications);
