//! The Lambda binary of `notifications-list-notifications`.
edge::serve!(notifications);
