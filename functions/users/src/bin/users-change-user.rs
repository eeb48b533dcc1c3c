//! The Lambda binary of `users-change-user`.
edge::serve!(users);
