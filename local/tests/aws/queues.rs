//! SQS: sending, receiving, dead letters and their way back.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, SendMessageBatchRequestEntry};
use local::aws::Cloud;

use crate::stage::{self, Open, fresh};

pub(crate) async fn send(cloud: &Arc<Cloud>, client: &Client, body: &str) {
    client
        .send_message()
        .queue_url(cloud.queue_url("work"))
        .message_body(body)
        .send()
        .await
        .unwrap();
}

pub(crate) async fn receive(cloud: &Arc<Cloud>, client: &Client, queue: &str) -> Vec<Message> {
    client
        .receive_message()
        .queue_url(cloud.queue_url(queue))
        .max_number_of_messages(10)
        .send()
        .await
        .unwrap()
        .messages
        .unwrap_or_default()
}

pub(crate) async fn delete(cloud: &Arc<Cloud>, client: &Client, queue: &str, message: &Message) {
    client
        .delete_message()
        .queue_url(cloud.queue_url(queue))
        .receipt_handle(message.receipt_handle().unwrap())
        .send()
        .await
        .unwrap();
}

pub(crate) fn bodies(messages: &[Message]) -> Vec<&str> {
    let mut bodies: Vec<_> = messages.iter().filter_map(Message::body).collect();
    bodies.sort_unstable();
    bodies
}

/// Receives from `work` as often as it allows and lets the visibility lapse, until everything in it
/// has gone to the dead letters.
pub(crate) async fn fail_everything(cloud: &Arc<Cloud>, client: &Client) {
    for _ in 0..2 {
        assert!(!receive(cloud, client, "work").await.is_empty());
        tokio::time::advance(Duration::from_secs(31)).await;
    }
    assert!(receive(cloud, client, "work").await.is_empty());
    // The queues exchange the messages between themselves.
    tokio::time::advance(Duration::from_secs(1)).await;
    while depth(cloud, "work").await.0 > 0 {
        tokio::task::yield_now().await;
    }
}

/// Visible messages, messages in flight, dead letters.
pub(crate) async fn depth(cloud: &Arc<Cloud>, queue: &str) -> (u64, u64, u64) {
    let queues = cloud.queues().await.unwrap();
    let depth = queues
        .into_iter()
        .find(|depth| depth.name == queue)
        .unwrap();
    (depth.visible, depth.in_flight, depth.dead_letters)
}

#[tokio::test]
async fn requests_are_metered_by_what_they_do_and_by_64_kb() {
    let cloud = fresh().await;
    let client = stage::sqs(&cloud, Open);
    cloud.meter_start();
    send(&cloud, &client, &"x".repeat(65 * 1024)).await;
    let messages = receive(&cloud, &client, "work").await;
    delete(&cloud, &client, "work", &messages[0]).await;
    assert!(receive(&cloud, &client, "work").await.is_empty());
    let account = cloud.meter_stop()["orders-create"];
    assert_eq!((account.sends, account.receives), (2, 2));
    assert_eq!((account.deletes, account.empty_receives), (1, 1));
    assert_eq!(account.queue_requests(), 5);
}

#[tokio::test(start_paused = true)]
async fn messages_are_sent_received_and_deleted() {
    let cloud = fresh().await;
    let client = stage::sqs(&cloud, Open);
    let entry = |id: &str| {
        SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(id)
            .build()
            .unwrap()
    };
    client
        .send_message_batch()
        .queue_url(cloud.queue_url("work"))
        .entries(entry("a"))
        .entries(entry("b"))
        .send()
        .await
        .unwrap();
    let messages = receive(&cloud, &client, "work").await;
    assert_eq!(bodies(&messages), ["a", "b"]);
    assert_eq!(depth(&cloud, "work").await, (0, 2, 0));
    for message in &messages {
        delete(&cloud, &client, "work", message).await;
    }
    assert_eq!(depth(&cloud, "work").await, (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_waits_and_does_not_hold_up_senders() {
    let cloud = fresh().await;
    let client = stage::sqs(&cloud, Open);
    let poll = client
        .receive_message()
        .queue_url(cloud.queue_url("work"))
        .wait_time_seconds(20)
        .send();
    let late = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        send(&cloud, &client, "late").await;
    };
    let before = tokio::time::Instant::now();
    let (received, ()) = tokio::join!(poll, late);
    assert_eq!(bodies(received.unwrap().messages()), ["late"]);
    assert!(before.elapsed() < Duration::from_secs(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queues_also_run_on_several_threads() {
    let cloud = fresh().await;
    let client = stage::sqs(&cloud, Open);
    send(&cloud, &client, "x").await;
    assert_eq!(receive(&cloud, &client, "work").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_are_redriven_to_where_they_failed() {
    for queue in ["work", "work-dead"] {
        let cloud = fresh().await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "a").await;
        send(&cloud, &client, "b").await;
        fail_everything(&cloud, &client).await;
        assert_eq!(depth(&cloud, "work").await, (0, 0, 2));
        assert_eq!(cloud.redrive(queue).await.unwrap(), 2);
        assert_eq!(depth(&cloud, "work").await, (2, 0, 0));
        assert_eq!(bodies(&receive(&cloud, &client, "work").await), ["a", "b"]);
    }
}

#[tokio::test]
async fn an_unknown_queue_is_an_error_as_in_aws() {
    let cloud = fresh().await;
    let refused = stage::sqs(&cloud, Open)
        .send_message()
        .queue_url(cloud.queue_url("nowhere"))
        .message_body("x")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(refused.is_queue_does_not_exist());
    assert!(cloud.redrive("nowhere").await.is_err());
    assert!(cloud.send_raw("nowhere", "x").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_raw_message_is_received_as_it_was_sent() {
    let cloud = fresh().await;
    cloud.send_raw("work", "{not json").await.unwrap();
    let client = stage::sqs(&cloud, Open);
    assert_eq!(
        bodies(&receive(&cloud, &client, "work").await),
        ["{not json"]
    );
}
