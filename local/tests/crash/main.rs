//! What a store promises of its data, kept by real processes: killed in the middle of their work, on a
//! disk that is full, and on data that is damaged.
//!
//! These are the only tests of the shop in real time and over real sockets, because a process that
//! dies has no other.
#![cfg(test)]

use std::sync::{Mutex, MutexGuard, PoisonError};

mod books;
mod buyers;
mod damaged;
#[cfg(unix)]
mod full_disk;
mod killed;
mod process;
mod web;

static ALONE: Mutex<()> = Mutex::new(());

/// Lets one test after the other run: how soon a store is there again is measured, and beside another
/// store at work it would be measured wrong.
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
