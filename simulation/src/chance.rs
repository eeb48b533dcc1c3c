//! Chance that comes again with its seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One stream of chance. Each actor has one, so that what one of them does changes nothing for the
/// others but what they meet.
#[derive(Debug)]
pub(crate) struct Chance(Mutex<fastrand::Rng>);

impl Chance {
    /// The stream of this name that belongs to a seed.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ name;
        Self(Mutex::new(fastrand::Rng::with_seed(mixed)))
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something happens that happens so often in a thousand times.
    pub(crate) fn per_mille(&self, often: u32) -> bool {
        self.below(1_000) < often
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u32) -> u32 {
        self.draw(|rng| rng.u32(..end.max(1)))
    }

    /// One of these, of which there is at least one.
    pub(crate) fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let count = u32::try_from(all.len()).ok()?;
        let index = usize::try_from(self.below(count)).ok()?;
        all.get(index)
    }

    /// A time of up to `most`.
    pub(crate) fn up_to(&self, most: Duration) -> Duration {
        let most_ms = u32::try_from(most.as_millis()).unwrap_or(u32::MAX);
        Duration::from_millis(self.below(most_ms.saturating_add(1)).into())
    }
}
