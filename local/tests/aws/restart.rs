//! What a data directory keeps: items, mail, messages, each exactly where it was.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use domain::clock::Clock;
use local::aws::{Cloud, HiddenMessage};

use crate::queues::{bodies, delete, depth, fail_everything, receive, send};
use crate::stage::{self, HandClock, Open, n, put, total};

/// Opens the store of a directory, as after a restart.
async fn opened(directory: &Path) -> Arc<Cloud> {
    let cloud = stage::cloud(Some(directory.to_owned()), HandClock::new()).await;
    cloud.restore_queues().await.unwrap();
    cloud
}

#[tokio::test(start_paused = true)]
async fn items_survive() {
    let directory = tempfile::tempdir().unwrap();
    put(
        &stage::dynamodb(&opened(directory.path()).await, Open),
        "1",
        7,
    )
    .await;
    let cloud = opened(directory.path()).await;
    assert_eq!(total(&stage::dynamodb(&cloud, Open), "1").await, Some(n(7)));
}

#[tokio::test(start_paused = true)]
async fn messages_survive_until_they_are_deleted() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        for body in ["done", "seen", "waiting"] {
            send(&cloud, &client, body).await;
        }
        let messages = receive(&cloud, &client, "work").await;
        let done = messages.iter().find(|one| one.body() == Some("done"));
        delete(&cloud, &client, "work", done.unwrap()).await;
    }
    // Twice: what was restored must be kept as well as what was sent.
    for _ in 0..2 {
        let cloud = opened(directory.path()).await;
        assert_eq!(depth(&cloud, "work").await, (2, 0, 0));
    }
    let cloud = opened(directory.path()).await;
    let client = stage::sqs(&cloud, Open);
    let messages = receive(&cloud, &client, "work").await;
    assert_eq!(bodies(&messages), ["seen", "waiting"]);
    for message in &messages {
        delete(&cloud, &client, "work", message).await;
    }
    drop((client, cloud));
    assert_eq!(
        depth(&opened(directory.path()).await, "work").await,
        (0, 0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn all_of_many_messages_survive() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        for number in 0..60 {
            send(&cloud, &client, &number.to_string()).await;
        }
        for _ in 0..9 {
            send(&cloud, &client, &"\"".repeat(150_000)).await;
        }
    }
    for _ in 0..2 {
        let cloud = opened(directory.path()).await;
        assert_eq!(depth(&cloud, "work").await, (69, 0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_keeps_its_attributes() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        stage::sqs(&cloud, Open)
            .send_message()
            .queue_url(cloud.queue_url("work"))
            .message_body("x")
            .message_attributes(
                "traceparent",
                MessageAttributeValue::builder()
                    .data_type("String")
                    .string_value("00-1-2-01")
                    .build()
                    .unwrap(),
            )
            .send()
            .await
            .unwrap();
    }
    let cloud = opened(directory.path()).await;
    let received = stage::sqs(&cloud, Open)
        .receive_message()
        .queue_url(cloud.queue_url("work"))
        .message_attribute_names("All")
        .send()
        .await
        .unwrap();
    let attributes = received.messages()[0].message_attributes().unwrap();
    assert_eq!(attributes["traceparent"].string_value(), Some("00-1-2-01"));
}

#[tokio::test(start_paused = true)]
async fn deleting_with_a_lapsed_receipt_deletes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "x").await;
        let first = receive(&cloud, &client, "work").await;
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(receive(&cloud, &client, "work").await.len(), 1);
        delete(&cloud, &client, "work", &first[0]).await;
    }
    let cloud = opened(directory.path()).await;
    assert_eq!(
        depth(&cloud, "work").await.0 + depth(&cloud, "work").await.2,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn dead_letters_stay_dead_letters() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "poison").await;
        fail_everything(&cloud, &client).await;
        send(&cloud, &client, "sound").await;
    }
    for _ in 0..2 {
        let cloud = opened(directory.path()).await;
        assert_eq!(depth(&cloud, "work").await, (1, 0, 1));
    }
    // Also once they were looked at where they lie.
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        assert_eq!(
            bodies(&receive(&cloud, &client, "work-dead").await),
            ["poison"]
        );
    }
    let cloud = opened(directory.path()).await;
    assert_eq!(depth(&cloud, "work").await, (1, 0, 1));
    assert_eq!(cloud.redrive("work").await.unwrap(), 1);
    drop(cloud);
    let cloud = opened(directory.path()).await;
    assert_eq!(depth(&cloud, "work").await, (2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_dead_letter_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "poison").await;
        fail_everything(&cloud, &client).await;
        let dead = receive(&cloud, &client, "work-dead").await;
        delete(&cloud, &client, "work-dead", &dead[0]).await;
    }
    let cloud = opened(directory.path()).await;
    assert_eq!(depth(&cloud, "work").await, (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_move_task_and_a_purge_keep_the_journal_right() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = opened(directory.path()).await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "poison").await;
        fail_everything(&cloud, &client).await;
        let arn = client
            .get_queue_attributes()
            .queue_url(cloud.queue_url("work-dead"))
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .unwrap();
        let arn = &arn.attributes().unwrap()[&QueueAttributeName::QueueArn];
        client
            .start_message_move_task()
            .source_arn(arn)
            .send()
            .await
            .unwrap();
    }
    {
        let cloud = opened(directory.path()).await;
        assert_eq!(depth(&cloud, "work").await, (1, 0, 0));
        stage::sqs(&cloud, Open)
            .purge_queue()
            .queue_url(cloud.queue_url("work"))
            .send()
            .await
            .unwrap();
    }
    let cloud = opened(directory.path()).await;
    assert_eq!(depth(&cloud, "work").await, (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_message_waits_out_the_rest_of_its_delay() {
    let directory = tempfile::tempdir().unwrap();
    let clock = HandClock::new();
    let reopened = || stage::cloud(Some(directory.path().to_owned()), clock.clone());
    {
        let cloud = reopened().await;
        stage::sqs(&cloud, Open)
            .send_message()
            .queue_url(cloud.queue_url("work"))
            .message_body("later")
            .delay_seconds(60)
            .send()
            .await
            .unwrap();
    }
    clock.advance(40);
    let cloud = reopened().await;
    cloud.restore_queues().await.unwrap();
    let client = stage::sqs(&cloud, Open);
    tokio::time::advance(Duration::from_secs(19)).await;
    assert!(receive(&cloud, &client, "work").await.is_empty());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(bodies(&receive(&cloud, &client, "work").await), ["later"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_failed_stays_hidden_for_the_rest_of_its_time() {
    let directory = tempfile::tempdir().unwrap();
    let clock = HandClock::new();
    let reopened = || stage::cloud(Some(directory.path().to_owned()), clock.clone());
    {
        let cloud = reopened().await;
        let client = stage::sqs(&cloud, Open);
        send(&cloud, &client, "failed").await;
        let received = receive(&cloud, &client, "work").await;
        let failed = HiddenMessage {
            queue: "work".to_owned(),
            receipt: received[0].receipt_handle().unwrap().to_owned(),
            until: clock.now().plus(Duration::from_secs(30)),
        };
        cloud.keep_hidden(&[failed]).await.unwrap();
        send(&cloud, &client, "under way").await;
        assert_eq!(receive(&cloud, &client, "work").await.len(), 1);
    }
    // Twice: it stays hidden in every process.
    for (late, left) in [(10, 20), (5, 15)] {
        clock.advance(late);
        let cloud = reopened().await;
        let hidden = cloud.restore_queues().await.unwrap();
        let until = clock.now().plus(Duration::from_secs(left));
        assert_eq!(hidden.len(), 1);
        assert_eq!((&*hidden[0].queue, hidden[0].until), ("work", until));
        assert_eq!(depth(&cloud, "work").await, (1, 1, 0));
    }
    let cloud = reopened().await;
    assert_eq!(cloud.restore_queues().await.unwrap().len(), 1);
    let client = stage::sqs(&cloud, Open);
    let shown = receive(&cloud, &client, "work").await;
    assert_eq!(bodies(&shown), ["under way"]);
    tokio::time::advance(Duration::from_secs(14)).await;
    assert!(receive(&cloud, &client, "work").await.is_empty());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(bodies(&receive(&cloud, &client, "work").await), ["failed"]);
    drop((client, cloud));

    // Its time is over: whoever received it last was cut off.
    clock.advance(15);
    let cloud = reopened().await;
    assert_eq!(cloud.restore_queues().await.unwrap(), []);
    assert_eq!(depth(&cloud, "work").await.1, 0);
}
