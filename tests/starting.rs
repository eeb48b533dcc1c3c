//! Functions that have just started, before anybody asks them for anything.

use serde_json::Value;
use store::tables::TABLES;

use crate::shop::Shop;

/// What a shop holds: all items with their versions, but for the ids that chance has given to events.
fn contents(shop: &Shop) -> Vec<(&'static str, Vec<String>)> {
    let held = |name: &str| {
        let items = shop.store.cloud().scan(name).expect("a table");
        let mut items: Vec<String> = items.iter().map(named).collect();
        items.sort();
        items
    };
    let naming = shop.store.naming();
    TABLES
        .iter()
        .map(|table| (table.name, held(&naming.table(table))))
        .collect()
}

fn named(item: &Value) -> String {
    let [kind, pk, version] = ["kind", "pk", "version"].map(|name| &item[name]);
    format!("{kind} {pk} {version}")
}

#[tokio::test(start_paused = true)]
async fn functions_rehearse_and_leave_nothing_behind() {
    let (asleep, awake) = (Shop::open().await, Shop::warm().await);
    let held = contents(&awake);
    assert_eq!(contents(&asleep), held);
    // A shop has something to lose.
    assert!(held.iter().map(|(_, items)| items.len()).sum::<usize>() > 50);
    awake.settle().await;
    assert_eq!(contents(&awake), held);
}
