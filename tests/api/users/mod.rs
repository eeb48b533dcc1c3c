//! The functions of users.
