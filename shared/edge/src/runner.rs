//! Running endpoints and consumers: from a raw Lambda event to the raw answer.

mod answer;
pub(crate) mod http;
pub(crate) mod messages;
pub(crate) mod reading;
mod rehearsal;
mod stale;

use std::sync::Arc;

use domain::clock::{Clock, Entropy};
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use store::event::Stamp;

/// A raw Lambda event, and a raw answer.
pub type Raw = Box<RawValue>;
/// What the Lambda runtime is told when an invocation failed.
pub type Crash = Box<dyn std::error::Error + Send + Sync>;

/// A function that has started.
pub trait Running: Send + Sync {
    /// Handles one event.
    fn invoke(&self, event: Raw) -> BoxFuture<'_, Result<Raw, Crash>>;

    /// Goes through what handling an event takes, as far as that changes nothing, so that the first event is
    /// handled as fast as any other.
    fn rehearse(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// The clock and randomness that a function is given.
#[derive(Clone)]
pub struct Surroundings {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Surroundings {
    pub(crate) fn stamp(&self, incoming_trace: Option<&str>) -> Stamp {
        Stamp {
            now: self.clock.now(),
            trace: crate::trace::traceparent(incoming_trace, self.entropy.as_ref()),
            entropy: Arc::clone(&self.entropy),
        }
    }
}
