//! The Lambda binary of `users-list-users`.
edge::serve!(users);
