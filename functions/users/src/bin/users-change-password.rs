//! The Lambda binary of `users-change-password`.
edge::serve!(users);
