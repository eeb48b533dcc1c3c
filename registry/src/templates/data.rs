//! The resources that keep something: tables, queues and secrets, with the alarms on them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::queues::{MAX_RECEIVES, QUEUES, Queue};
use store::tables::{Projection, TABLES, Table};

use super::alarm::{Alarm, Rings};
use super::input::{
    ALARM_TOPIC, EDGE_KEY, PROVIDER_SECRET, SIGNING_SECRET, UNPLACED, dead_letters_id, queue_id,
    table_id,
};
use super::{Resources, attribute, reference, resource, retained};
use crate::delivery::{DEAD_LETTERS_KEPT_S, visibility_s};

/// How old a queue's oldest message may get, in seconds.
const OLDEST_MESSAGE_S: u32 = 300;

/// Every table, queue and secret.
pub(crate) fn resources() -> Resources {
    let mut resources = Resources::new();
    for table in TABLES {
        resources.insert(table_id(table), of_table(table));
    }
    resources.insert(UNPLACED.to_owned(), dead_letter_queue());
    let unplaced = "Events could not be handed to their queues. They stand in the outbox for 7 days: \
                    find out why, then replay them from there.";
    resources.insert(
        format!("{UNPLACED}Alarm"),
        depth_alarm(UNPLACED, unplaced.to_owned()),
    );
    for queue in QUEUES {
        of_queue(queue, &mut resources);
    }
    for secret in [SIGNING_SECRET, EDGE_KEY] {
        resources.insert(secret.to_owned(), of_secret(secret));
    }
    resources.insert(PROVIDER_SECRET.to_owned(), of_provider());
    resources
}

fn of_table(table: &Table) -> Value {
    let keys = |pk: &str, sk: &str| {
        json!([
            { "AttributeName": pk, "KeyType": "HASH" },
            { "AttributeName": sk, "KeyType": "RANGE" },
        ])
    };
    let attributes: BTreeSet<&str> = table
        .indexes
        .iter()
        .flat_map(|index| [index.pk, index.sk])
        .chain(["pk", "sk"])
        .collect();
    let attributes: Vec<Value> = attributes
        .into_iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let mut properties = json!({
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": keys("pk", "sk"),
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        "SSESpecification": { "SSEEnabled": true },
        "TimeToLiveSpecification": { "AttributeName": "expiresAt", "Enabled": true },
    });
    if !table.indexes.is_empty() {
        properties["GlobalSecondaryIndexes"] = table
            .indexes
            .iter()
            .map(|index| {
                let projection = match index.projection {
                    Projection::KeysOnly => "KEYS_ONLY",
                    Projection::All => "ALL",
                };
                json!({
                    "IndexName": index.name,
                    "KeySchema": keys(index.pk, index.sk),
                    "Projection": { "ProjectionType": projection },
                })
            })
            .collect();
    }
    if table.stream {
        properties["StreamSpecification"] = json!({ "StreamViewType": "NEW_IMAGE" });
    }
    retained("AWS::DynamoDB::Table", &properties)
}

fn of_queue(queue: &Queue, resources: &mut Resources) {
    let (name, id) = (queue.name, queue_id(queue));
    let dead_letters = dead_letters_id(queue);
    resources.insert(
        id.clone(),
        retained(
            "AWS::SQS::Queue",
            &json!({
                "SqsManagedSseEnabled": true,
                "VisibilityTimeout": visibility_s(queue),
                "MessageRetentionPeriod": DEAD_LETTERS_KEPT_S,
                "RedrivePolicy": {
                    "deadLetterTargetArn": attribute(&dead_letters, "Arn"),
                    "maxReceiveCount": MAX_RECEIVES,
                },
            }),
        ),
    );
    resources.insert(dead_letters.clone(), dead_letter_queue());
    let says = format!(
        "Messages of {name} failed {MAX_RECEIVES} times. Read them, repair the cause, redrive them."
    );
    resources.insert(
        format!("{dead_letters}Alarm"),
        depth_alarm(&dead_letters, says),
    );
    let age = Alarm {
        says: format!("{name} does not keep up, or keeps failing: its oldest message waits."),
        namespace: json!("AWS/SQS"),
        metric: "ApproximateAgeOfOldestMessage",
        dimension: Some(("QueueName", attribute(&id, "QueueName"))),
        statistic: "Maximum",
        rings: Rings::Above(OLDEST_MESSAGE_S),
    };
    resources.insert(
        format!("{id}AgeAlarm"),
        age.resource(&reference(ALARM_TOPIC)),
    );
}

fn dead_letter_queue() -> Value {
    retained(
        "AWS::SQS::Queue",
        &json!({
            "SqsManagedSseEnabled": true,
            "MessageRetentionPeriod": DEAD_LETTERS_KEPT_S,
        }),
    )
}

fn depth_alarm(queue: &str, says: String) -> Value {
    let alarm = Alarm {
        says,
        namespace: json!("AWS/SQS"),
        metric: "ApproximateNumberOfMessagesVisible",
        dimension: Some(("QueueName", attribute(queue, "QueueName"))),
        statistic: "Maximum",
        rings: Rings::Above(0),
    };
    alarm.resource(&reference(ALARM_TOPIC))
}

/// What the provider knows cannot be made up: it is filled in by whoever has an account there.
fn of_provider() -> Value {
    retained(
        "AWS::SecretsManager::Secret",
        &json!({
            "Description": "What is shared with the payment provider: the key it is called with, and \
                            the secrets that its reports are signed with.",
            "SecretString": r#"{"secretKey":"","webhookSecrets":[]}"#,
        }),
    )
}

fn of_secret(name: &str) -> Value {
    let description = match name {
        SIGNING_SECRET => "Signs access tokens.",
        _ => "Seals cursors and order tokens.",
    };
    resource(
        "AWS::SecretsManager::Secret",
        &json!({
            "Description": description,
            "GenerateSecretString": { "PasswordLength": 64, "ExcludePunctuation": true },
        }),
    )
}
