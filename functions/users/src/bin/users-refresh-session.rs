//! The Lambda binary of `users-refresh-session`.
edge::serve!(users);
