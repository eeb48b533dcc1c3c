//! The Lambda binary of `users-revoke-session`.
edge::serve!(users);
