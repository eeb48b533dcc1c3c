//! The Lambda binary of `users-list-sessions`.
edge::serve!(users);
