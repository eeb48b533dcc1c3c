//! Streams: records in the shape of a Lambda event, positions that survive.

use crate::stage::{self, HandClock, Open, put};

#[tokio::test]
async fn records_are_read_on_from_a_checkpoint_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let reopened = || stage::cloud(Some(directory.path().to_owned()), HandClock::new());
    {
        let cloud = reopened().await;
        let client = stage::dynamodb(&cloud, Open);
        put(&client, "1", 7).await;
        put(&client, "2", 8).await;
        put(&client, "2", 9).await;
        assert_eq!(cloud.checkpoint("relay").unwrap(), None);
        let first = cloud.stream_records("orders", None, 1).unwrap();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0]["eventName"], "INSERT");
        assert_eq!(first[0]["eventSource"], "aws:dynamodb");
        assert_eq!(first[0]["awsRegion"], "eu-central-1");
        assert_eq!(first[0]["dynamodb"]["NewImage"]["cents"]["N"], "7");
        assert_eq!(first[0]["dynamodb"]["Keys"]["sk"]["S"], "1");
        let source = first[0]["eventSourceARN"].as_str().unwrap();
        assert!(
            source.starts_with("arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/")
        );
        let sequence = first[0]["dynamodb"]["SequenceNumber"].as_str().unwrap();
        cloud.set_checkpoint("relay", sequence).unwrap();
    }
    let cloud = reopened().await;
    let checkpoint = cloud.checkpoint("relay").unwrap();
    let rest = cloud
        .stream_records("orders", checkpoint.as_deref(), 100)
        .unwrap();
    let seen: Vec<_> = rest
        .iter()
        .map(|record| {
            (
                record["eventName"].as_str().unwrap(),
                record["dynamodb"]["NewImage"]["cents"]["N"]
                    .as_str()
                    .unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("INSERT", "8"), ("MODIFY", "9")]);
    let last = rest[1]["dynamodb"]["SequenceNumber"].as_str();
    assert!(
        cloud
            .stream_records("orders", last, 100)
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_table_without_a_stream_has_no_records() {
    let cloud = stage::fresh().await;
    assert!(cloud.stream_records("_local-checkpoints", None, 1).is_err());
}
