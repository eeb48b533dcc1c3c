//! The Lambda binary of `users-change-me`.
edge::serve!(users);
