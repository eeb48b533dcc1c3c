//! A table's stream, read on behalf of the relay: in order, in batches, up to a checkpoint that
//! survives the process. A batch that fails is tried again from the record that failed; what cannot
//! be placed goes to a queue of its own and no longer stands in the way.

use edge::function::BatchReply;
use registry::delivery::{STREAM_BATCH, STREAM_RETRIES};
use serde_json::{Value, json};
use store::tables::Table;
use tokio::sync::Mutex;

use crate::aws::{Chunk, CloudError, Connector};
use crate::functions::Functions;
use crate::stack::Stack;

/// What the filter of the templates lets through: new items of this kind, which are the outbox.
const WANTED: &str = "event";

/// One table's stream as one function reads it.
pub(crate) struct StreamSource {
    pub(crate) function: String,
    pub(crate) table: &'static Table,
    pub(crate) connector: Connector,
    /// Held while records are delivered: a shard has one reader at a time.
    pub(crate) turn: Mutex<()>,
}

/// What became of a batch.
enum Outcome {
    /// All of it was dealt with.
    Done,
    /// The record at this position and all behind it were not.
    FailedAt(usize),
    /// The function gave no answer.
    Crashed,
}

impl StreamSource {
    /// Hands over everything that is new, and returns how many records that was.
    pub(crate) async fn pump(
        &self,
        stack: &Stack,
        functions: &Functions,
    ) -> Result<usize, CloudError> {
        let _turn = self.turn.lock().await;
        let table = stack.naming.table(self.table);
        let mut pumped = 0;
        loop {
            let after = stack.cloud.checkpoint(&self.checkpoint())?;
            let batch = usize::from(STREAM_BATCH);
            let chunk = self
                .connector
                .new_items(&table, WANTED, after.as_deref(), batch)?;
            let Chunk {
                wanted,
                count,
                last: Some(last),
            } = chunk
            else {
                return Ok(pumped);
            };
            pumped += count;
            let are_all = count < batch;
            let replayed = stack.cloud.faults().replays(&table);
            let again = if replayed { wanted.clone() } else { Vec::new() };
            let reached = wanted.last().and_then(sequence).map(str::to_owned);
            self.deliver(stack, functions, wanted).await?;
            self.deliver(stack, functions, again).await?;
            if reached.as_ref() != Some(&last) {
                stack.cloud.set_checkpoint(&self.checkpoint(), &last)?;
            }
            if are_all {
                return Ok(pumped);
            }
        }
    }

    /// Under what name it is kept how far the function has come.
    pub(crate) fn checkpoint(&self) -> String {
        format!("{}/{}", self.function, self.table.name)
    }

    /// Hands over records in order; none is passed over before it is dealt with or put aside.
    async fn deliver(
        &self,
        stack: &Stack,
        functions: &Functions,
        mut left: Vec<Value>,
    ) -> Result<(), CloudError> {
        let mut size = left.len();
        let mut failures = 0;
        while !left.is_empty() {
            let batch = &left[..size.min(left.len())];
            let dealt_with = match self.hand_over(functions, batch).await {
                Outcome::Done => batch.len(),
                Outcome::FailedAt(position) => position,
                // Half the batch may go through: it is found out which record brings it down.
                Outcome::Crashed if batch.len() > 1 => {
                    size = batch.len() / 2;
                    continue;
                }
                Outcome::Crashed => 0,
            };
            failures = if dealt_with == 0 { failures + 1 } else { 0 };
            let passed = if failures > STREAM_RETRIES {
                self.put_aside(stack, &left[0]).await?;
                failures = 0;
                1
            } else {
                dealt_with
            };
            if let Some(last) = left[..passed].last().and_then(sequence) {
                stack.cloud.set_checkpoint(&self.checkpoint(), last)?;
            }
            left.drain(..passed);
            if passed > 0 {
                size = left.len();
            }
        }
        Ok(())
    }

    async fn hand_over(&self, functions: &Functions, batch: &[Value]) -> Outcome {
        let event = json!({ "Records": batch }).to_string();
        let answer = match functions.deliver(&self.function, event).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(function = self.function, %error, "a batch of a stream comes again");
                return Outcome::Crashed;
            }
        };
        let Ok(BatchReply {
            batch_item_failures: failures,
        }) = serde_json::from_str(&answer)
        else {
            return Outcome::Crashed;
        };
        let position = failures
            .iter()
            .filter_map(|failure| {
                batch
                    .iter()
                    .position(|record| sequence(record) == Some(&failure.item_identifier))
            })
            .min();
        match position {
            None if failures.is_empty() => Outcome::Done,
            None => Outcome::FailedAt(0),
            Some(position) => Outcome::FailedAt(position),
        }
    }

    /// Tells the queue of what could not be placed which record that is, as Lambda does.
    async fn put_aside(&self, stack: &Stack, record: &Value) -> Result<(), CloudError> {
        let sequence = sequence(record).unwrap_or_default();
        tracing::error!(
            function = self.function,
            sequence,
            "an event could not be placed"
        );
        let message = json!({
            "requestContext": {
                "functionArn": self.function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": u32::from(STREAM_RETRIES) + 1,
            },
            "DDBStreamBatchInfo": {
                "streamArn": record["eventSourceARN"],
                "startSequenceNumber": sequence,
                "endSequenceNumber": sequence,
                "batchSize": 1,
            },
        });
        let queue = stack.naming.unplaced();
        self.connector.send(&queue, &message.to_string()).await
    }
}

fn sequence(record: &Value) -> Option<&str> {
    record["dynamodb"]["SequenceNumber"].as_str()
}
