//! One table through the SDK: reads, and the few writes that need no transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::reads::{Answers, Reads};
use crate::tables::{Index, SHARDS};
use crate::tx::Terms;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) struct Db {
    client: Client,
    table: String,
}

/// A part of one partition, of the table or an index.
#[derive(Clone)]
pub(crate) struct Range<'a> {
    pub(crate) index: Option<&'a Index>,
    pub(crate) pk: String,
    /// The least sort key, itself included.
    pub(crate) from: Option<String>,
    /// The greatest sort key, itself included.
    pub(crate) to: Option<String>,
    /// Only sort keys beyond this one, in the direction of reading.
    pub(crate) after: Option<String>,
    pub(crate) newest_first: bool,
    /// What items must be to come along; the others are read and left out.
    pub(crate) filter: Option<Filter>,
    /// Whether all that was written before is in it, for twice the read units; only of a table itself.
    pub(crate) consistent: bool,
    pub(crate) limit: u16,
}

/// A condition on the items of a range, and the values it names.
#[derive(Clone)]
pub(crate) struct Filter {
    pub(crate) condition: &'static str,
    pub(crate) names: &'static [(&'static str, &'static str)],
    pub(crate) values: Vec<(&'static str, AttributeValue)>,
}

/// What a range held.
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    /// The sort key that was reached, if there may be more behind it.
    pub(crate) reached: Option<String>,
}

impl<'a> Range<'a> {
    /// All of a partition of the table, the greatest sort key first.
    pub(crate) fn of(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            from: None,
            to: None,
            after: None,
            newest_first: true,
            filter: None,
            consistent: false,
            limit: 0,
        }
    }

    /// All of a partition of an index, the greatest sort key first.
    pub(crate) fn on(index: &'a Index, pk: impl Into<String>) -> Self {
        Self {
            index: Some(index),
            ..Self::of(pk)
        }
    }

    /// Only the sort keys that begin with `prefix`.
    pub(crate) fn below(self, prefix: &str) -> Self {
        Self {
            from: Some(prefix.to_owned()),
            to: Some(format!("{prefix}{LAST}")),
            ..self
        }
    }
}

/// Sorts behind every text that keys are made of.
pub(crate) const LAST: char = '\u{10ffff}';

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
        let reply = self
            .get_item(pk, sk)
            .send()
            .boxed()
            .await
            .map_err(unavailable)?;
        Ok(reply.item)
    }

    /// A strongly consistent read: a read unit per 4 KB.
    pub(crate) async fn get_now(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let reply = self
            .get_item(pk, sk)
            .consistent_read(true)
            .send()
            .boxed()
            .await
            .map_err(unavailable)?;
        Ok(reply.item)
    }

    /// Wants an item, read as [`Db::get`] reads it, together with others.
    pub(crate) fn want(&self, reads: &mut Reads, pk: &str, sk: &str) {
        reads.want(&self.table, pk, sk);
    }

    /// Wants an item, read as [`Db::get_now`] reads it, together with others; those of the same table are
    /// then read so too.
    pub(crate) fn want_now(&self, reads: &mut Reads, pk: &str, sk: &str) {
        reads.consistently(&self.table);
        reads.want(&self.table, pk, sk);
    }

    /// An item that was wanted, if it is there.
    pub(crate) fn found(&self, answers: &mut Answers, pk: &str, sk: &str) -> Option<Item> {
        answers.take(&self.table, pk, sk)
    }

    /// Reads many items at once, in no particular order; those that do not exist are left out.
    pub(crate) async fn get_many(
        &self,
        keys: impl IntoIterator<Item = (String, String)>,
        consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let mut reads = Reads::new(self.client());
        if consistent {
            reads.consistently(&self.table);
        }
        for (pk, sk) in keys {
            self.want(&mut reads, &pk, &sk);
        }
        Ok(reads.send().await?.take_all(&self.table))
    }

    /// Reads a range, up to its limit or to the megabyte that one query reads.
    pub(crate) async fn query(&self, range: Range<'_>) -> Result<Found, StoreError> {
        let Range {
            index,
            pk,
            from,
            to,
            after,
            newest_first,
            filter,
            consistent,
            limit,
        } = range;
        let (pk_name, sk_name) = index.map_or(("pk", "sk"), |index| (index.pk, index.sk));
        // A sort key takes one condition, which includes its bounds: what `after` names comes too,
        // and is left out below.
        let (low, high) = match &after {
            Some(after) if newest_first => (from, Some(after.clone())),
            Some(after) => (Some(after.clone()), to),
            None => (from, to),
        };
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(index.map(|index| index.name.to_owned()))
            .expression_attribute_names("#pk", pk_name)
            .expression_attribute_values(":pk", text(pk))
            .scan_index_forward(!newest_first)
            .set_consistent_read(consistent.then_some(true))
            .limit(i32::from(limit) + i32::from(after.is_some()));
        let condition = match (&low, &high) {
            (None, None) => "#pk = :pk",
            (Some(_), None) => "#pk = :pk AND #sk >= :low",
            (None, Some(_)) => "#pk = :pk AND #sk <= :high",
            (Some(_), Some(_)) => "#pk = :pk AND #sk BETWEEN :low AND :high",
        };
        if low.is_some() || high.is_some() {
            query = query.expression_attribute_names("#sk", sk_name);
        }
        for (name, bound) in [(":low", low), (":high", high)] {
            if let Some(bound) = bound {
                query = query.expression_attribute_values(name, text(bound));
            }
        }
        if let Some(Filter {
            condition,
            names,
            values,
        }) = filter
        {
            query = query.filter_expression(condition);
            for (name, attribute) in names {
                query = query.expression_attribute_names(*name, *attribute);
            }
            for (name, value) in values {
                query = query.expression_attribute_values(name, value);
            }
        }
        let reply = query
            .key_condition_expression(condition)
            .send()
            .boxed()
            .await
            .map_err(unavailable)?;
        let mut items = reply.items.unwrap_or_default();
        if let Some(after) = after {
            items.retain(|item| read_text(item, sk_name) != Some(&after));
            items.truncate(usize::from(limit));
        }
        let reached = reply
            .last_evaluated_key
            .and_then(|key| read_text(&key, sk_name).map(str::to_owned));
        Ok(Found { items, reached })
    }

    /// Writes an item and returns true, or false if the item that is there does not meet the terms.
    pub(crate) async fn put_if(&self, item: Item, terms: Terms) -> Result<bool, StoreError> {
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(terms.condition);
        for (name, attribute) in terms.names {
            put = put.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            put = put.expression_attribute_values(name, value);
        }
        let sent = put.send().boxed().await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_conditional_check_failed_exception() => Ok(false),
                _ => Err(unavailable(error)),
            },
        }
    }

    /// Changes an item and returns true, or false if the item that is there does not meet the terms.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if a transaction holds the item, [`StoreError::Unavailable`].
    pub(crate) async fn update_if(
        &self,
        key: Item,
        expression: &str,
        terms: Terms,
    ) -> Result<bool, StoreError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(expression)
            .set_condition_expression(terms.condition);
        for (name, attribute) in terms.names {
            update = update.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            update = update.expression_attribute_values(name, value);
        }
        let sent = update.send().boxed().await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_conditional_check_failed_exception() => Ok(false),
                Some(refused) if refused.is_transaction_conflict_exception() => {
                    Err(StoreError::Stale)
                }
                _ => Err(unavailable(error)),
            },
        }
    }

    /// Writes an item over the version it was read with; over 0 where there was none.
    pub(crate) async fn put_version(&self, item: Item, read: u64) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let put = match read {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            read => put
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(read)),
        };
        let sent = put.send().boxed().await;
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

/// How much of the 400 KB that an item may have it takes.
///
/// Source: DynamoDB Developer Guide, item sizes and formats.
pub(crate) fn size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &AttributeValue) -> usize {
    /// The most that a number takes.
    const NUMBER: usize = 21;
    /// What a list or map takes, and each thing in it, besides what it holds.
    const NESTED: (usize, usize) = (3, 1);
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(_) => NUMBER,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => list
            .iter()
            .fold(NESTED.0, |sum, value| sum + NESTED.1 + value_size(value)),
        AttributeValue::M(map) => map.iter().fold(NESTED.0, |sum, (name, value)| {
            sum + NESTED.1 + name.len() + value_size(value)
        }),
        _ => 1,
    }
}

/// The shard, 0 to [`SHARDS`] - 1, that an id falls into.
pub(crate) fn shard(id: uuid::Uuid) -> u8 {
    id.as_bytes()[15] % SHARDS
}
