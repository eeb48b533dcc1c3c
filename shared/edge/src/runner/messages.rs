//! Batches: each message on its own, so that a poisoned one harms nobody but itself.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use store::{Needs, StartError, Wiring};

use crate::consumer::{Arrival, Consumer, Message, Source};
use crate::problem::{Cause, Failure};
use crate::runner::{Crash, Raw, Running, Surroundings, stale};

pub(crate) struct MessageRunner<C: Consumer> {
    needs: C::Needs,
    surroundings: Surroundings,
    name: String,
}

#[derive(Deserialize)]
struct QueueBatch {
    #[serde(rename = "Records")]
    records: Vec<QueueRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueRecord {
    message_id: String,
    body: String,
}

/// Which messages of a batch have to come again.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct BatchReply {
    /// These.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A message that has to come again.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// A queue's message id, or a stream's sequence number.
    pub item_identifier: String,
}

impl<C: Consumer> MessageRunner<C> {
    pub(crate) async fn start(
        name: String,
        wiring: &Wiring,
        surroundings: Surroundings,
    ) -> Result<Self, StartError> {
        Ok(Self {
            needs: C::Needs::wire(wiring).await?,
            surroundings,
            name,
        })
    }

    /// Each message in turn; those that fail come again, the others do not.
    async fn queue(&self, batch: QueueBatch) -> BatchReply {
        let mut reply = BatchReply::default();
        for QueueRecord { message_id, body } in batch.records {
            let arrival = Arrival::Event(body, self.surroundings.stamp(None));
            if self.deal_with(arrival, &message_id).await.is_err() {
                reply.batch_item_failures.push(ItemFailure {
                    item_identifier: message_id,
                });
            }
        }
        reply
    }

    /// Each record in turn up to the first that fails: it and all behind it come again, in order.
    async fn outboxes(&self, batch: aws_lambda_events::dynamodb::Event) -> BatchReply {
        let mut reply = BatchReply::default();
        for record in batch.records {
            let sequence = record.change.sequence_number.unwrap_or_default();
            let event = record.change.new_image.get("event").cloned();
            let Some(serde_dynamo::AttributeValue::S(json)) = event else {
                // The filter lets only outbox inserts through; anything else is nobody's duty.
                continue;
            };
            let arrival = Arrival::Event(json, self.surroundings.stamp(None));
            if self.deal_with(arrival, &sequence).await.is_err() {
                reply.batch_item_failures.push(ItemFailure {
                    item_identifier: sequence,
                });
                break;
            }
        }
        reply
    }

    async fn deal_with(&self, arrival: Arrival, id: &str) -> Result<(), Failure> {
        let message = C::Message::make(arrival).inspect_err(|failure| {
            tracing::error!(function = self.name, message = id, error = ?failure.source, "unreadable");
        })?;
        let span = tracing::info_span!(
            "message",
            function = self.name,
            traceId = message.trace(),
            message = id,
        );
        let dealt = AssertUnwindSafe(self.tries(&message).boxed())
            .catch_unwind()
            .instrument(span.clone())
            .await;
        let result = match dealt {
            Ok(result) => result,
            Err(_panic) => Err(Failure::internal("the handler panicked")),
        };
        span.in_scope(|| match &result {
            Ok(()) => tracing::info!("done"),
            Err(failure) => {
                tracing::error!(
                    code = failure.code.name(),
                    failure = %failure,
                    error = ?failure.source,
                    "comes again"
                );
            }
        });
        result
    }

    async fn tries(&self, message: &C::Message) -> Result<(), Failure> {
        let mut tries = 1;
        loop {
            match C::handle(&self.needs, message).await {
                Err(failure) if matches!(failure.cause, Cause::Stale) && tries < stale::TRIES => {
                    stale::pause(tries).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}

impl<C: Consumer> Running for MessageRunner<C> {
    fn invoke(&self, event: Raw) -> BoxFuture<'_, Result<Raw, Crash>> {
        Box::pin(async move {
            let reply = match C::SOURCE {
                Source::Queue { .. } => self.queue(serde_json::from_str(event.get())?).await,
                Source::Outboxes(_) => self.outboxes(serde_json::from_str(event.get())?).await,
                Source::EveryMinute => {
                    let arrival = Arrival::Minute(self.surroundings.stamp(None));
                    // A failed minute is an error of the function: the alarm on errors sees it.
                    self.deal_with(arrival, "minute")
                        .await
                        .map_err(|failure| failure.to_string())?;
                    BatchReply::default()
                }
            };
            Ok(serde_json::value::to_raw_value(&reply)?)
        })
    }
}
