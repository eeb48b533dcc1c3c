//! The Lambda binary of `users-change-email`.
edge::serve!(users);
