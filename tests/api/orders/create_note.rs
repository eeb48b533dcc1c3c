//! `POST /orders/{id}/notes`.

use serde_json::json;

use crate::bought::Bought;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn staff_writes_down_what_only_staff_reads() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/notes", bought.path);
    let text = "Called twice.\nRing at the back door.";
    let noted = bought.admin.post(&path, &json!({ "text": text })).await;
    assert_eq!(noted.status, 201, "{noted:?}");
    assert_eq!(noted.text("/data/text"), text);
    assert!(noted.text("/data/author").starts_with("staff:"));
    assert_eq!(
        bought
            .customer
            .post(&path, &json!({"text": "hi"}))
            .await
            .status,
        403
    );
    let seen = bought.seen().await;
    assert!(!seen.to_string().contains("back door"), "{seen:#}");
    let last = seen["timeline"].as_array().and_then(|list| list.last());
    let last = last.expect("an entry");
    assert_eq!(
        (&last["type"], &last["data"]),
        (&json!("noteAdded"), &json!(null))
    );
    let blank = bought.admin.post(&path, &json!({"text": " \n "})).await;
    assert_eq!(blank.errors(), ["text: must not be blank"]);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_writes_once_and_an_order_has_so_many() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/notes", bought.path);
    let body = json!({"text": "Called."});
    let asks = (0..5).map(|_| {
        let ask = bought
            .admin
            .ask("POST", &path)
            .header("idempotency-key", "note");
        ask.json(&body).send()
    });
    for answer in shop.all(asks).await {
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    for _ in 1..50 {
        assert_eq!(bought.admin.post(&path, &body).await.status, 201);
    }
    let more = bought.admin.post(&path, &body).await;
    assert_eq!(more.status, 422);
    assert_eq!(more.errors(), ["text: an order may have at most 50 notes"]);
}
