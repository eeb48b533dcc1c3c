//! Looking at messages: what each queue holds, without receiving any of it.

use std::collections::BTreeMap;

use domain::clock::Timestamp;

use super::error::CloudError;
use super::journal::Entry;
use super::sqs::{DeadLetters, QueueSpec, Sqs};

/// A message that a queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The id that the queue service gave it.
    pub id: String,
    /// The queue it is meant for; of a dead letter, the one it failed in.
    pub queue: String,
    /// Whether it is among that queue's dead letters.
    pub dead: bool,
    /// How often it was received from that queue.
    pub received: u32,
    /// When it was sent.
    pub at: Timestamp,
    /// Its body.
    pub body: String,
}

/// Where dead letters come from, and how many there are of which nothing else tells.
struct DeadEnd<'a> {
    source: &'a QueueSpec,
    most_receives: u32,
    unaccounted: u64,
}

impl Sqs {
    /// Every message, the longest sent first.
    pub(crate) async fn messages(&self) -> Result<Vec<QueuedMessage>, CloudError> {
        let rows = self.journal.all();
        let specs = self.specs();
        let mut ends = self.dead_ends(&specs, &rows).await?;
        let seen = rows.into_iter().map(|row| look(row, &specs, &mut ends));
        Ok(seen.collect())
    }

    /// Every dead-letter queue by its name.
    async fn dead_ends<'a>(
        &self,
        specs: &'a [QueueSpec],
        rows: &[Entry],
    ) -> Result<BTreeMap<&'a str, DeadEnd<'a>>, CloudError> {
        let mut ends = BTreeMap::new();
        for source in specs {
            let Some(dead) = source.dead_letters.as_ref() else {
                continue;
            };
            if !specs.iter().any(|spec| spec.name == dead.queue) {
                continue;
            }
            let (visible, in_flight, delayed) = self.counts(&dead.queue).await?;
            let moved = rows.iter().filter(|row| row.queue == dead.queue).count();
            let end = DeadEnd {
                source,
                most_receives: dead.max_receive_count,
                unaccounted: (visible + in_flight + delayed)
                    .saturating_sub(u64::try_from(moved).unwrap_or(u64::MAX)),
            };
            ends.insert(dead.queue.as_str(), end);
        }
        Ok(ends)
    }
}

/// What a row says of its message. One that was received as often as its queue allows is a dead letter
/// or on its last try, which the row does not tell: it is the former while the dead letters are more
/// than there are rows of them.
fn look(row: Entry, specs: &[QueueSpec], ends: &mut BTreeMap<&str, DeadEnd<'_>>) -> QueuedMessage {
    let at = Timestamp::from_millis(row.at).unwrap_or(Timestamp::EPOCH);
    let message = QueuedMessage {
        id: row.id,
        queue: row.queue,
        dead: false,
        received: row.received,
        at,
        body: row.sent.message_body,
    };
    if let Some(end) = ends.get(message.queue.as_str()) {
        let failed = row.origin.is_some();
        return QueuedMessage {
            queue: row.origin.unwrap_or_else(|| end.source.name.clone()),
            dead: true,
            received: if failed { end.most_receives } else { 0 },
            ..message
        };
    }
    let spec = specs.iter().find(|spec| spec.name == message.queue);
    let spent = spec
        .and_then(|spec| spec.dead_letters.as_ref())
        .filter(|dead| message.received >= dead.max_receive_count);
    let end = spent.and_then(|DeadLetters { queue, .. }| ends.get_mut(queue.as_str()));
    match end {
        Some(end) if end.unaccounted > 0 => {
            end.unaccounted -= 1;
            QueuedMessage {
                dead: true,
                ..message
            }
        }
        _ => message,
    }
}
