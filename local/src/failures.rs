//! Why messages failed: what their functions said of them in the log, for a person who looks on.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// How many reasons are kept; the oldest goes when another comes.
const MOST: usize = 500;
/// Where functions say what became of a message.
const TARGET: &str = "edge::runner::messages";
/// The span that a message is dealt with in, and its field that names the message.
const SPAN: &str = "message";
/// The fields that say why.
const REASONS: [&str; 2] = ["failure", "error"];

/// The last reasons, each under the id of its message.
#[derive(Default)]
pub struct Failures(Mutex<VecDeque<(String, String)>>);

impl Failures {
    /// Why a message failed the last time, if it was heard.
    pub(crate) fn why(&self, message: &str) -> Option<String> {
        let kept = self.locked();
        let mut of_message = kept.iter().filter(|(id, _)| id == message);
        of_message.next().map(|(_, why)| why.clone())
    }

    fn keep(&self, message: String, why: String) {
        let mut kept = self.locked();
        kept.retain(|(id, _)| *id != message);
        kept.push_front((message, why));
        kept.truncate(MOST);
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears what functions say of messages that fail.
pub struct Listener(pub Arc<Failures>);

impl Listener {
    /// Lets through what is heard, and nothing else.
    pub fn filter() -> FilterFn {
        let heard: fn(&Metadata<'_>) -> bool = |said| said.target() == TARGET;
        FilterFn::new(heard).with_max_level_hint(LevelFilter::INFO)
    }
}

/// The message that a span is about.
struct About(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Listener {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut message = Words::of(&[SPAN]);
        attributes.record(&mut message);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(About(message.said));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        let Some(span) = context.event_span(event) else {
            return;
        };
        let mut why = Words::of(&REASONS);
        event.record(&mut why);
        if let Some(About(message)) = span.extensions().get::<About>() {
            self.0.keep(message.clone(), why.said);
        }
    }
}

/// What some fields say, one after the other.
struct Words {
    fields: &'static [&'static str],
    said: String,
}

impl Words {
    fn of(fields: &'static [&'static str]) -> Self {
        Self {
            fields,
            said: String::new(),
        }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if !self.fields.contains(&field.name()) {
            return;
        }
        let word = format!("{value:?}");
        // What may be missing is written as an option.
        let present = word
            .strip_prefix("Some(")
            .and_then(|word| word.strip_suffix(')'));
        match present.unwrap_or(&word) {
            "None" => {}
            word if self.said.is_empty() => self.said.push_str(word),
            word => {
                self.said.push_str(": ");
                self.said.push_str(word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::layer::{Layer, SubscriberExt};

    use super::{Failures, Listener, MOST};

    #[test]
    fn the_last_reason_of_each_message_is_heard_and_nothing_of_others() {
        let failures = Arc::new(Failures::default());
        let listener = Listener(failures.clone()).with_filter(Listener::filter());
        let subscriber = tracing_subscriber::registry().with(listener);
        tracing::subscriber::with_default(subscriber, || {
            let says = |message: &str, why: &str, source: Option<u8>| {
                let span = tracing::info_span!(
                    target: "edge::runner::messages", "message", function = "one", message
                );
                span.in_scope(|| {
                    tracing::info!(target: "edge::runner::messages", "under way");
                    tracing::error!(target: "elsewhere", failure = "not this");
                    tracing::error!(
                        target: "edge::runner::messages", failure = %why, error = ?source, "comes again"
                    );
                });
            };
            says("a", "first", None);
            says("b", "other", None);
            says("a", "second", Some(1));
            assert_eq!(failures.why("a").as_deref(), Some("second: 1"));
            assert_eq!(failures.why("b").as_deref(), Some("other"));
            assert_eq!(failures.why("c"), None);
            for number in 0..MOST {
                says(&number.to_string(), "more", None);
            }
            assert_eq!(failures.why("a"), None);
        });
    }
}
