//! Randomness that is the same in every run, for tests whose failures must come again.

use std::sync::{Mutex, PoisonError};

use domain::clock::Entropy;

/// Randomness drawn from a seed. Anybody can guess it.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<fastrand::Rng>);

impl SeededEntropy {
    /// The randomness of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill(bytes);
    }
}
