//! The Lambda binary of `users-get-me`.
edge::serve!(users);
