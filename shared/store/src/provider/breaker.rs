//! A circuit breaker: a provider that keeps failing is left alone for a while, so that callers hear at
//! once what they would otherwise wait for, and the provider can recover.

use std::time::Duration;

use tokio::time::Instant;

use super::ProviderError;

/// How many failures in a row open it.
const FAILURES: u32 = 10;
/// How long it stays open.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Lets a call through, unless it is open. When its time is over, one call tries how things are,
    /// and until that is known the others still wait.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), ProviderError> {
        match self.open_until {
            Some(until) if now < until => {
                let left = until - now;
                let seconds = u32::try_from(left.as_secs()).unwrap_or(u32::MAX);
                Err(ProviderError::Resting {
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

    /// Takes note of how a call ended.
    pub(super) fn record(&mut self, failed: bool, now: Instant) {
        if !failed {
            *self = Self::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.open_until = Some(now + COOL_DOWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, COOL_DOWN, FAILURES};
    use crate::provider::ProviderError;
    use std::time::Duration;
    use tokio::time::Instant;

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.record(true, now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_says_for_how_long() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + COOL_DOWN - Duration::from_secs(3);
        assert_eq!(
            breaker.admit(later),
            Err(ProviderError::Resting { seconds: 4 })
        );
    }

    #[test]
    fn a_success_in_between_keeps_it_closed() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
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
