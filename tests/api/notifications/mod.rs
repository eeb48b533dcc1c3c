//! The functions of notifications.
