//! The Lambda binary of `users-list-roles`.
edge::serve!(users);
