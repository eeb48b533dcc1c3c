//! The Lambda binary of `users-create-api-key`.
edge::serve!(users);
