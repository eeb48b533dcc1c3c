//! Dead letters: counted, looked at where they lie, and sent back to where they failed.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, ListMessageMoveTasksResultEntry, Message,
    MessageSystemAttributeName, QueueAttributeName,
};
use futures_util::future::try_join_all;

use domain::clock::Timestamp;

use super::{OperatingError, Operations, Thing, failed};
use crate::event::{Envelope, Unreadable};
use crate::queues::{QUEUES, Queue};

/// The most messages that one receive brings.
const BATCH: i32 = 10;
/// How long what is looked at stays hidden, should whoever looks at it die.
const LOOKING_S: i32 = 30;
/// How long a receive waits. One that does not wait asks only some of SQS's servers.
const WAIT_S: i32 = 1;
/// How often to ask how far a move has come, and for how long.
const ASK_EVERY: Duration = Duration::from_secs(1);
const MOST_ASKED: u32 = 600;

/// Where messages lie that nobody deals with any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadEnd {
    /// The dead letters of a queue.
    Of(&'static Queue),
    /// What the relay could not place.
    Unplaced,
}

/// A message that nobody deals with any more.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// The id that SQS gave it.
    pub id: String,
    /// How often it was received, as SQS counts it, this time included.
    pub received: u32,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// Its body.
    pub body: String,
    /// The event that it carries, unless it carries none.
    pub event: Result<Envelope, Unreadable>,
}

/// Some of the messages of a dead end.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// The messages.
    pub letters: Vec<DeadLetter>,
    /// About how many there are.
    pub of: u64,
}

impl DeadEnd {
    /// Every place where dead letters can lie.
    pub fn all() -> impl Iterator<Item = Self> {
        QUEUES.into_iter().map(Self::Of).chain([Self::Unplaced])
    }

    /// Its name: that of the queue, or `unplaced`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Of(queue) => queue.name,
            Self::Unplaced => "unplaced",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|end| end.name() == name)
    }

    fn thing(self) -> Thing {
        match self {
            Self::Of(queue) => Thing::DeadLetters(queue),
            Self::Unplaced => Thing::Unplaced,
        }
    }
}

impl Operations {
    /// About how many messages lie in each dead end.
    ///
    /// # Errors
    /// [`OperatingError::Unnamed`], [`OperatingError::Failed`].
    pub async fn dead_letters(&self) -> Result<Vec<(DeadEnd, u64)>, OperatingError> {
        let counts = DeadEnd::all().map(async |end| {
            let count = self.count(self.names.get(end.thing())?, end).await?;
            Ok((end, count))
        });
        try_join_all(counts).await
    }

    /// Looks at up to `most` messages and leaves them where they are. Nobody else can receive them
    /// meanwhile.
    ///
    /// # Errors
    /// [`OperatingError::Unnamed`], [`OperatingError::Failed`]. What was hidden then shows itself
    /// again within half a minute.
    pub async fn look(&self, end: DeadEnd, most: usize) -> Result<Looked, OperatingError> {
        let url = self.names.get(end.thing())?;
        let of = self.count(url, end).await?;
        let wanted = usize::try_from(of).unwrap_or(usize::MAX).min(most);
        let mut held = Vec::new();
        let seen = self.receive(url, end, wanted, &mut held).await;
        let shown = self.show_again(url, end, &held).await;
        seen?;
        shown?;
        let letters = held.into_iter().map(letter).collect();
        Ok(Looked { letters, of })
    }

    /// Sends the dead letters of a queue back to it, waits until that is done, and says how many they
    /// were.
    ///
    /// # Errors
    /// [`OperatingError::Unnamed`], [`OperatingError::Failed`].
    pub async fn redrive(&self, queue: &'static Queue) -> Result<u64, OperatingError> {
        let end = DeadEnd::Of(queue);
        let what = || format!("redriving {}", queue.name);
        let attributes = self.attributes(self.names.get(end.thing())?, end).await?;
        let arn = attributes
            .get(&QueueAttributeName::QueueArn)
            .ok_or_else(|| failed(what())("the queue does not say its ARN"))?;
        let before = self.last_move(queue, arn).await?;
        self.sqs
            .start_message_move_task()
            .source_arn(arn)
            .send()
            .await
            .map_err(failed(what()))?;
        for _ in 0..MOST_ASKED {
            if let Some(task) = self.last_move(queue, arn).await?
                && Some(task.started_timestamp) != before.as_ref().map(|old| old.started_timestamp)
                && let Some(moved) = outcome(&task, what)?
            {
                return Ok(moved);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Err(failed(what())(
            "it was begun, and has not ended after ten minutes: it goes on by itself",
        ))
    }

    /// The move that was begun last, if there was any.
    async fn last_move(
        &self,
        queue: &Queue,
        arn: &str,
    ) -> Result<Option<ListMessageMoveTasksResultEntry>, OperatingError> {
        let what = format!("asking how far the redrive of {} is", queue.name);
        let listed = self
            .sqs
            .list_message_move_tasks()
            .source_arn(arn)
            .send()
            .await
            .map_err(failed(what))?;
        Ok(listed.results.unwrap_or_default().into_iter().next())
    }

    async fn attributes(
        &self,
        url: &str,
        end: DeadEnd,
    ) -> Result<BTreeMap<QueueAttributeName, String>, OperatingError> {
        let read = self
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await
            .map_err(failed(format!(
                "counting the dead letters of {}",
                end.name()
            )))?;
        Ok(read.attributes.unwrap_or_default().into_iter().collect())
    }

    /// About how many messages a queue holds, those included that somebody looks at.
    async fn count(&self, url: &str, end: DeadEnd) -> Result<u64, OperatingError> {
        let attributes = self.attributes(url, end).await?;
        let count = |name| attributes.get(&name)?.parse::<u64>().ok();
        let states = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        Ok(states.into_iter().filter_map(count).sum())
    }

    /// Receives messages into `held` until it has as many as are wanted, or no more come.
    async fn receive(
        &self,
        url: &str,
        end: DeadEnd,
        wanted: usize,
        held: &mut Vec<Message>,
    ) -> Result<(), OperatingError> {
        while held.len() < wanted {
            let left = i32::try_from(wanted - held.len()).unwrap_or(BATCH);
            let received = self
                .sqs
                .receive_message()
                .queue_url(url)
                .max_number_of_messages(left.min(BATCH))
                .visibility_timeout(LOOKING_S)
                .wait_time_seconds(WAIT_S)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(failed(format!(
                    "receiving the dead letters of {}",
                    end.name()
                )))?;
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            held.extend(messages);
        }
        Ok(())
    }

    /// Lets others receive messages again.
    async fn show_again(
        &self,
        url: &str,
        end: DeadEnd,
        held: &[Message],
    ) -> Result<(), OperatingError> {
        let what = || format!("showing the dead letters of {} again", end.name());
        for batch in held.chunks(usize::try_from(BATCH).unwrap_or(1)) {
            let entries: Result<Vec<_>, _> = batch
                .iter()
                .enumerate()
                .map(|(nth, message)| {
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(nth.to_string())
                        .set_receipt_handle(message.receipt_handle.clone())
                        .visibility_timeout(0)
                        .build()
                })
                .collect();
            self.sqs
                .change_message_visibility_batch()
                .queue_url(url)
                .set_entries(Some(entries.map_err(failed(what()))?))
                .send()
                .await
                .map_err(failed(what()))?;
        }
        Ok(())
    }
}

/// How many messages a move has moved; none while it goes on.
fn outcome(
    task: &ListMessageMoveTasksResultEntry,
    what: impl Fn() -> String,
) -> Result<Option<u64>, OperatingError> {
    let moved = u64::try_from(task.approximate_number_of_messages_moved).unwrap_or(0);
    let why = task.failure_reason().unwrap_or("SQS does not say why");
    match task.status() {
        Some("COMPLETED") => Ok(Some(moved)),
        Some("FAILED") => Err(failed(what())(format!("{moved} were moved, then: {why}"))),
        Some("CANCELLED") => Err(failed(what())(format!(
            "{moved} were moved, then somebody cancelled it"
        ))),
        _ => Ok(None),
    }
}

fn letter(message: Message) -> DeadLetter {
    let Message {
        message_id,
        body,
        attributes,
        ..
    } = message;
    let attributes = attributes.unwrap_or_default();
    let number = |name| attributes.get(&name)?.parse::<i64>().ok();
    let received = number(MessageSystemAttributeName::ApproximateReceiveCount);
    let sent = number(MessageSystemAttributeName::SentTimestamp);
    let body = body.unwrap_or_default();
    DeadLetter {
        id: message_id.unwrap_or_default(),
        received: received
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0),
        sent: sent.and_then(Timestamp::from_millis),
        event: Envelope::from_json(&body),
        body,
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use aws_sdk_sqs::types::ListMessageMoveTasksResultEntry;

    use super::outcome;

    fn told(status: &str) -> Result<Option<u64>, String> {
        let task = ListMessageMoveTasksResultEntry::builder()
            .status(status)
            .approximate_number_of_messages_moved(2)
            .failure_reason("it may not")
            .build();
        let why = |error: super::OperatingError| {
            let source = error.source().map(ToString::to_string);
            format!("{error}: {}", source.unwrap_or_default())
        };
        outcome(&task, || "redriving mail".to_owned()).map_err(why)
    }

    #[test]
    fn a_move_is_waited_for_until_it_has_ended() {
        assert_eq!(told("RUNNING"), Ok(None));
        assert_eq!(told("CANCELLING"), Ok(None));
        assert_eq!(told("COMPLETED"), Ok(Some(2)));
        let failed = "redriving mail failed: 2 were moved, then: it may not";
        assert_eq!(told("FAILED"), Err(failed.to_owned()));
        assert!(told("CANCELLED").is_err());
    }
}
