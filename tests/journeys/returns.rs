//! From parcels to the shelf: goods leave in parts, arrive, and some of them come back.

use serde_json::json;

use crate::bought::{Bought, came, units};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn parcels_arrive_and_part_of_them_comes_home() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let mut parcels = Vec::new();
    for (lines, status) in [
        (json!([units(mugs, 1)]), "partiallyShipped"),
        (json!([units(mugs, 2), units(cup, 1)]), "shipped"),
    ] {
        let sent = bought.ship(lines).await;
        parcels.push(sent.header("location").expect("a place").to_owned());
        assert_eq!(bought.status().await.1, status);
    }
    for (parcel, order) in parcels.iter().zip(["confirmed", "completed"]) {
        let delivered = bought.patch(parcel, &json!({"status": "delivered"})).await;
        assert_eq!(delivered.status, 200, "{delivered:?}");
        assert_eq!(bought.status().await.0, order);
    }
    let asked = bought
        .ask_back(json!([units(mugs, 2), units(cup, 1)]))
        .await;
    let path = asked.header("location").expect("a place").to_owned();
    for step in [
        json!({"status": "approved"}),
        json!({"status": "partiallyReceived", "lines": [came(mugs, 1, "writeOff")]}),
        json!({"status": "partiallyReceived", "lines": [came(cup, 1, "restock")]}),
        json!({"status": "closed"}),
    ] {
        let moved = bought.patch(&path, &step).await;
        assert_eq!(moved.status, 200, "{moved:?}");
    }
    shop.settle().await;
    assert_eq!(
        bought.status().await,
        ("completed".to_owned(), "partiallyReturned".to_owned())
    );
    assert_eq!(bought.level("MUG").await, (17, 0, 17));
    assert_eq!(bought.level("CUP").await, (20, 0, 20));
    for sku in ["MUG", "CUP"] {
        let moved: i64 = bought
            .ledger(sku)
            .await
            .iter()
            .map(|(_, delta)| delta)
            .sum();
        assert_eq!(
            moved,
            bought.level(sku).await.0,
            "{sku}: the ledger is the level"
        );
    }
    let seen = bought.seen().await;
    let told: Vec<&str> = seen["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter_map(|entry| entry["type"].as_str())
        .skip_while(|told| *told != "confirmed")
        .collect();
    assert_eq!(
        told,
        [
            "confirmed",
            "shipped",
            "shipped",
            "delivered",
            "delivered",
            "completed",
            "returnRequested",
            "returnApproved",
            "returnReceived",
            "returnReceived",
            "returnClosed",
        ]
    );
    assert_eq!(shop.dead_letters().await, 0);
}
