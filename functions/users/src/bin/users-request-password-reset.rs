//! The Lambda binary of `users-request-password-reset`.
edge::serve!(users);
