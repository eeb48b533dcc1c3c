//! The Lambda binary of `notifications-notify-customer`.
edge::serve!(notifications);
