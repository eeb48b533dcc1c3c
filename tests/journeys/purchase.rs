//! Register, browse, order, pay, be told.

use serde_json::json;

use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn from_nothing_to_a_confirmed_order() {
    let shop = Shop::open().await;
    let list = shop.anybody().get("/api/v1/products?limit=1").await;
    let sku = list.text("/data/0/variants/0/sku");
    let before = shop.available(&sku).await;
    let newcomer = shop.newcomer("new@example.com").await;
    let body = with(
        basket(&[(&sku, 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = newcomer.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    assert_eq!(shop.available(&sku).await, before - 1);
    shop.settle().await;

    let id = placed.text("/data/id");
    let order = newcomer.get(&format!("/api/v1/orders/{id}")).await;
    assert_eq!(order.text("/data/status"), "confirmed");
    let moments: Vec<String> = order.json()["data"]["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .map(|entry| entry["type"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(moments.first().map(String::as_str), Some("placed"));
    assert!(moments.contains(&"confirmed".to_owned()), "{moments:?}");

    let number = placed.text("/data/number");
    let mail = shop.mail_to("new@example.com").await;
    let confirmations = mail.iter().filter(|mail| {
        mail["text"]
            .as_str()
            .is_some_and(|text| text.contains(&number))
    });
    assert_eq!(confirmations.count(), 1);
    let told = newcomer.get("/api/v1/notifications").await;
    let about = |note: &&serde_json::Value| note["orderId"] == id.as_str();
    let told = told.json()["data"].as_array().cloned().unwrap_or_default();
    assert_eq!(told.iter().filter(about).count(), 1, "{told:#?}");

    let level = shop
        .admin()
        .await
        .get(&format!("/api/v1/inventory/{sku}"))
        .await;
    assert_eq!(level.json()["data"]["onHand"], before - 1);
    assert_eq!(level.json()["data"]["reserved"], 0);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn one_trace_runs_from_the_request_to_the_mail() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = shop
        .customer()
        .await
        .ask("POST", "/api/v1/orders")
        .header("idempotency-key", "traced")
        .header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))
        .json(&body)
        .send()
        .await;
    let sent = placed.header("x-trace-id").expect("a trace").to_owned();
    assert!(sent.starts_with(&format!("00-{trace}-")), "{sent}");
    shop.settle().await;
    let caused: Vec<String> = shop
        .events()
        .await
        .iter()
        .filter(|event| {
            event["traceparent"]
                .as_str()
                .is_some_and(|parent| parent.contains(trace))
        })
        .map(|event| event["type"].as_str().unwrap_or_default().to_owned())
        .collect();
    for topic in ["OrderCreated", "PaymentSucceeded", "OrderConfirmed"] {
        assert!(caused.contains(&topic.to_owned()), "{topic} in {caused:?}");
    }
}
