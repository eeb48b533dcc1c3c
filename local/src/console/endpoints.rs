//! Where the embedded services answer other processes, and what the tables and queues are called there.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::queues::QUEUES;
use store::tables::TABLES;

use crate::local_store::Store;

/// All that a program needs to look into this store's services.
pub(super) fn endpoints(store: &Store) -> Value {
    let stack = &store.stack;
    let url = |queue: String| stack.cloud.queue_url(&queue);
    let tables: BTreeMap<_, _> = TABLES
        .into_iter()
        .map(|table| (table.name, stack.naming.table(table)))
        .collect();
    let queues: BTreeMap<_, _> = QUEUES
        .into_iter()
        .map(|queue| (queue.name, url(stack.naming.queue(queue))))
        .collect();
    let dead_letters: BTreeMap<_, _> = QUEUES
        .into_iter()
        .map(|queue| (queue.name, url(stack.naming.dead_letters(queue))))
        .collect();
    json!({
        "now": store.now(),
        "region": stack.naming.region,
        "dynamodb": at(stack.dynamodb_port),
        "sqs": at(stack.sqs_port),
        "tables": tables,
        "queues": queues,
        "deadLetters": dead_letters,
        "unplaced": url(stack.naming.unplaced()),
    })
}

/// The address of a port of this machine; none of a service that nobody listens for.
fn at(port: u16) -> Option<String> {
    (port != 0).then(|| format!("http://127.0.0.1:{port}"))
}
