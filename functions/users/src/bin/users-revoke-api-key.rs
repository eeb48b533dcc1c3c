//! The Lambda binary of `users-revoke-api-key`.
edge::serve!(users);
