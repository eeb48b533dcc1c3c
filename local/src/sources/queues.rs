//! A queue, received from on behalf of its consumer: in batches; what was dealt with is deleted,
//! what was not stays hidden until its visibility timeout ends and comes again.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::clock::{Clock, Timestamp};
use edge::function::BatchReply;
use registry::delivery;
use serde_json::{Value, json};
use store::queues::Queue;

use crate::aws::{Cloud, CloudError, Connector, Delivery, HiddenMessage, Received};
use crate::functions::Functions;
use crate::stack::Stack;

/// One queue and its consumer.
pub(crate) struct QueueSource {
    pub(crate) function: String,
    pub(crate) queue: &'static Queue,
    pub(crate) batch: u16,
    pub(crate) connector: Connector,
}

/// Messages that failed and wait, hidden, to come again.
pub(crate) struct Hidden(Mutex<Vec<HiddenMessage>>);

impl QueueSource {
    /// Receives one batch, waiting for it for up to `wait`.
    pub(crate) async fn receive(
        &self,
        stack: &Stack,
        wait: Duration,
    ) -> Result<Vec<Received>, CloudError> {
        let queue = stack.naming.queue(self.queue);
        self.connector.receive(&queue, self.batch, wait).await
    }

    /// Receives what there is, up to about so many messages, in an order that depends on nothing but the
    /// messages.
    pub(crate) async fn receive_all(
        &self,
        stack: &Stack,
        most: usize,
    ) -> Result<Vec<Received>, CloudError> {
        let mut all = Vec::new();
        while all.len() < most {
            let some = self.receive(stack, Duration::ZERO).await?;
            if some.is_empty() {
                break;
            }
            all.extend(some);
        }
        all.sort_by(|one, other| one.body.cmp(&other.body));
        Ok(all)
    }

    /// Deletes every message, also those that are hidden.
    pub(crate) async fn lose_all(&self, stack: &Stack) -> Result<(), CloudError> {
        let queue = stack.naming.queue(self.queue);
        for receipt in stack.hidden.take(&queue) {
            self.connector.delete(&queue, &receipt).await?;
        }
        loop {
            let messages = self.receive(stack, Duration::ZERO).await?;
            if messages.is_empty() {
                return Ok(());
            }
            for message in messages {
                self.connector
                    .delete(&queue, &message.receipt_handle)
                    .await?;
            }
        }
    }

    /// Has a batch dealt with and returns how many messages it was.
    pub(crate) async fn deal_with(
        &self,
        stack: &Stack,
        functions: &Functions,
        messages: &[Received],
    ) -> Result<usize, CloudError> {
        if messages.is_empty() {
            return Ok(0);
        }
        let queue = stack.naming.queue(self.queue);
        let delivery = stack.cloud.faults().delivery(&self.function);
        let failed = self.deliver(stack, functions, messages, delivery).await;
        let visibility = Duration::from_secs(delivery::visibility_s(self.queue).into());
        let now = stack.clock.now();
        let (stay, done): (Vec<_>, Vec<_>) = messages
            .iter()
            .partition(|message| delivery.kept || failed.contains(&message.message_id));
        let hidden: Vec<HiddenMessage> = stay
            .into_iter()
            .map(|message| HiddenMessage {
                queue: queue.clone(),
                receipt: message.receipt_handle.clone(),
                until: now.plus(visibility),
            })
            .collect();
        for message in done {
            self.connector
                .delete(&queue, &message.receipt_handle)
                .await?;
        }
        stack.cloud.keep_hidden(&hidden).await?;
        stack.hidden.add(hidden, now);
        Ok(messages.len())
    }

    /// Which messages were not dealt with, however they came.
    async fn deliver(
        &self,
        stack: &Stack,
        functions: &Functions,
        messages: &[Received],
        delivery: Delivery,
    ) -> BTreeSet<String> {
        if !delivery.late.is_zero() {
            tokio::time::sleep(delivery.late).await;
        }
        let mut messages = messages.to_vec();
        if delivery.reversed {
            messages.reverse();
        }
        let failed = self.hand_over(stack, functions, &messages).await;
        if delivery.twice {
            return self.hand_over(stack, functions, &messages).await;
        }
        failed
    }

    /// Which messages the function could not deal with.
    async fn hand_over(
        &self,
        stack: &Stack,
        functions: &Functions,
        messages: &[Received],
    ) -> BTreeSet<String> {
        let all = || {
            messages
                .iter()
                .map(|message| message.message_id.clone())
                .collect()
        };
        let arn = format!(
            "arn:aws:sqs:{}:{}:{}",
            stack.naming.region,
            stack.naming.account,
            stack.naming.queue(self.queue)
        );
        let records: Vec<Value> = messages
            .iter()
            .map(|message| record(message, &arn, &stack.naming.region))
            .collect();
        let event = json!({ "Records": records }).to_string();
        let answer = match functions.deliver(&self.function, event).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(function = self.function, %error, "a batch comes again");
                return all();
            }
        };
        match serde_json::from_str::<BatchReply>(&answer) {
            Ok(reply) => reply
                .batch_item_failures
                .into_iter()
                .map(|failure| failure.item_identifier)
                .collect(),
            Err(_) => all(),
        }
    }
}

impl Hidden {
    pub(crate) fn of(messages: Vec<HiddenMessage>) -> Self {
        Self(Mutex::new(messages))
    }

    fn add(&self, messages: Vec<HiddenMessage>, now: Timestamp) {
        self.with(|all| {
            // What has come again by itself is not hidden any more.
            all.retain(|message| message.until > now);
            all.extend(messages);
        });
    }

    /// Forgets the hidden messages of a queue and gives the receipts that delete them.
    fn take(&self, queue: &str) -> Vec<String> {
        self.with(|all| {
            let (taken, kept): (Vec<_>, Vec<_>) = std::mem::take(all)
                .into_iter()
                .partition(|hidden| hidden.queue == queue);
            *all = kept;
            taken.into_iter().map(|hidden| hidden.receipt).collect()
        })
    }

    /// When the first message of a queue comes again that is still hidden after this.
    pub(crate) fn next_of(&self, queue: &str, after: Timestamp) -> Option<Timestamp> {
        self.with(|all| {
            let of_queue = all.iter().filter(|message| message.queue == queue);
            let untils = of_queue.map(|message| message.until);
            untils.filter(|until| *until > after).min()
        })
    }

    /// When the first hidden message comes again.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.with(|all| all.iter().map(|message| message.until).min())
    }

    /// Shows again what would have come again by `now`, had the queues' time moved with the clock.
    pub(crate) async fn reveal(&self, cloud: &Cloud, now: Timestamp) {
        let due = self.with(|all| {
            let (due, waiting): (Vec<_>, Vec<_>) = std::mem::take(all)
                .into_iter()
                .partition(|message| message.until <= now);
            *all = waiting;
            due
        });
        for message in due {
            // One that is visible already, or was received again since, needs nothing.
            let shown = cloud.reveal(&message.queue, &message.receipt).await;
            if let Err(error) = shown {
                tracing::debug!(queue = message.queue, %error, "not hidden any more");
            }
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<HiddenMessage>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A message as it stands in a Lambda event.
fn record(message: &Received, arn: &str, region: &str) -> Value {
    let Received {
        message_id,
        receipt_handle,
        body,
        attributes,
        md5_of_body,
    } = message;
    json!({
        "messageId": message_id,
        "receiptHandle": receipt_handle,
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    })
}
