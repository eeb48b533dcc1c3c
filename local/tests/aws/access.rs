//! Permissions: what is asked, what is recorded, how a refusal looks.

use aws_sdk_dynamodb::types::{ConditionCheck, KeysAndAttributes, Put, TransactWriteItem, Update};
use local::aws::Denial;

use crate::stage::{self, Open, Without, fresh, n, put, s};

const TABLE: &str = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders";

#[tokio::test]
async fn a_refused_call_is_not_executed_and_is_recorded() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Without("dynamodb:PutItem"));
    let refused = client
        .put_item()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("1"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.meta().code(), Some("AccessDeniedException"));
    assert_eq!(
        refused.meta().message(),
        Some(
            "User: arn:aws:sts::123456789012:assumed-role/orders-create/orders-create is not \
             authorized to perform: dynamodb:PutItem on resource: \
             arn:aws:dynamodb:eu-central-1:123456789012:table/orders"
        )
    );
    assert!(cloud.scan("orders").unwrap().is_empty());
    assert_eq!(
        cloud.denials(),
        [Denial {
            function: "orders-create".to_owned(),
            action: "dynamodb:PutItem".to_owned(),
            resource: TABLE.to_owned(),
        }]
    );
}

#[tokio::test]
async fn each_action_of_a_transaction_is_a_permission_of_its_own() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    let action = TransactWriteItem::builder;
    let put = Put::builder()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("1"));
    let update = Update::builder()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s("2"))
        .update_expression("SET cents = :cents")
        .expression_attribute_values(":cents", n(1));
    let check = ConditionCheck::builder()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s("3"))
        .condition_expression("attribute_not_exists(pk)");
    client
        .transact_write_items()
        .transact_items(action().put(put.build().unwrap()).build())
        .transact_items(action().update(update.build().unwrap()).build())
        .transact_items(action().condition_check(check.build().unwrap()).build())
        .send()
        .await
        .unwrap();
    assert_eq!(
        used(&cloud),
        [
            "dynamodb:ConditionCheckItem orders",
            "dynamodb:PutItem orders",
            "dynamodb:UpdateItem orders"
        ]
    );
}

#[tokio::test]
async fn indexes_batches_queues_mail_and_secrets_have_their_own_resources() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "1", 1).await;
    client
        .query()
        .table_name("orders")
        .index_name("due")
        .key_condition_expression("duePk = :pk")
        .expression_attribute_values(":pk", s("due"))
        .send()
        .await
        .unwrap();
    let keys = KeysAndAttributes::builder()
        .keys([("pk".to_owned(), s("order")), ("sk".to_owned(), s("1"))].into())
        .build()
        .unwrap();
    client
        .batch_get_item()
        .request_items("orders", keys)
        .send()
        .await
        .unwrap();
    stage::sqs(&cloud, Open)
        .send_message()
        .queue_url(cloud.queue_url("work"))
        .message_body("x")
        .send()
        .await
        .unwrap();
    stage::secrets(&cloud, Open)
        .get_secret_value()
        .secret_id("signing-key")
        .send()
        .await
        .unwrap();
    assert_eq!(
        used(&cloud),
        [
            "dynamodb:BatchGetItem orders",
            "dynamodb:PutItem orders",
            "dynamodb:Query orders/index/due",
            "secretsmanager:GetSecretValue \
             arn:aws:secretsmanager:eu-central-1:123456789012:secret:signing-key",
            "sqs:SendMessage arn:aws:sqs:eu-central-1:123456789012:work",
        ]
    );
}

fn used(cloud: &local::aws::Cloud) -> Vec<String> {
    let prefix = TABLE.trim_end_matches("orders");
    cloud
        .used()
        .into_iter()
        .map(|(_, action, resource)| {
            let resource = resource.strip_prefix(prefix).unwrap_or(&resource);
            format!("{action} {resource}")
        })
        .collect()
}
