//! One table through the SDK: reads, and the few writes that need no transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::tables::{Index, SHARDS};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The most keys that one BatchGetItem takes.
const BATCH: usize = 100;
/// How often a batch is asked again for what it left out.
const BATCH_ROUNDS: u32 = 5;

pub(crate) struct Db {
    client: Client,
    table: String,
}

/// A page of an index: what to ask for, and what came.
pub(crate) struct Range<'a> {
    pub(crate) index: Option<&'a Index>,
    pub(crate) pk: String,
    /// Only sort keys beyond this one, in the direction of reading.
    pub(crate) after: Option<String>,
    /// Only sort keys that begin so; ignored where `after` or `until` is given.
    pub(crate) prefix: Option<&'a str>,
    /// Only sort keys up to this one.
    pub(crate) until: Option<String>,
    pub(crate) newest_first: bool,
    pub(crate) limit: u16,
}

impl Db {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.to_owned(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    fn get_item(&self, pk: &str, sk: &str) -> GetItemFluentBuilder {
        self.client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
    }

    /// An eventually consistent read: half a read unit per 4 KB.
    pub(crate) async fn get(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let reply = self.get_item(pk, sk).send().await.map_err(unavailable)?;
        Ok(reply.item)
    }

    /// A strongly consistent read: a read unit per 4 KB.
    pub(crate) async fn get_now(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let reply = self
            .get_item(pk, sk)
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(reply.item)
    }

    /// Reads many items at once, in no particular order; those that do not exist are left out.
    pub(crate) async fn get_many(
        &self,
        keys: impl IntoIterator<Item = (String, String)>,
        consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let mut wanted: Vec<Item> = keys.into_iter().map(|(pk, sk)| key(&pk, &sk)).collect();
        let mut found = Vec::with_capacity(wanted.len());
        let mut rounds = 0;
        while !wanted.is_empty() {
            let rest = wanted.split_off(wanted.len().min(BATCH));
            let batch = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistent)
                .build()
                .map_err(StoreError::unavailable)?;
            let reply = self
                .client
                .batch_get_item()
                .request_items(&self.table, batch)
                .send()
                .await
                .map_err(unavailable)?;
            if let Some(mut items) = reply.responses
                && let Some(items) = items.remove(&self.table)
            {
                found.extend(items);
            }
            wanted = rest;
            if let Some(mut left) = reply.unprocessed_keys
                && let Some(left) = left.remove(&self.table)
            {
                rounds += 1;
                if rounds > BATCH_ROUNDS {
                    return Err(StoreError::unavailable("a batch read was left unfinished"));
                }
                wanted.extend(left.keys);
            }
        }
        Ok(found)
    }

    /// Reads a range of one partition, of the table or an index.
    pub(crate) async fn query(&self, range: Range<'_>) -> Result<Vec<Item>, StoreError> {
        let Range {
            index,
            pk,
            after,
            prefix,
            until,
            newest_first,
            limit,
        } = range;
        let (pk_name, sk_name) = index.map_or(("pk", "sk"), |index| (index.pk, index.sk));
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(index.map(|index| index.name.to_owned()))
            .expression_attribute_names("#pk", pk_name)
            .expression_attribute_values(":pk", text(pk))
            .scan_index_forward(!newest_first);
        let mut bound = None;
        let condition = match (after, until, prefix) {
            (Some(after), None, None) => {
                query = query.expression_attribute_values(":after", text(after));
                if newest_first {
                    "#pk = :pk AND #sk < :after"
                } else {
                    "#pk = :pk AND #sk > :after"
                }
            }
            (Some(after), None, Some(prefix)) => {
                // A sort key takes one condition: the bound also closes the prefix. It includes
                // the bound itself, which is therefore left out below.
                let (low, high) = if newest_first {
                    (prefix.to_owned(), after.clone())
                } else {
                    (after.clone(), format!("{prefix}\u{10ffff}"))
                };
                query = query
                    .expression_attribute_values(":low", text(low))
                    .expression_attribute_values(":high", text(high));
                bound = Some(after);
                "#pk = :pk AND #sk BETWEEN :low AND :high"
            }
            (None, Some(until), _) => {
                query = query.expression_attribute_values(":until", text(until));
                "#pk = :pk AND #sk <= :until"
            }
            (None, None, Some(prefix)) => {
                query = query.expression_attribute_values(":prefix", text(prefix));
                "#pk = :pk AND begins_with(#sk, :prefix)"
            }
            _ => "#pk = :pk",
        };
        if condition.contains("#sk") {
            query = query.expression_attribute_names("#sk", sk_name);
        }
        let asked = i32::from(limit) + i32::from(bound.is_some());
        let reply = query
            .key_condition_expression(condition)
            .limit(asked)
            .send()
            .await
            .map_err(unavailable)?;
        let mut items = reply.items.unwrap_or_default();
        if let Some(bound) = bound {
            items.retain(|item| read_text(item, sk_name) != Some(&bound));
            items.truncate(usize::from(limit));
        }
        Ok(items)
    }

    /// Writes an item over the version it was read with.
    pub(crate) async fn put_version(&self, item: Item, read: u64) -> Result<(), StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":read", number(read))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_conditional_check_failed_exception() => {
                    Err(StoreError::Stale)
                }
                // Another transaction holds the item: what was read of it is about to be outdated.
                Some(refused) if refused.is_transaction_conflict_exception() => {
                    Err(StoreError::Stale)
                }
                _ => Err(unavailable(error)),
            },
        }
    }
}

pub(crate) fn unavailable<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    StoreError::unavailable(error)
}

pub(crate) fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The text attribute `name` of an item.
pub(crate) fn read_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The number attribute `name` of an item.
pub(crate) fn read_number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// An item under its key, from its stored form.
pub(crate) fn to_item(pk: String, sk: &str, stored: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(stored).map_err(StoreError::corrupt)?;
    item.insert("pk".to_owned(), text(pk));
    item.insert("sk".to_owned(), text(sk));
    Ok(item)
}

/// The stored form of an item.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::corrupt)
}

/// The shard, 0 to [`SHARDS`] - 1, that an id falls into.
pub(crate) fn shard(id: uuid::Uuid) -> u8 {
    id.as_bytes()[15] % SHARDS
}
