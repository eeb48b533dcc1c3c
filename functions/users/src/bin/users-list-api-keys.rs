//! The Lambda binary of `users-list-api-keys`.
edge::serve!(users);
