//! What moves through the store: requests, streams, messages, and all of it in numbers.

use domain::clock::Timestamp;
use serde_json::{Value, json};
use store::event::Envelope;
use store::queues::MAX_RECEIVES;

use crate::aws::{CloudError, QueueDepth, QueuedMessage};
use crate::local_store::Store;
use crate::requests::Request;
use crate::sources::streams::StreamSource;

/// How many records behind a checkpoint are counted; a stream is read by no more at once.
const MOST_COUNTED: usize = 1_000;
/// How many of them are named.
const MOST_NAMED: usize = 10;

/// Where everything stands, in numbers. `writes` and the counts tell whether it is worth asking for
/// the rest again.
pub(super) async fn overview(store: &Store) -> Result<Value, CloudError> {
    let depths = store.queues().await?;
    let sum = |count: fn(&QueueDepth) -> u64| depths.iter().map(count).sum::<u64>();
    let behind: usize = backlogs(store)?
        .iter()
        .map(|(_, backlog)| backlog.records.len())
        .sum();
    Ok(json!({
        "now": store.now(),
        "writes": store.stack.cloud.writes(),
        "requests": store.requests.count(),
        "emails": store.stack.cloud.email_count(),
        "messages": {
            "visible": sum(|depth| depth.visible),
            "inFlight": sum(|depth| depth.in_flight),
            "delayed": sum(|depth| depth.delayed),
            "deadLetters": sum(|depth| depth.dead_letters),
        },
        "behind": behind,
    }))
}

/// The last requests, the newest first.
pub(super) fn requests(store: &Store) -> Vec<Value> {
    let last = store.requests.last().into_iter();
    last.map(|(number, request)| request_view(number, request))
        .collect()
}

fn request_view(number: u64, request: Request) -> Value {
    let Request {
        at,
        method,
        target,
        status,
        took,
        function,
        trace,
    } = request;
    json!({
        "number": number,
        "at": at,
        "method": method,
        "target": target,
        "status": status,
        "durationMs": took.as_secs_f64() * 1_000.0,
        "function": function,
        "traceId": trace,
    })
}

/// How far a reader of a stream has come, and what is behind that.
struct Backlog {
    checkpoint: Option<String>,
    records: Vec<Value>,
}

fn backlogs(store: &Store) -> Result<Vec<(&StreamSource, Backlog)>, CloudError> {
    let of = |source| backlog(store, source).map(|backlog| (source, backlog));
    store.sources.streams.iter().map(of).collect()
}

fn backlog(store: &Store, source: &StreamSource) -> Result<Backlog, CloudError> {
    let cloud = &store.stack.cloud;
    let checkpoint = cloud.checkpoint(&source.checkpoint())?;
    let table = store.stack.naming.table(source.table);
    let records = cloud.stream_records(&table, checkpoint.as_deref(), MOST_COUNTED)?;
    Ok(Backlog {
        checkpoint,
        records,
    })
}

/// Every stream that is read.
pub(super) fn streams(store: &Store) -> Result<Vec<Value>, CloudError> {
    let view = |(source, backlog): (&StreamSource, Backlog)| {
        let next = backlog.records.iter().take(MOST_NAMED).map(record_view);
        json!({
            "table": source.table.name,
            "function": source.function,
            "checkpoint": backlog.checkpoint,
            "behind": backlog.records.len(),
            "behindIsAtLeast": backlog.records.len() == MOST_COUNTED,
            "next": next.collect::<Vec<_>>(),
        })
    };
    Ok(backlogs(store)?.into_iter().map(view).collect())
}

fn record_view(record: &Value) -> Value {
    let change = &record["dynamodb"];
    json!({
        "sequence": change["SequenceNumber"],
        "change": record["eventName"],
        "pk": change["Keys"]["pk"]["S"],
        "sk": change["Keys"]["sk"]["S"],
    })
}

/// A message, with the event that it carries or why it carries none, and why it failed.
pub(super) fn message_view(store: &Store, message: &QueuedMessage) -> Value {
    let QueuedMessage {
        id,
        queue,
        dead,
        received,
        at,
        body,
    } = message;
    let (event, unreadable) = match Envelope::from_json(body) {
        Ok(envelope) => (Some(event_view(&envelope)), None),
        Err(why) => (None, Some(why.to_string())),
    };
    json!({
        "id": id,
        "queue": queue,
        "deadLetter": dead,
        "received": received,
        "mostReceives": MAX_RECEIVES,
        "at": at,
        "body": body,
        "event": event,
        "unreadable": unreadable,
        "failure": store.failures.why(id),
    })
}

fn event_view(envelope: &Envelope) -> Value {
    let at: Timestamp = envelope.occurred_at;
    json!({
        "id": envelope.id,
        "type": envelope.event.topic(),
        "aggregate": envelope.aggregate,
        "occurredAt": at,
        "traceparent": envelope.traceparent,
    })
}
