//! Table streams as the store's relay reads them: records in the shape of a Lambda event, and how
//! far each reader has come.

use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{AttributeValue, streams};
use serde_json::Value;

use super::cloud::Cloud;
use super::error::CloudError;

/// Where readers' positions are kept.
pub(crate) const CHECKPOINTS: &str = "_local-checkpoints";

impl Cloud {
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
        let db = self.dynamo.database();
        let label = self.dynamo.stream_label(table).unwrap_or_default();
        let source = self.place.stream(table, &label);
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
        db.get_records(GetRecordsRequest {
            shard_iterator: iterator,
            limit: Some(limit),
        })?
        .records
        .iter()
        .map(|record| {
            let mut record = serde_json::to_value(record)?;
            record["awsRegion"] = self.place.region.as_str().into();
            record["eventSourceARN"] = source.as_str().into();
            Ok(record)
        })
        .collect()
    }

    /// How far the reader `name` has come: the sequence number it last set.
    ///
    /// # Errors
    /// What the database says.
    pub fn checkpoint(&self, name: &str) -> Result<Option<String>, CloudError> {
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
