//! The Lambda binary of `users-create-session`.
edge::serve!(users);
