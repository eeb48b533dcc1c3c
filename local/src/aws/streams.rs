//! Table streams as the store's relay reads them: records in the shape of a Lambda event, and how
//! far each reader has come.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{AttributeValue, streams};
use serde_json::Value;

use super::cloud::Cloud;
use super::error::CloudError;

/// Where readers' positions are kept.
pub(crate) const CHECKPOINTS: &str = "_local-checkpoints";

/// What was read of a stream.
#[derive(Debug)]
pub struct Chunk {
    /// The records that were wanted, as they stand in a Lambda event.
    pub wanted: Vec<Value>,
    /// How many there were in all.
    pub count: usize,
    /// The sequence number of the last of all.
    pub last: Option<String>,
}

impl Cloud {
    /// What a function gets of a table's stream whose filter lets through new items of one kind: those
    /// among the records after the sequence number `after`.
    ///
    /// # Errors
    /// As [`Cloud::stream_records`].
    pub fn new_items(
        &self,
        table: &str,
        kind: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Chunk, CloudError> {
        let (source, records) = self.changes(table, after, limit)?;
        let is_wanted = |record: &&Record| {
            let image = record.dynamodb.new_image.as_ref();
            let found = image.and_then(|image| image.get("kind"));
            record.event_name == "INSERT"
                && matches!(found, Some(AttributeValue::S(found)) if found == kind)
        };
        let wanted = records.iter().filter(is_wanted);
        Ok(Chunk {
            wanted: wanted
                .map(|record| self.event(record, &source))
                .collect::<Result<_, _>>()?,
            count: records.len(),
            last: records
                .last()
                .map(|record| record.dynamodb.sequence_number.clone()),
        })
    }

    /// The records of a table's stream after the sequence number `after`, or from its beginning,
    /// oldest first and at most `limit` (1,000 at most), each as it stands in a Lambda event.
    /// Records are kept for as long as the table is.
    ///
    /// # Errors
    /// What the database says, also when the table has no stream.
    pub fn stream_records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Value>, CloudError> {
        let (source, records) = self.changes(table, after, limit)?;
        let event = |record| self.event(record, &source);
        records.iter().map(event).collect()
    }

    pub(super) fn stream_arn(&self, table: &str) -> String {
        let label = self.dynamo.stream_label(table).unwrap_or_default();
        self.place.stream(table, &label)
    }

    fn event(&self, record: &Record, source: &str) -> Result<Value, CloudError> {
        let mut record = serde_json::to_value(record)?;
        record["awsRegion"] = self.place.region.as_str().into();
        record["eventSourceARN"] = source.into();
        Ok(record)
    }

    /// The ARN of a table's stream, and some of what is in it.
    fn changes(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(String, Vec<Record>), CloudError> {
        let db = self.dynamo.database();
        let source = self.stream_arn(table);
        let start = match after {
            Some(_) => "AFTER_SEQUENCE_NUMBER",
            None => "TRIM_HORIZON",
        };
        let iterator = db
            .get_shard_iterator(GetShardIteratorRequest {
                stream_arn: source.clone(),
                shard_id: streams::shard_id(table),
                shard_iterator_type: start.to_owned(),
                sequence_number: after.map(str::to_owned),
            })?
            .shard_iterator
            .unwrap_or_default();
        let found = db.get_records(GetRecordsRequest {
            shard_iterator: iterator,
            limit: Some(limit),
        })?;
        Ok((source, found.records))
    }

    /// How far the reader `name` has come: the sequence number it last set.
    ///
    /// # Errors
    /// What the database says.
    pub fn checkpoint(&self, name: &str) -> Result<Option<String>, CloudError> {
        if let Some(sequence) = self.reached().get(name) {
            return Ok(Some(sequence.clone()));
        }
        let found = self.dynamo.database().get_item(GetItemRequest {
            table_name: CHECKPOINTS.to_owned(),
            key: dynoxide::item! { "pk" => name, "sk" => "checkpoint" },
            ..GetItemRequest::default()
        })?;
        Ok(found
            .item
            .and_then(|mut item| match item.remove("sequence") {
                Some(AttributeValue::S(sequence)) => Some(sequence),
                _ => None,
            }))
    }

    /// Records that the reader `name` is done with everything up to `sequence`.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_checkpoint(&self, name: &str, sequence: &str) -> Result<(), CloudError> {
        if !self.dynamo.is_durable() {
            self.reached().insert(name.to_owned(), sequence.to_owned());
            return Ok(());
        }
        self.write_checkpoint(name, sequence)
    }

    /// Writes down how far all readers have come, for whoever gets a copy of the tables.
    pub(super) fn write_checkpoints(&self) -> Result<(), CloudError> {
        let reached = self.reached();
        let mut names = reached.iter();
        names.try_for_each(|(name, sequence)| self.write_checkpoint(name, sequence))
    }

    fn reached(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_checkpoint(&self, name: &str, sequence: &str) -> Result<(), CloudError> {
        self.dynamo.database().put_item(PutItemRequest {
            table_name: CHECKPOINTS.to_owned(),
            item: dynoxide::item! {
                "pk" => name, "sk" => "checkpoint", "sequence" => sequence,
            },
            ..PutItemRequest::default()
        })?;
        Ok(())
    }
}
