//! Stores in memory that begin alike: the first of them is filled, the others begin with a copy of its data.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::aws::Snapshot;
use crate::entropy::SeededEntropy;
use crate::error::OpenError;
use crate::local_store::Store;
use crate::options::{Options, TESTS_SEED};

/// What a store begins with: the demo data, or nothing but what every store has.
pub(crate) async fn beginning(seed: bool) -> Result<Arc<Snapshot>, OpenError> {
    static FILLED: Mutex<Option<Arc<Snapshot>>> = Mutex::const_new(None);
    static EMPTY: Mutex<Option<Arc<Snapshot>>> = Mutex::const_new(None);
    let mut kept = if seed { &FILLED } else { &EMPTY }.lock().await;
    if let Some(snapshot) = kept.as_ref() {
        return Ok(Arc::clone(snapshot));
    }
    let first = Options {
        seed,
        // It is the same, whoever comes first.
        entropy: Arc::new(SeededEntropy::new(TESTS_SEED)),
        ..Options::for_tests()
    };
    let first = Store::begin(first, None).await?;
    let snapshot = Arc::new(first.cloud().snapshot()?);
    *kept = Some(Arc::clone(&snapshot));
    Ok(snapshot)
}
