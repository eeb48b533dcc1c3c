//! `PUT /inventory/{sku}`.

mod shards;

use serde_json::json;

use crate::bought::Bought;
use crate::shop::{Shop, basket, with};

const PATH: &str = "/api/v1/inventory/MUG";

#[tokio::test(start_paused = true)]
async fn with_backorder_more_is_sold_than_there_is_and_what_is_owed_is_counted() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 2).await;
    let (admin, customer) = (shop.admin().await, shop.customer().await);
    let five = with(
        basket(&[("MUG", 5)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    assert_eq!(customer.order(&five).await.code(), "out_of_stock");
    let set = admin.put(PATH, &json!({"backorder": true})).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(set.json()["data"]["backorder"], true);
    assert_eq!(customer.order(&five).await.status, 201);
    let level = admin.get(PATH).await.json();
    assert_eq!(level["data"]["available"], -3);
    assert_eq!(shop.available("MUG").await, 0);
    shop.settle().await;
    let level = admin.get(PATH).await.json();
    assert_eq!(level["data"]["onHand"], -3);
    // Without it nothing more is sold until what is owed is there.
    let set = admin.put(PATH, &json!({"backorder": false})).await;
    assert_eq!(set.status, 200, "{set:?}");
    let one = basket(&[("MUG", 1)]);
    assert_eq!(customer.order(&one).await.code(), "out_of_stock");
    let body = json!({"delta": 4, "reason": "delivery", "kind": "delivery"});
    let came = admin.post(&format!("{PATH}/adjustments"), &body).await;
    assert_eq!(came.json()["data"]["available"], 1, "{came:?}");
    assert_eq!(customer.order(&one).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right_and_nothing_changes_twice() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 2).await;
    let admin = shop.admin().await;
    let read = admin.get(PATH).await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let put = |tag: String, backorder: bool| {
        let ask = admin.ask("PUT", PATH).header("if-match", &tag);
        ask.json(&json!({ "backorder": backorder })).send()
    };
    assert_eq!(put("\"99\"".to_owned(), true).await.status, 412);
    let set = put(tag.clone(), true).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(put(tag, false).await.status, 412);
    let again = admin.put(PATH, &json!({"backorder": true})).await;
    assert_eq!(again.header("etag"), set.header("etag"));
}

#[tokio::test(start_paused = true)]
async fn only_staff_sets_it_and_only_of_what_is_sold() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let body = json!({"backorder": true});
    assert_eq!(bought.customer.put(PATH, &body).await.status, 403);
    let nowhere = "/api/v1/inventory/NOWHERE";
    assert_eq!(bought.admin.put(nowhere, &body).await.status, 404);
}
