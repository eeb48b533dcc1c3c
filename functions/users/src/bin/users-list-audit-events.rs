//! The Lambda binary of `users-list-audit-events`.
edge::serve!(users);
