//! The local store.

pub mod aws;
