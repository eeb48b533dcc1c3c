//! The Lambda binary of `users-register-user`.
edge::serve!(users);
