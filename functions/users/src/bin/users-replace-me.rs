//! The Lambda binary of `users-replace-me`.
edge::serve!(users);
