//! The store's time: some clock's, moved forward by as much as somebody asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::clock::{Clock, Timestamp};
use tokio::time::Instant;

/// A clock that can be moved forward.
pub(crate) struct StoreClock {
    base: Arc<dyn Clock>,
    ahead_ms: AtomicI64,
}

impl StoreClock {
    pub(crate) fn over(base: Arc<dyn Clock>) -> Self {
        Self {
            base,
            ahead_ms: AtomicI64::new(0),
        }
    }

    /// Moves the clock forward and returns how far it is ahead now, in milliseconds.
    pub(crate) fn advance(&self, by: Duration) -> i64 {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let ahead = self.ahead_ms.load(Ordering::SeqCst).saturating_add(by);
        self.ahead_ms.store(ahead, Ordering::SeqCst);
        ahead
    }

    /// Sets how far the clock is ahead, as [`StoreClock::advance`] returned it.
    pub(crate) fn set_ahead(&self, ahead_ms: i64) {
        self.ahead_ms.store(ahead_ms, Ordering::SeqCst);
    }
}

impl Clock for StoreClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead_ms.load(Ordering::SeqCst);
        let ahead = Duration::from_millis(u64::try_from(ahead).unwrap_or(0));
        self.base.now().plus(ahead)
    }
}

/// A clock that goes before or behind another.
pub(crate) struct SkewedClock {
    base: Arc<dyn Clock>,
    before_ms: i64,
}

impl SkewedClock {
    pub(crate) fn new(base: Arc<dyn Clock>, before_ms: i64) -> Self {
        Self { base, before_ms }
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        let now = self.base.now();
        Timestamp::from_millis(now.as_millis() + self.before_ms).unwrap_or(now)
    }
}

/// A clock that goes with the async runtime's time, also where that is paused: then the store's
/// time, its queues' and its functions' pauses are one, and a test takes no longer than its work.
#[derive(Debug, Clone, Copy)]
pub struct RuntimeClock {
    start: Timestamp,
    origin: Instant,
}

impl RuntimeClock {
    /// A clock that shows `start` now.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            origin: Instant::now(),
        }
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.origin.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use domain::clock::{Clock, Timestamp};

    use super::{RuntimeClock, StoreClock};

    #[tokio::test(start_paused = true)]
    async fn the_clock_goes_with_the_runtime_and_can_be_moved() {
        let clock = StoreClock::over(Arc::new(RuntimeClock::starting_at(Timestamp::EPOCH)));
        assert_eq!(clock.now(), Timestamp::EPOCH);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.now().as_seconds(), 5);
        assert_eq!(clock.advance(Duration::from_secs(60)), 60_000);
        assert_eq!(clock.now().as_seconds(), 65);
    }
}
