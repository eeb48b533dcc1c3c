//! The Lambda binary of `users-get-user`.
edge::serve!(users);
