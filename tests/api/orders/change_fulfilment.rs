//! `PATCH /orders/{id}/fulfilments/{fulfilmentId}`.

use serde_json::json;

use crate::bought::{Bought, units};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn an_order_is_completed_when_all_of_it_has_arrived() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let mut parcels = Vec::new();
    for lines in [
        json!([units(mugs, 2)]),
        json!([units(mugs, 1), units(cup, 1)]),
    ] {
        let sent = bought.ship(lines).await;
        parcels.push(sent.header("location").expect("a place").to_owned());
    }
    let arrives = json!({"status": "delivered"});
    let first = bought.patch(&parcels[0], &arrives).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.text("/data/status"), "delivered");
    assert!(first.json()["data"]["deliveredAt"].is_string());
    assert_eq!(
        bought.status().await,
        ("confirmed".to_owned(), "partiallyDelivered".to_owned())
    );
    assert_eq!(bought.patch(&parcels[1], &arrives).await.status, 200);
    assert_eq!(
        bought.status().await,
        ("completed".to_owned(), "delivered".to_owned())
    );
    // Whoever says it again changes nothing.
    let version = bought.seen().await["version"].clone();
    assert_eq!(bought.patch(&parcels[1], &arrives).await.status, 200);
    assert_eq!(bought.seen().await["version"], version);
    shop.settle().await;
    assert_eq!(bought.events("OrderDelivered").await.len(), 2);
    assert_eq!(bought.events("OrderCompleted").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_never_left_can_be_sent_again_or_called_off() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let parcel = bought.all_sent().await;
    let cancel = format!("{}/cancellations", bought.path);
    let refused = bought.customer.post(&cancel, &json!({})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(
        refused.errors(),
        ["status: the order is confirmed and some of it was sent; ask for a return instead"]
    );
    let back = bought.patch(&parcel, &json!({"status": "cancelled"})).await;
    assert_eq!(back.status, 200, "{back:?}");
    assert_eq!(bought.status().await.1, "unfulfilled");
    let again = bought.all_sent().await;
    let back = bought.patch(&again, &json!({"status": "cancelled"})).await;
    assert_eq!(back.status, 200, "{back:?}");
    assert_eq!(bought.customer.post(&cancel, &json!({})).await.status, 201);
    shop.settle().await;
    assert_eq!(
        bought.status().await,
        ("cancelled".to_owned(), "cancelled".to_owned())
    );
    // Sold when it was paid, home again once.
    assert_eq!(bought.level("MUG").await, (20, 0, 20));
    assert_eq!(bought.level("CUP").await, (20, 0, 20));
}

#[tokio::test(start_paused = true)]
async fn tracking_can_be_told_later_and_taken_back() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let parcel = bought.all_sent().await;
    let tracking = json!({"carrier": null, "number": "0034", "url": null});
    let told = bought
        .patch(&parcel, &json!({"tracking": {"number": "0034"}}))
        .await;
    assert_eq!(told.json()["data"]["tracking"], tracking, "{told:?}");
    assert_eq!(told.text("/data/status"), "shipped");
    let untold = bought.patch(&parcel, &json!({"tracking": null})).await;
    assert!(untold.json()["data"]["tracking"].is_null());
    let unfinished = json!({"tracking": {"carrier": "DHL"}});
    let refused = bought.patch(&parcel, &unfinished).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(refused.errors(), ["tracking.number: is required"]);
    let bad = json!({"tracking": {"number": "0034", "url": "javascript:alert(1)"}});
    let bad = bought.patch(&parcel, &bad).await;
    assert_eq!(bad.status, 422, "{bad:?}");
    assert_eq!(
        bad.errors(),
        ["tracking.url: must be an https URL of up to 500 characters"]
    );
    shop.settle().await;
    assert_eq!(bought.events("OrderDelivered").await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_staff_moves_it() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let parcel = bought.all_sent().await;
    let body = json!({"status": "delivered"});
    let ask = bought.customer.ask("PATCH", &parcel);
    assert_eq!(ask.json(&body).send().await.status, 403);
    let other = format!(
        "{}/fulfilments/0190a0b0-0000-7000-8000-000000000000",
        bought.path
    );
    assert_eq!(bought.patch(&other, &body).await.status, 404);
}
