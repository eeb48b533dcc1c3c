//! The functions of platform.
