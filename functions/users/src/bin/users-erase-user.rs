//! The Lambda binary of `users-erase-user`.
edge::serve!(users);
