//! The Lambda binary of `users-issue-password-reset`.
edge::serve!(users);
