//! Stores in memory that begin alike: the first of them is filled, the others begin with a copy of its data.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::aws::Snapshot;
use crate::entropy::SeededEntropy;
use crate::error::OpenError;
use crate::local_store::Store;
use crate::options::{Options, TESTS_SEED};

/// What tells two stores apart when they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Beginning {
    seed: bool,
    demo_orders: bool,
    streams: bool,
}

/// What a store that is made of these options begins with.
pub(crate) async fn beginning(options: &Options) -> Result<Arc<Snapshot>, OpenError> {
    static KEPT: Mutex<BTreeMap<Beginning, Arc<Snapshot>>> = Mutex::const_new(BTreeMap::new());
    let Options {
        seed,
        demo_orders,
        streams,
        ..
    } = *options;
    let beginning = Beginning {
        seed,
        demo_orders,
        streams,
    };
    let mut kept = KEPT.lock().await;
    if let Some(snapshot) = kept.get(&beginning) {
        return Ok(Arc::clone(snapshot));
    }
    let usual = Options {
        seed,
        demo_orders,
        streams,
        // It is the same, whoever comes first.
        entropy: Arc::new(SeededEntropy::new(TESTS_SEED)),
        clock: Arc::clone(&options.clock),
        ..Options::for_tests()
    };
    let first = Store::begin(usual, None).await?;
    let snapshot = Arc::new(first.cloud().snapshot()?);
    kept.insert(beginning, Arc::clone(&snapshot));
    Ok(snapshot)
}
