//! The requests that were answered last, for a person who looks on.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::clock::Timestamp;

/// How many are kept; the oldest goes when another comes.
const MOST: usize = 200;
/// How many characters are kept of path and query.
const LONGEST_TARGET: usize = 500;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// When it was answered, by the store's clock.
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) status: u16,
    /// How long the answer took.
    pub(crate) took: Duration,
    /// The function that answered; none if the gateway did.
    pub(crate) function: Option<String>,
    /// The trace id that the answer carries.
    pub(crate) trace: Option<String>,
}

/// The last requests.
#[derive(Default)]
pub(crate) struct Requests(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    count: u64,
    last: VecDeque<(u64, Request)>,
}

impl Requests {
    /// Keeps a request under the next number, counted from 1.
    pub(crate) fn keep(&self, mut request: Request) {
        let mut kept = self.locked();
        kept.count += 1;
        let number = kept.count;
        if let Some((end, _)) = request.target.char_indices().nth(LONGEST_TARGET) {
            request.target.truncate(end);
        }
        kept.last.push_front((number, request));
        kept.last.truncate(MOST);
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.locked().count
    }

    /// Those that are kept, each with its number, the newest first.
    pub(crate) fn last(&self) -> Vec<(u64, Request)> {
        self.locked().last.iter().cloned().collect()
    }

    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
