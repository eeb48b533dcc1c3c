//! What the queues hold: a row for each message that was accepted and not yet deleted. It is how
//! somebody looks at messages without receiving them, and, where it is written into the database of a
//! data directory, how they survive a restart.
//!
//! A row stands under the queue that the message was last seen in. The queue service moves a
//! message to the dead letters when a receive finds that it was received too often; nothing tells
//! the journal. It need not know: it counts the receives itself, and what has reached the count
//! either has been moved or is about to be, so it comes back among the dead letters. The row itself
//! moves when the message is received there.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynoxide::actions::transact_write_items::{
    TransactDelete, TransactPut, TransactWriteItem, TransactWriteItemsRequest,
};
use dynoxide::{AttributeValue, Database, Item};
use rustack_sqs_model::input::SendMessageInput;
use serde::{Deserialize, Serialize};

use super::error::CloudError;
use super::tables::{all_items, create_own_table};

const TABLE: &str = "_local-queues";

/// How many rows one transaction can hold.
const AT_ONCE: usize = 100;
/// How many bytes of messages are put into one: a quarter of what it takes, for they are escaped.
const MOST_BYTES: usize = 1024 * 1024;

/// One message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The queue it is in.
    pub(crate) queue: String,
    /// The id that the queue service gave it; a restored message has a new one.
    pub(crate) id: String,
    /// How it was sent.
    pub(crate) sent: SendMessageInput,
    /// When it was sent, in milliseconds since the epoch.
    pub(crate) at: i64,
    /// How often it was received from this queue.
    pub(crate) received: u32,
    /// The queue it failed in, if it is in a dead-letter queue.
    pub(crate) origin: Option<String>,
    /// Until when it stays hidden because it failed, in milliseconds since the epoch.
    #[serde(default)]
    pub(crate) hidden_until: Option<i64>,
}

/// The rows, by queue and id.
type Rows = BTreeMap<(String, String), Entry>;

/// The journal: in memory, and in the database if that is durable.
pub(crate) struct Journal {
    rows: Mutex<Rows>,
    db: Option<Database>,
}

impl Journal {
    /// The journal of a durable database, or an empty one.
    pub(crate) fn open(db: Option<Database>) -> Result<Self, CloudError> {
        let mut rows = Rows::new();
        if let Some(db) = &db {
            create_own_table(db, TABLE)?;
            for item in all_items(db, TABLE)? {
                let row = entry(&item)?;
                rows.insert((row.queue.clone(), row.id.clone()), row);
            }
        }
        Ok(Self {
            rows: Mutex::new(rows),
            db,
        })
    }

    /// Writes `rows` and removes `gone`, as (queue, id), all or nothing. No row may be in both.
    pub(crate) fn write(
        &self,
        rows: &[Entry],
        gone: &[(String, String)],
    ) -> Result<(), CloudError> {
        if let Some(db) = &self.db {
            keep(db, rows, gone)?;
        }
        let mut held = self.locked();
        for row in rows {
            held.insert((row.queue.clone(), row.id.clone()), row.clone());
        }
        for key in gone {
            held.remove(key);
        }
        Ok(())
    }

    /// The row of a message, which stands under one of `queues`.
    pub(crate) fn find(&self, queues: &[String], id: &str) -> Option<Entry> {
        let held = self.locked();
        queues
            .iter()
            .find_map(|queue| held.get(&(queue.clone(), id.to_owned())).cloned())
    }

    /// Every row, the longest sent first.
    pub(crate) fn all(&self) -> Vec<Entry> {
        let mut rows: Vec<Entry> = self.locked().values().cloned().collect();
        rows.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        rows
    }

    /// Removes the rows that `gone` picks.
    pub(crate) fn remove(&self, gone: impl Fn(&Entry) -> bool) -> Result<(), CloudError> {
        let gone: Vec<_> = self
            .all()
            .into_iter()
            .filter(gone)
            .map(|row| (row.queue, row.id))
            .collect();
        gone.chunks(AT_ONCE)
            .try_for_each(|some| self.write(&[], some))
    }

    fn locked(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes rows into the database and removes others, in one transaction.
fn keep(db: &Database, rows: &[Entry], gone: &[(String, String)]) -> Result<(), CloudError> {
    let mut actions = Vec::with_capacity(rows.len() + gone.len());
    for row in rows {
        let mut item = key(&row.queue, &row.id);
        item.insert(
            "message".to_owned(),
            AttributeValue::S(serde_json::to_string(row)?),
        );
        actions.push(TransactWriteItem {
            put: Some(TransactPut {
                table_name: TABLE.to_owned(),
                item,
                ..TransactPut::default()
            }),
            ..TransactWriteItem::default()
        });
    }
    for (queue, id) in gone {
        actions.push(TransactWriteItem {
            delete: Some(TransactDelete {
                table_name: TABLE.to_owned(),
                key: key(queue, id),
                ..TransactDelete::default()
            }),
            ..TransactWriteItem::default()
        });
    }
    if actions.is_empty() {
        return Ok(());
    }
    db.transact_write_items(TransactWriteItemsRequest {
        transact_items: actions,
        ..TransactWriteItemsRequest::default()
    })?;
    Ok(())
}

/// Splits rows so that one transaction can put new ones in their place. A store that was killed with
/// thousands of messages is there again sooner if it does not write each by itself.
pub(crate) fn replaceable_together(rows: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        bytes += row.sent.message_body.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < AT_ONCE / 2 && bytes <= MOST_BYTES => batch.push(row),
            _ => {
                bytes = row.sent.message_body.len();
                batches.push(vec![row]);
            }
        }
    }
    batches
}

fn key(queue: &str, id: &str) -> HashMap<String, AttributeValue> {
    dynoxide::item! { "pk" => queue, "sk" => id }
}

fn entry(item: &Item) -> Result<Entry, CloudError> {
    match item.get("message") {
        Some(AttributeValue::S(message)) => Ok(serde_json::from_str(message)?),
        _ => Err(CloudError::Corrupt(
            "a row of the queue journal has no message".to_owned(),
        )),
    }
}
