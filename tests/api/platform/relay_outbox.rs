//! `platform-relay-outbox`: from the outboxes to the queues, in order, at least once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use local::aws::{Fault, Faults};
use serde_json::{Value, json};

use crate::shop::{Shop, basket, with};

const RELAY: &str = "platform-relay-outbox";

/// No queue takes messages from the relay while they are down.
struct QueuesDown(AtomicBool);

impl Faults for QueuesDown {
    fn before(&self, function: &str, operation: &str) -> Fault {
        let down = self.0.load(Ordering::Relaxed);
        if down && function == RELAY && operation == "SendMessage" {
            Fault::Drop
        } else {
            Fault::None
        }
    }
}

/// A record of a stream: that an item with these attributes is new.
fn record(sequence: u32, attributes: Value) -> Value {
    let mut image = json!({"pk": {"S": "order/1"}, "sk": {"S": format!("item/{sequence}")}});
    if let (Some(image), Value::Object(attributes)) = (image.as_object_mut(), attributes) {
        image.extend(attributes);
    }
    json!({
        "eventID": sequence.to_string(),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_796_000_000,
            "Keys": {"pk": image["pk"], "sk": image["sk"]},
            "NewImage": image,
            "SequenceNumber": sequence.to_string(),
            "SizeBytes": 512,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:000000000000:table/souk-orders/stream/1",
    })
}

/// The record of an event in its outbox.
fn of(sequence: u32, event: &str) -> Value {
    record(
        sequence,
        json!({"kind": {"S": "event"}, "event": {"S": event}}),
    )
}

/// Hands records to the relay; the sequence numbers of those that have to come again.
async fn relay(shop: &Shop, records: &[Value]) -> Vec<String> {
    let event = json!({"Records": records}).to_string();
    let answer = shop.store.invoke(RELAY, &event).await.expect("an answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let failures = answer["batchItemFailures"].as_array().expect("failures");
    failures
        .iter()
        .filter_map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned))
        .collect()
}

/// The queues that hold messages, each with how many.
async fn waiting(shop: &Shop) -> Vec<(String, u64)> {
    let answer = shop.anybody().get("/_local/queues").await.json();
    let mut waiting: Vec<(String, u64)> = answer["data"]
        .as_array()
        .expect("queues")
        .iter()
        .filter_map(|queue| {
            let visible = queue["visible"].as_u64().filter(|visible| *visible > 0)?;
            Some((queue["name"].as_str()?.to_owned(), visible))
        })
        .collect();
    waiting.sort();
    waiting
}

/// A shop in which an order was confirmed, and the event that says so.
async fn confirmed(shop: &Shop) -> Value {
    shop.stocked("MUG", 20).await;
    let body = with(
        basket(&[("MUG", 2)]),
        &json!({"email": "guest@example.com", "paymentMethod": "pm_test_ok"}),
    );
    assert_eq!(shop.anybody().order(&body).await.status, 201);
    shop.settle().await;
    let mut events = shop.events().await;
    events.retain(|event| event["type"] == "OrderConfirmed");
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[tokio::test(start_paused = true)]
async fn an_event_goes_to_whoever_subscribes_and_nobody_else() {
    let shop = Shop::open().await;
    let event = confirmed(&shop).await;
    let subscribers = shop.queues_of(&event);
    assert_eq!(subscribers.len(), 2);
    assert!(relay(&shop, &[of(1, &event.to_string())]).await.is_empty());
    let expected: Vec<(String, u64)> = subscribers.into_iter().map(|name| (name, 1)).collect();
    assert_eq!(waiting(&shop).await, expected);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_relayed_again_harms_nobody() {
    let shop = Shop::open().await;
    let event = confirmed(&shop).await.to_string();
    let letters = shop.mail_to("guest@example.com").await.len();
    let before = shop.available("MUG").await;
    assert!(
        relay(&shop, &[of(1, &event), of(2, &event)])
            .await
            .is_empty()
    );
    assert!(relay(&shop, &[of(1, &event)]).await.is_empty());
    shop.settle().await;
    assert_eq!(shop.mail_to("guest@example.com").await.len(), letters);
    assert_eq!(shop.available("MUG").await, before);
    let admin = shop.admin().await;
    let level = admin.get("/api/v1/inventory/MUG").await.json();
    assert_eq!(
        (&level["data"]["onHand"], &level["data"]["reserved"]),
        (&json!(18), &json!(0))
    );
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_event_is_passed_over() {
    let shop = Shop::open().await;
    let event = confirmed(&shop).await.to_string();
    let records = [
        record(
            1,
            json!({"kind": {"S": "order"}, "status": {"S": "confirmed"}}),
        ),
        record(2, json!({"kind": {"S": "event"}, "event": {"N": "7"}})),
        of(3, &event),
    ];
    assert!(relay(&shop, &records).await.is_empty());
    assert_eq!(waiting(&shop).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_keeps_its_place_and_all_behind_it() {
    let shop = Shop::open().await;
    let event = confirmed(&shop).await;
    let mut later = event.clone();
    later["version"] = json!(99);
    for unreadable in [
        "not json",
        "{}",
        "{\"type\":\"OrderConfirmed\"}",
        &later.to_string(),
    ] {
        shop.settle().await;
        let good = event.to_string();
        let records = [of(1, &good), of(2, unreadable), of(3, &good)];
        assert_eq!(relay(&shop, &records).await, ["2"], "{unreadable}");
        // Only the one before it went out.
        let relayed: u64 = waiting(&shop).await.iter().map(|(_, count)| count).sum();
        assert_eq!(relayed, 2, "{unreadable}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_wait_in_order_until_the_queues_are_back() {
    let shop = Shop::open().await;
    let event = confirmed(&shop).await.to_string();
    let faults = Arc::new(QueuesDown(AtomicBool::new(true)));
    shop.store.set_faults(Some(faults.clone()));
    let records = [of(1, &event), of(2, &event)];
    assert_eq!(relay(&shop, &records).await, ["1"]);
    assert!(waiting(&shop).await.is_empty());
    faults.0.store(false, Ordering::Relaxed);
    assert!(relay(&shop, &records).await.is_empty());
    let relayed: u64 = waiting(&shop).await.iter().map(|(_, count)| count).sum();
    assert_eq!(relayed, 4);
}

#[tokio::test(start_paused = true)]
async fn an_envelope_with_more_fields_than_are_known_is_carried_on() {
    let shop = Shop::open().await;
    let mut event = confirmed(&shop).await;
    event["note"] = json!("of a later writer");
    assert!(relay(&shop, &[of(1, &event.to_string())]).await.is_empty());
    assert_eq!(waiting(&shop).await.len(), 2);
    shop.settle().await;
    for name in shop.queues_of(&event) {
        let seen = shop.queue(&name).await;
        let left = (&seen["visible"], &seen["inFlight"], &seen["deadLetters"]);
        assert_eq!(left, (&json!(0), &json!(0), &json!(0)), "{name}");
    }
}
