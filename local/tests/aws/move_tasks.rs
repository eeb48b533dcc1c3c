//! Tasks that move dead letters: where to, what is told of them, and what is refused.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::ListMessageMoveTasksResultEntry;
use local::aws::{Cloud, QueueSpec};

use crate::queues::{bodies, depth, fail_everything, receive, send};
use crate::stage::{self, ACCOUNT, Open, REGION, fresh};

fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
}

/// A cloud with so many dead letters.
async fn with_dead_letters(many: usize) -> (Arc<Cloud>, Client) {
    let cloud = fresh().await;
    let client = stage::sqs(&cloud, Open);
    for _ in 0..many {
        send(&cloud, &client, "poison").await;
    }
    if many > 0 {
        fail_everything(&cloud, &client).await;
    }
    (cloud, client)
}

async fn start(client: &Client) {
    let started = client
        .start_message_move_task()
        .source_arn(arn("work-dead"));
    let started = started.send().await.unwrap();
    assert!(started.task_handle().is_some());
}

async fn tasks(client: &Client, most: i32) -> Vec<ListMessageMoveTasksResultEntry> {
    let listed = client
        .list_message_move_tasks()
        .source_arn(arn("work-dead"))
        .max_results(most)
        .send()
        .await
        .unwrap();
    listed.results.unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_task_is_listed_with_what_it_has_moved() {
    let (cloud, client) = with_dead_letters(3).await;
    assert!(tasks(&client, 1).await.is_empty());
    start(&client).await;
    assert_eq!(depth(&cloud, "work").await, (3, 0, 0));
    let listed = tasks(&client, 1).await;
    assert_eq!(listed[0].status(), Some("COMPLETED"));
    assert_eq!(listed[0].source_arn(), Some(arn("work-dead").as_str()));
    assert_eq!(listed[0].approximate_number_of_messages_moved(), 3);
    assert_eq!(listed[0].approximate_number_of_messages_to_move(), Some(3));
    // Only what still runs can be cancelled, and has a handle for it.
    assert_eq!(listed[0].task_handle(), None);
}

#[tokio::test(start_paused = true)]
async fn the_last_ten_tasks_are_listed_the_newest_first() {
    let (_cloud, client) = with_dead_letters(0).await;
    for _ in 0..12 {
        start(&client).await;
    }
    let listed = tasks(&client, 10).await;
    assert_eq!(listed.len(), 10);
    let started: Vec<i64> = listed.iter().map(|task| task.started_timestamp()).collect();
    // Also those of one moment can be told apart.
    assert!(
        started.is_sorted_by(|one, other| one > other),
        "{started:?}"
    );
    let usual = client
        .list_message_move_tasks()
        .source_arn(arn("work-dead"));
    assert_eq!(usual.send().await.unwrap().results().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_go_where_they_are_told() {
    let (cloud, client) = with_dead_letters(1).await;
    cloud
        .create_queue(&QueueSpec {
            name: "aside".to_owned(),
            visibility_timeout_s: 30,
            delay_s: 0,
            dead_letters: None,
        })
        .await
        .unwrap();
    client
        .start_message_move_task()
        .source_arn(arn("work-dead"))
        .destination_arn(arn("aside"))
        .max_number_of_messages_per_second(10)
        .send()
        .await
        .unwrap();
    assert_eq!(depth(&cloud, "work").await, (0, 0, 0));
    assert_eq!(bodies(&receive(&cloud, &client, "aside").await), ["poison"]);
    let listed = tasks(&client, 1).await;
    assert_eq!(listed[0].destination_arn(), Some(arn("aside").as_str()));
    assert_eq!(listed[0].max_number_of_messages_per_second(), Some(10));
}

#[tokio::test(start_paused = true)]
async fn what_aws_refuses_is_refused() {
    let (_cloud, client) = with_dead_letters(0).await;
    let refused = async |source: &str, destination: Option<String>, rate: Option<i32>| {
        let sent = client
            .start_message_move_task()
            .source_arn(arn(source))
            .set_destination_arn(destination)
            .set_max_number_of_messages_per_second(rate)
            .send()
            .await;
        sent.unwrap_err().code().unwrap_or_default().to_owned()
    };
    let unknown = "ResourceNotFoundException";
    assert_eq!(refused("nothing", None, None).await, unknown);
    let nowhere = Some(arn("nothing"));
    assert_eq!(refused("work-dead", nowhere, None).await, unknown);
    // It has dead letters, but takes nobody's.
    let invalid = "InvalidParameterValue";
    assert_eq!(refused("work", None, None).await, invalid);
    assert_eq!(refused("work-dead", None, Some(501)).await, invalid);

    let listed = client.list_message_move_tasks();
    let listed = listed.source_arn(arn("work-dead")).max_results(11).send();
    assert_eq!(listed.await.unwrap_err().code(), Some(invalid));
    let cancelled = client.cancel_message_move_task().task_handle("over").send();
    assert_eq!(cancelled.await.unwrap_err().code(), Some(unknown));
}
