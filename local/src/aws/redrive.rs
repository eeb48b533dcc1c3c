//! Messages on the move: back into their queues after a restart, to the dead letters and back.

use std::collections::{BTreeSet, HashMap};

use domain::clock::Timestamp;
use rustack_sqs_model::input::{
    ChangeMessageVisibilityInput, DeleteMessageInput, ReceiveMessageInput, SendMessageInput,
};
use rustack_sqs_model::types::Message;

use super::error::CloudError;
use super::journal::{Entry, Journal, replaceable_together};
use super::place::queue_name;
use super::sqs::Sqs;
use super::sqs_calls::message_of;
use super::triggers::HiddenMessage;

/// How long a message stays hidden while it is moved, in seconds.
const MOVING_S: i32 = 60;
/// The longest that SQS hides a message, in seconds.
const LONGEST_S: i32 = 12 * 60 * 60;

/// The most that one receive returns.
const BATCH: i32 = 10;

/// How far a move of dead letters came.
#[derive(Default)]
pub(super) struct Moved {
    /// How many there were to move.
    pub(super) found: u64,
    /// How many were moved.
    pub(super) moved: u64,
    /// Why it ended early, if it did.
    pub(super) failure: Option<CloudError>,
}

/// Where dead letters are moved.
#[derive(Clone, Copy)]
struct Way<'a> {
    /// From this queue.
    dead: &'a str,
    /// To this one; without one, to where each failed.
    destination: Option<&'a str>,
    /// To this one if nothing tells where that was.
    otherwise: &'a str,
}

impl Sqs {
    /// Where a journaled message is by the rules of its queue: among the dead letters once it was
    /// received as often as the queue allows.
    pub(super) fn whereabouts(&self, row: &Entry) -> String {
        self.spec(&row.queue)
            .and_then(|spec| spec.dead_letters)
            .filter(|dead| row.received >= dead.max_receive_count)
            .filter(|dead| self.spec(&dead.queue).is_some())
            .map_or_else(|| row.queue.clone(), |dead| dead.queue)
    }

    /// Counts one more receive from `queue` for each message. The row of one that came to the dead
    /// letters moves to them.
    pub(super) fn count_receives<'a>(
        &self,
        journal: &Journal,
        queue: &str,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), CloudError> {
        let homes = self.homes(queue);
        let mut rows = Vec::new();
        let mut gone = Vec::new();
        for id in ids {
            let Some(row) = journal.find(&homes, id) else {
                continue;
            };
            if row.queue == queue {
                rows.push(Entry {
                    received: row.received.saturating_add(1),
                    hidden_until: None,
                    ..row
                });
            } else {
                gone.push((row.queue.clone(), row.id.clone()));
                rows.push(Entry {
                    queue: queue.to_owned(),
                    received: 1,
                    origin: Some(row.queue.clone()),
                    hidden_until: None,
                    ..row
                });
            }
        }
        journal.write(&rows, &gone)
    }

    /// The queues under which the row of a message in `queue` can stand.
    fn homes(&self, queue: &str) -> Vec<String> {
        let sources = self.sources(queue).into_iter().map(|spec| spec.name);
        std::iter::once(queue.to_owned()).chain(sources).collect()
    }

    /// Sends every journaled message again, each to where it was, and gives those that stay hidden.
    pub(crate) async fn restore(&self) -> Result<Vec<HiddenMessage>, CloudError> {
        let _step = self.in_step.lock().await;
        let now = self.clock.now().as_millis();
        let (hidden, shown): (Vec<_>, Vec<_>) = self
            .journal
            .all()
            .into_iter()
            .partition(|row| row.hidden_until.is_some_and(|until| until > now));
        // Whoever hides a message receives it, which is sure to be one of these while no other is there.
        let sent = self.send_all_again(hidden).await?;
        let still_hidden = sent.into_iter().filter(|row| row.hidden_until.is_some());
        let queues = still_hidden.map(|row| row.queue).collect();
        let hidden = self.hide_again(queues, now).await?;
        self.send_all_again(shown).await?;
        Ok(hidden)
    }

    async fn send_all_again(&self, rows: Vec<Entry>) -> Result<Vec<Entry>, CloudError> {
        let mut all = Vec::with_capacity(rows.len());
        for rows in replaceable_together(rows) {
            let (mut again, mut gone) = (Vec::new(), Vec::new());
            for row in rows {
                if let Some(sent) = self.send_again(&row).await? {
                    again.push(sent);
                    gone.push((row.queue, row.id));
                }
            }
            // One write: a crash before it sends the messages once more, none loses them.
            self.journal.write(&again, &gone)?;
            all.extend(again);
        }
        Ok(all)
    }

    /// Hides what these queues show, each message for the rest of its time.
    async fn hide_again(
        &self,
        queues: BTreeSet<String>,
        now: i64,
    ) -> Result<Vec<HiddenMessage>, CloudError> {
        let mut hidden = Vec::new();
        for queue in queues {
            for receipt in self.take_all(&queue).await? {
                let row = self.row_of(&queue, &receipt);
                let until = row.and_then(|row| Timestamp::from_millis(row.hidden_until?));
                let Some(until) = until else { continue };
                let left_s = until.as_millis().saturating_sub(now).saturating_add(999) / 1000;
                self.provider
                    .change_message_visibility(ChangeMessageVisibilityInput {
                        queue_url: self.place.queue_url(&queue),
                        receipt_handle: receipt.clone(),
                        visibility_timeout: i32::try_from(left_s)
                            .map_or(LONGEST_S, |left| left.min(LONGEST_S)),
                    })
                    .await?;
                hidden.push(HiddenMessage {
                    queue: queue.clone(),
                    receipt,
                    until,
                });
            }
        }
        Ok(hidden)
    }

    /// Receives all that a queue shows, and gives the receipts.
    async fn take_all(&self, queue: &str) -> Result<Vec<String>, CloudError> {
        let mut receipts = Vec::new();
        loop {
            let messages = self.take(queue).await?;
            if messages.is_empty() {
                return Ok(receipts);
            }
            receipts.extend(messages.into_iter().filter_map(|one| one.receipt_handle));
        }
    }

    /// Puts down that messages failed and stay hidden, so that they do after a restart as well.
    pub(super) async fn keep_hidden(&self, hidden: &[HiddenMessage]) -> Result<(), CloudError> {
        let _step = self.in_step.lock().await;
        let rows = hidden.iter().filter_map(|hidden| {
            Some(Entry {
                hidden_until: Some(hidden.until.as_millis()),
                ..self.row_of(&hidden.queue, &hidden.receipt)?
            })
        });
        self.journal.write(&rows.collect::<Vec<_>>(), &[])
    }

    /// The row of a message that was received from `queue`.
    fn row_of(&self, queue: &str, receipt: &str) -> Option<Entry> {
        let id = message_of(receipt)?;
        self.journal.find(&[queue.to_owned()], &id)
    }

    /// Sends a message that a former process kept, and gives its new row; none if nobody wants it.
    async fn send_again(&self, row: &Entry) -> Result<Option<Entry>, CloudError> {
        let queue = self.whereabouts(row);
        if self.spec(&queue).is_none() {
            tracing::warn!(queue, "a message is kept for a queue that is no more");
            return Ok(None);
        }
        let dead = queue != row.queue;
        let input = SendMessageInput {
            queue_url: self.place.queue_url(&queue),
            delay_seconds: Some(if dead { 0 } else { self.delay_left(row) }),
            ..row.sent.clone()
        };
        let id = self.provider.send_message(input).await?.message_id;
        Ok(Some(Entry {
            id: id.unwrap_or_default(),
            received: if dead { 0 } else { row.received },
            origin: if dead {
                Some(row.queue.clone())
            } else {
                row.origin.clone()
            },
            hidden_until: row.hidden_until.filter(|_| !dead),
            queue,
            ..row.clone()
        }))
    }

    /// How long a message has yet to stay hidden after its sending, in seconds.
    fn delay_left(&self, row: &Entry) -> i32 {
        let by_queue = self.spec(&row.queue).map_or(0, |spec| spec.delay_s);
        let delay = row
            .sent
            .delay_seconds
            .map_or_else(|| i64::from(by_queue), i64::from);
        let passed = self.clock.now().as_millis().saturating_sub(row.at) / 1000;
        i32::try_from(delay.saturating_sub(passed).clamp(0, delay.max(0))).unwrap_or(0)
    }

    /// Sends one message to a queue, outside every function.
    pub(crate) async fn send_raw(&self, queue: &str, body: &str) -> Result<(), CloudError> {
        self.spec(queue)
            .ok_or_else(|| CloudError::NoSuchQueue(queue.to_owned()))?;
        self.send(SendMessageInput {
            queue_url: self.place.queue_url(queue),
            message_body: body.to_owned(),
            ..SendMessageInput::default()
        })
        .await?;
        Ok(())
    }

    /// Moves dead letters back to the queues they failed in. `queue` is a dead-letter queue, or one
    /// that has one.
    pub(crate) async fn redrive(&self, queue: &str) -> Result<usize, CloudError> {
        let spec = self
            .spec(queue)
            .ok_or_else(|| CloudError::NoSuchQueue(queue.to_owned()))?;
        let dead = spec
            .dead_letters
            .map_or_else(|| queue.to_owned(), |dead| dead.queue);
        let Moved { moved, failure, .. } = self.move_from(&dead, None).await;
        match failure {
            Some(failure) => Err(failure),
            None => Ok(usize::try_from(moved).unwrap_or(usize::MAX)),
        }
    }

    /// Moves the messages of a dead-letter queue to another queue, or back to where each failed, and
    /// says how far that came.
    pub(super) async fn move_from(&self, dead: &str, destination: Option<&str>) -> Moved {
        let mut done = Moved::default();
        done.failure = self.move_all(dead, destination, &mut done).await.err();
        done
    }

    async fn move_all(
        &self,
        dead: &str,
        destination: Option<&str>,
        done: &mut Moved,
    ) -> Result<(), CloudError> {
        let sources = self.sources(dead);
        let [source, ..] = sources.as_slice() else {
            return Err(CloudError::NoSuchQueue(format!(
                "whose dead letters {dead} takes"
            )));
        };
        let way = Way {
            dead,
            destination,
            otherwise: &source.name,
        };
        let _step = self.in_step.lock().await;
        let (mut left, _, _) = self.counts(dead).await?;
        done.found = left;
        // No more than there were: what fails again meanwhile waits for the next redrive.
        while left > 0 {
            let messages = self.take(dead).await?;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                left = left.saturating_sub(1);
                self.move_back(way, message).await?;
                done.moved += 1;
            }
        }
        Ok(())
    }

    async fn take(&self, queue: &str) -> Result<Vec<Message>, CloudError> {
        let all = || vec!["All".to_owned()];
        let received = self
            .provider
            .receive_message(ReceiveMessageInput {
                queue_url: self.place.queue_url(queue),
                max_number_of_messages: Some(BATCH),
                visibility_timeout: Some(MOVING_S),
                wait_time_seconds: Some(0),
                attribute_names: all(),
                message_attribute_names: all(),
                ..ReceiveMessageInput::default()
            })
            .await?;
        Ok(received.messages)
    }

    /// Sends a dead letter on its way, and deletes it.
    async fn move_back(&self, way: Way<'_>, message: Message) -> Result<(), CloudError> {
        let Way {
            dead,
            destination,
            otherwise,
        } = way;
        let Message {
            message_id,
            receipt_handle,
            body,
            message_attributes,
            attributes,
            ..
        } = message;
        let row = message_id.and_then(|id| self.journal.find(&self.homes(dead), &id));
        let target = destination
            .map(str::to_owned)
            .or_else(|| origin(&attributes))
            .or_else(|| row.as_ref().and_then(|row| row.origin.clone()))
            .filter(|origin| self.spec(origin).is_some())
            .unwrap_or_else(|| otherwise.to_owned());
        let input = SendMessageInput {
            queue_url: self.place.queue_url(&target),
            message_body: body.unwrap_or_default(),
            delay_seconds: Some(0),
            message_attributes,
            ..SendMessageInput::default()
        };
        let sent = self.provider.send_message(input.clone()).await?;
        self.bell(queue_name(&input.queue_url)).ring();
        if let Some(row) = row {
            let again = Entry {
                queue: target,
                id: sent.message_id.unwrap_or_default(),
                sent: input,
                at: row.at,
                received: 0,
                origin: None,
                hidden_until: None,
            };
            self.journal.write(&[again], &[(row.queue, row.id)])?;
        }
        self.provider
            .delete_message(DeleteMessageInput {
                queue_url: self.place.queue_url(dead),
                receipt_handle: receipt_handle.unwrap_or_default(),
            })
            .await?;
        Ok(())
    }
}

/// The queue that a dead letter says it failed in.
fn origin(attributes: &HashMap<String, String>) -> Option<String> {
    attributes
        .get("DeadLetterQueueSourceArn")
        .map(|arn| queue_name(arn).to_owned())
}
