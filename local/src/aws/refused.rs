//! What writes cost whose condition did not hold. Neither DynamoDB nor the embedded database says so, and
//! AWS bills it all the same: as many units as the larger of what is there and what was to be there takes,
//! and twice as many in a transaction, for each of its actions. An update does not say how large the item
//! would have become, and counts as large as it is. Indexes are not written, and cost nothing.

use std::collections::BTreeMap;

use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::types::{Item, item_size, write_capacity_units};
use dynoxide::{Database, types};
use serde::Deserialize;

use super::call::Call;

/// What the items of every table are found by.
const KEY: [&str; 2] = ["pk", "sk"];

/// One write as a request has it: `Item` in a put, `Key` in any other.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Write {
    table_name: String,
    item: Option<Item>,
    key: Option<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Transaction {
    /// Each has one action, by what it does.
    transact_items: Vec<BTreeMap<String, Write>>,
}

/// The write units of a single write that was refused.
pub(super) fn single(db: &Database, call: &Call) -> f64 {
    let write = serde_json::from_slice::<Write>(&call.body);
    write.map_or(0.0, |write| units(db, write))
}

/// The write units of a transaction that was cancelled.
pub(super) fn transaction(db: &Database, call: &Call) -> f64 {
    let Ok(Transaction { transact_items }) = serde_json::from_slice(&call.body) else {
        return 0.0;
    };
    let writes = transact_items.into_iter().flat_map(BTreeMap::into_values);
    let units: f64 = writes.map(|write| units(db, write)).sum();
    units * types::TRANSACTIONAL_CAPACITY_FACTOR
}

fn units(db: &Database, write: Write) -> f64 {
    let wanted = write.item.as_ref().map_or(0, item_size);
    let key = write.key.or_else(|| write.item.map(key_of));
    let found = db.get_item(GetItemRequest {
        table_name: write.table_name,
        key: key.unwrap_or_default(),
        ..GetItemRequest::default()
    });
    let found = found.ok().and_then(|found| found.item);
    write_capacity_units(wanted.max(found.as_ref().map_or(0, item_size)))
}

fn key_of(item: Item) -> Item {
    let attributes = item.into_iter();
    attributes
        .filter(|(name, _)| KEY.contains(&name.as_str()))
        .collect()
}
