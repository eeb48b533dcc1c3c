//! The Lambda binary of `users-end-session`.
edge::serve!(users);
