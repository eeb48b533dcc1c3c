//! The Lambda binary of `users-reset-password`.
edge::serve!(users);
