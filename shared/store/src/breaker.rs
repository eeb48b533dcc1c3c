//! A circuit breaker: an outside service that keeps failing is left alone for a while, so that callers hear
//! at once what they would otherwise wait for, and the service can recover. Each instance of a function has
//! its own.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::sign::Sign;

/// How many failures in a row open it.
const FAILURES: u32 = 10;
/// How long it stays open.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// A service is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// How long still.
    pub seconds: u32,
}

impl fmt::Display for Resting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is left alone for {} s", self.seconds)
    }
}

impl std::error::Error for Resting {}

/// The breaker around one service.
pub struct Breaker {
    state: Mutex<State>,
    sign: &'static Sign,
}

/// Counts failures in a row.
#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// A closed one, which gives this sign when it opens.
    pub fn new(sign: &'static Sign) -> Self {
        Self {
            state: Mutex::default(),
            sign,
        }
    }

    /// Lets a call through, unless the service is left alone now.
    pub fn admit(&self) -> Result<(), Resting> {
        self.state().admit(Instant::now())
    }

    /// Takes note of how a call ended.
    pub fn record(&self, failed: bool) {
        if self.state().record(failed, Instant::now()) {
            self.sign.give();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When its time is over, one call tries how things are, and until that is known the others still
    /// wait.
    fn admit(&mut self, now: Instant) -> Result<(), Resting> {
        match self.open_until {
            Some(until) if now < until => {
                let left = until - now;
                let seconds = u32::try_from(left.as_secs()).unwrap_or(u32::MAX);
                Err(Resting {
                    seconds: seconds.saturating_add(1),
                })
            }
            Some(_) => {
                self.open_until = Some(now + COOL_DOWN);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Whether it opens now, or opens anew.
    fn record(&mut self, failed: bool, now: Instant) -> bool {
        if !failed {
            *self = Self::default();
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let opens = self.failures >= FAILURES;
        if opens {
            self.open_until = Some(now + COOL_DOWN);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::{COOL_DOWN, FAILURES, Resting, State};
    use std::time::Duration;
    use tokio::time::Instant;

    fn opened(now: Instant) -> State {
        let mut breaker = State::default();
        for failure in 1..=FAILURES {
            assert_eq!(breaker.admit(now), Ok(()));
            assert_eq!(breaker.record(true, now), failure == FAILURES);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_says_for_how_long() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + COOL_DOWN - Duration::from_secs(3);
        assert_eq!(breaker.admit(later), Err(Resting { seconds: 4 }));
    }

    #[test]
    fn a_success_in_between_keeps_it_closed() {
        let now = Instant::now();
        let mut breaker = State::default();
        for _ in 0..FAILURES {
            breaker.record(true, now);
            breaker.record(false, now);
        }
        assert_eq!(breaker.admit(now), Ok(()));
    }

    #[test]
    fn one_call_tries_how_things_are_and_closes_it_or_not() {
        let now = Instant::now();
        let after = now + COOL_DOWN;
        let mut failing = opened(now);
        assert_eq!(failing.admit(after), Ok(()));
        assert!(failing.admit(after).is_err(), "only one tries");
        failing.record(true, after);
        assert!(failing.admit(after + COOL_DOWN / 2).is_err());
        let mut recovered = opened(now);
        assert_eq!(recovered.admit(after), Ok(()));
        recovered.record(false, after);
        assert_eq!(recovered.admit(after), Ok(()));
        assert_eq!(recovered.admit(after), Ok(()));
    }
}
