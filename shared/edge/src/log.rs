//! Logs: one JSON object a line, with the trace id of the request or message in every one.

use store::env::Var;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged: `info`, or `orders=debug,warn`.
pub const LOG: Var = Var::new("RUST_LOG", "what is logged; `info` unless set");

/// Writes logs as JSON to standard output, from which Lambda takes them.
pub fn to_json(wanted: Option<&str>) {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        // Lambda stamps each line with its own time.
        .without_time();
    let installed = tracing_subscriber::registry()
        .with(lines.with_filter(filter(wanted)))
        .try_init();
    // A second installation is refused, which is as good: the first was the same.
    drop(installed);
}

/// Levels by target, `info` unless it says otherwise. What cannot be read is as if it were not there: nobody
/// is helped by a function that does not start.
#[must_use]
pub fn filter(wanted: Option<&str>) -> Targets {
    wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO))
}
