//! Logs: one JSON object a line, with the trace id of the request or message in every one.

use tracing_subscriber::EnvFilter;

/// Writes logs as JSON to standard output, from which Lambda takes them. `RUST_LOG` sets the level.
pub fn to_json() {
    let installed = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        // Lambda stamps each line with its own time.
        .without_time()
        .with_env_filter(filter())
        .try_init();
    // A second installation is refused, which is as good: the first was the same.
    drop(installed);
}

/// What is logged: our own crates from `info`, the others from `warn`, unless `RUST_LOG` says otherwise.
#[must_use]
pub fn filter() -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy()
}
