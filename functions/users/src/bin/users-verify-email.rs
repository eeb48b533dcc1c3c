//! The Lambda binary of `users-verify-email`.
edge::serve!(users);
