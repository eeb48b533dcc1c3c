//! `GET /payments/{id}`.

use serde_json::json;

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn a_payment_is_seen_by_whoever_sees_its_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let paid = customer.pay(&placed.text("/data/id"), "pm_test_ok").await;
    let path = format!("/api/v1/payments/{}", paid.text("/data/id"));
    assert_eq!(paid.header("location"), Some(path.as_str()));
    let read = customer.get(&path).await;
    assert_eq!(read.json()["data"], paid.json()["data"]);
    assert_eq!(shop.admin().await.get(&path).await.status, 200);
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(shop.anybody().get(&path).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn payments_that_were_written_before_refunds_had_names_are_still_read() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let order = placed.text("/data/id");
    let id = "019bc0b1-4de8-7000-8000-0000004000ff";
    let euros = |cents: &str| {
        let currency = json!({"S": "EUR"});
        json!({"M": {"amount": {"N": cents}, "currency": currency}})
    };
    let item = json!({
        "pk": {"S": format!("payment/{id}")},
        "sk": {"S": "payment"},
        "kind": {"S": "payment"},
        "v": {"N": "1"},
        "id": {"S": id},
        "order": {"S": order},
        "status": {"S": "captured"},
        "amount": euros("1000"),
        "captured": euros("1000"),
        "refunded": euros("1000"),
        "method": {"S": "pm_test_ok"},
        "failure": {"NULL": true},
        "nextAction": {"NULL": true},
        "initiator": {"S": "client"},
        "attempt": {"N": "1"},
        "lease": {"NULL": true},
        "version": {"N": "4"},
        "createdAt": {"S": "2026-11-20T08:30:00.000Z"},
        "updatedAt": {"S": "2026-11-20T08:31:00.000Z"},
    });
    let table = shop.store.naming().table(&store::tables::PAYMENTS);
    let put = json!({"TableName": table, "Item": item});
    let cloud = shop.store.cloud();
    cloud.dynamodb("PutItem", &put).await.expect("written");
    let read = customer.get(&format!("/api/v1/payments/{id}")).await;
    assert_eq!(read.status, 200, "{read:?}");
    let read = read.json()["data"].clone();
    assert_eq!(read["captureMethod"], "automatic");
    assert_eq!(read["capturable"]["amount"], 0);
    assert_eq!(read["refunds"][0]["amount"]["amount"], 1000);
    assert_eq!(read["refunds"][0]["status"], "succeeded");
}
