//! How messages reach functions: the numbers that the templates set and the local store obeys.

use edge::{Function, Source};
use store::queues::Queue;

use crate::functions;

/// How many timeouts of its consumer a message stays invisible: one for the batch at work, the rest
/// for Lambda's own retries when it is throttled.
pub const TIMEOUTS_INVISIBLE: u16 = 6;
/// How long dead letters and what could not be placed are kept, in seconds: the longest SQS offers.
pub const DEAD_LETTERS_KEPT_S: u32 = 14 * 24 * 60 * 60;
/// The most records of a stream that are handed over at once.
pub const STREAM_BATCH: u16 = 100;
/// How many batches of one shard are under way at once; each aggregate's events stay in order.
pub const STREAM_PARALLEL: u16 = 10;
/// How often a batch of a stream is tried again before it goes to the unplaced.
pub const STREAM_RETRIES: u16 = 50;
/// How old a record of a stream may get, in seconds, before it goes to the unplaced.
pub const STREAM_RECORD_AGE_S: u32 = 60 * 60;
/// The records of a stream that are handed over: new outbox items.
pub const STREAM_FILTER: &str =
    r#"{"eventName":["INSERT"],"dynamodb":{"NewImage":{"kind":{"S":["event"]}}}}"#;

/// The function that takes a queue's messages.
#[must_use]
pub fn consumer_of(queue: &Queue) -> Option<&'static Function> {
    functions().find(|function| {
        matches!(function.source(), Some(Source::Queue { queue: source, .. }) if *source == queue)
    })
}

/// How long a received message of a queue is invisible, in seconds.
#[must_use]
pub fn visibility_s(queue: &Queue) -> u16 {
    consumer_of(queue).map_or(0, |function| function.timeout_s * TIMEOUTS_INVISIBLE)
}
