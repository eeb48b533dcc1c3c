//! Making tables, and looking into them.

use std::collections::{BTreeSet, HashMap};

use data_encoding::BASE64;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::{AttributeValue, Database, DynoxideError, ImportOptions, Item};
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::error::CloudError;

/// A table with string keys `pk` and `sk`, paid by request, whose items expire on `expiresAt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpec {
    /// Its whole name.
    pub name: String,
    /// Its global secondary indexes.
    pub indexes: Vec<IndexSpec>,
    /// Whether it has a stream of new images.
    pub stream: bool,
}

/// A global secondary index over two string attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    /// Its name.
    pub name: String,
    /// The attribute of its partition key.
    pub pk: String,
    /// The attribute of its sort key.
    pub sk: String,
    /// What it copies.
    pub projection: Projection,
}

/// What an index copies of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// Keys alone.
    KeysOnly,
    /// The whole item.
    All,
}

/// The attribute by which items expire, in seconds since the epoch.
const EXPIRY: &str = "expiresAt";
/// The attribute that counts the changes of an item.
const VERSION: &str = "version";

impl Cloud {
    /// Makes a table. One that exists already keeps its items and gets the indexes and the stream
    /// that it lacks; what it has beyond the description stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn create_table(&self, spec: &TableSpec) -> Result<(), CloudError> {
        let db = self.dynamo.database();
        match db.create_table(request(creation(spec))?) {
            Ok(_) => {}
            Err(DynoxideError::ResourceInUseException(_)) => complete(db, spec)?,
            Err(error) => return Err(error.into()),
        }
        let expires = db
            .get_table_metadata(&spec.name)?
            .is_some_and(|table| table.ttl_enabled);
        if !expires {
            db.update_time_to_live(request(json!({
                "TableName": spec.name,
                "TimeToLiveSpecification": { "AttributeName": EXPIRY, "Enabled": true },
            }))?)?;
        }
        Ok(())
    }

    /// Puts items, as DynamoDB writes them in JSON, past conditions and streams: for a shop that is to have
    /// been there for years.
    ///
    /// # Errors
    /// [`CloudError::Corrupt`] if they are no items, or what the database says.
    pub fn fill(&self, table: &str, items: Vec<Value>) -> Result<(), CloudError> {
        let items = items.into_iter().map(serde_json::from_value);
        let items: Vec<_> = items
            .collect::<Result<_, _>>()
            .map_err(|error| CloudError::Corrupt(error.to_string()))?;
        let db = self.dynamo.database();
        db.import_items(table, items, ImportOptions::default())?;
        Ok(())
    }

    /// Every item of a table, as plain JSON.
    ///
    /// # Errors
    /// What the database says.
    pub fn scan(&self, table: &str) -> Result<Vec<Value>, CloudError> {
        let items = all_items(self.dynamo.database(), table)?;
        Ok(items.into_iter().map(plain_item).collect())
    }

    /// Writes over all that the items of a table hold, as an accident might: they are still found by
    /// all their keys, and can no longer be read.
    ///
    /// # Errors
    /// What the database says.
    pub fn garble(&self, table: &str) -> Result<(), CloudError> {
        self.rewrite(table, |_, value| *value = AttributeValue::BOOL(false))
    }

    /// Puts every item of a table at its next version, as others might who change it meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub fn overtake(&self, table: &str) -> Result<(), CloudError> {
        self.rewrite(table, |name, value| {
            if name == VERSION
                && let AttributeValue::N(digits) = value
                && let Ok(version) = digits.parse::<u64>()
            {
                *digits = (version + 1).to_string();
            }
        })
    }

    /// Changes all attributes of a table's items that are no keys.
    fn rewrite(
        &self,
        table: &str,
        change: impl Fn(&str, &mut AttributeValue),
    ) -> Result<(), CloudError> {
        let db = self.dynamo.database();
        let keys = key_attributes(db, table)?;
        for item in all_items(db, table)? {
            let mut changed = item.clone();
            for (name, value) in &mut changed {
                if !keys.contains(name) {
                    change(name, value);
                }
            }
            if changed != item {
                db.put_item(PutItemRequest {
                    table_name: table.to_owned(),
                    item: changed,
                    ..PutItemRequest::default()
                })?;
            }
        }
        Ok(())
    }

    /// Deletes the items that have expired by the store's clock and returns how many they were.
    ///
    /// # Errors
    /// What the database says.
    pub fn sweep_expired(&self) -> Result<usize, CloudError> {
        self.dynamo.sweep()
    }
}

/// The attributes that are keys of a table or of its indexes.
fn key_attributes(db: &Database, table: &str) -> Result<BTreeSet<String>, CloudError> {
    let described = db.describe_table(DescribeTableRequest {
        table_name: table.to_owned(),
    })?;
    let described = serde_json::to_value(described.table)?;
    let defined = described["AttributeDefinitions"].as_array();
    let names = defined.into_iter().flatten();
    Ok(names
        .filter_map(|attribute| attribute["AttributeName"].as_str())
        .map(str::to_owned)
        .collect())
}

/// Every item of a table.
pub(crate) fn all_items(db: &Database, table: &str) -> Result<Vec<Item>, CloudError> {
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let page = db.scan(ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key: start,
            consistent_read: Some(true),
            ..ScanRequest::default()
        })?;
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

/// Makes a table for what the store keeps for itself, which has keys and nothing else.
pub(crate) fn create_own_table(db: &Database, name: &str) -> Result<(), CloudError> {
    let spec = TableSpec {
        name: name.to_owned(),
        indexes: Vec::new(),
        stream: false,
    };
    match db.create_table(request(creation(&spec))?) {
        Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn request<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, CloudError> {
    Ok(serde_json::from_value(body)?)
}

fn creation(spec: &TableSpec) -> Value {
    let mut body = json!({
        "TableName": spec.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": keys("pk", "sk"),
        "AttributeDefinitions": attributes(spec),
    });
    if !spec.indexes.is_empty() {
        body["GlobalSecondaryIndexes"] = spec.indexes.iter().map(index).collect();
    }
    if spec.stream {
        body["StreamSpecification"] = stream();
    }
    body
}

/// Adds to an existing table what the description has and it has not.
fn complete(db: &Database, spec: &TableSpec) -> Result<(), CloudError> {
    let table = db
        .describe_table(DescribeTableRequest {
            table_name: spec.name.clone(),
        })?
        .table;
    let table = serde_json::to_value(table)?;
    let present: Vec<&str> = table["GlobalSecondaryIndexes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|index| index["IndexName"].as_str())
        .collect();
    let missing = spec
        .indexes
        .iter()
        .filter(|index| !present.contains(&index.name.as_str()));
    // DynamoDB makes one index at a time.
    for missing in missing {
        db.update_table(request(json!({
            "TableName": spec.name,
            "AttributeDefinitions": attributes(spec),
            "GlobalSecondaryIndexUpdates": [{ "Create": index(missing) }],
        }))?)?;
    }
    if spec.stream && table["StreamSpecification"]["StreamEnabled"] != true {
        db.update_table(request(json!({
            "TableName": spec.name,
            "StreamSpecification": stream(),
        }))?)?;
    }
    Ok(())
}

fn keys(pk: &str, sk: &str) -> Value {
    json!([
        { "AttributeName": pk, "KeyType": "HASH" },
        { "AttributeName": sk, "KeyType": "RANGE" },
    ])
}

fn attributes(spec: &TableSpec) -> Value {
    ["pk", "sk"]
        .into_iter()
        .chain(
            spec.indexes
                .iter()
                .flat_map(|index| [index.pk.as_str(), index.sk.as_str()]),
        )
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect()
}

fn index(spec: &IndexSpec) -> Value {
    let projection = match spec.projection {
        Projection::KeysOnly => "KEYS_ONLY",
        Projection::All => "ALL",
    };
    json!({
        "IndexName": spec.name,
        "KeySchema": keys(&spec.pk, &spec.sk),
        "Projection": { "ProjectionType": projection },
    })
}

fn stream() -> Value {
    json!({ "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" })
}

fn plain_item(item: HashMap<String, AttributeValue>) -> Value {
    item.into_iter()
        .map(|(name, value)| (name, plain(value)))
        .collect()
}

/// An attribute as plain JSON: numbers as numbers where JSON can hold them, bytes in base 64, sets
/// as arrays.
fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(digits) => number(digits),
        AttributeValue::BOOL(flag) => flag.into(),
        AttributeValue::NULL(_) => Value::Null,
        AttributeValue::B(bytes) => BASE64.encode(&bytes).into(),
        AttributeValue::L(values) => values.into_iter().map(plain).collect(),
        AttributeValue::M(members) => plain_item(members),
        AttributeValue::SS(texts) => texts.into(),
        AttributeValue::NS(numbers) => numbers.into_iter().map(number).collect(),
        AttributeValue::BS(all) => all.iter().map(|bytes| BASE64.encode(bytes)).collect(),
    }
}

fn number(digits: String) -> Value {
    if let Ok(whole) = digits.parse::<i64>() {
        return whole.into();
    }
    digits
        .parse::<f64>()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map_or(Value::String(digits), Value::Number)
}
