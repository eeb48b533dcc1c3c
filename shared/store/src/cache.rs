//! What an instance has read and may show again for a while.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::clock::Timestamp;

/// Values that rarely change, each for as long as it may be out of date.
pub(crate) struct Cache<K, V> {
    lasts: Duration,
    most: usize,
    held: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A cache of values that last so long, and of so many at most.
    pub(crate) fn new(lasts: Duration, most: usize) -> Self {
        Self {
            lasts,
            most,
            held: Mutex::new(HashMap::new()),
        }
    }

    /// A value that was put in not too long ago.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let held = self.held();
        let (until, value) = held.get(key)?;
        // A clock that was set back must not make a value last longer.
        let is_fresh = now < *until && until.since(now) <= self.lasts;
        is_fresh.then(|| value.clone())
    }

    pub(crate) fn put(&self, key: K, value: V, now: Timestamp) {
        let mut held = self.held();
        if held.len() >= self.most {
            held.clear();
        }
        held.insert(key, (now.plus(self.lasts), value));
    }

    fn held(&self) -> MutexGuard<'_, HashMap<K, (Timestamp, V)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::clock::Timestamp;

    use super::Cache;

    const LASTS: Duration = Duration::from_secs(10);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(1_000 + seconds))
    }

    #[test]
    fn a_value_lasts_for_its_time_and_no_longer() {
        let cache = Cache::new(LASTS, 2);
        cache.put("a", 1, at(0));
        assert_eq!(cache.get(&"a", at(9)), Some(1));
        assert_eq!(cache.get(&"a", at(10)), None);
        assert_eq!(cache.get(&"b", at(0)), None);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_keep_a_value() {
        let cache = Cache::new(LASTS, 2);
        cache.put("a", 1, at(100));
        assert_eq!(cache.get(&"a", at(0)), None);
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let cache = Cache::new(LASTS, 2);
        for key in 0..5 {
            cache.put(key, key, at(0));
            assert!(cache.held().len() <= 2);
            assert_eq!(cache.get(&key, at(0)), Some(key));
        }
    }
}
