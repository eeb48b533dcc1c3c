//! DynamoDB: reads, writes, transactions, indexes, expiry, capacity.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use local::aws::{IndexSpec, Projection, TableSpec};

use crate::stage::{self, HandClock, Open, fresh, n, put, s, total};

#[tokio::test]
async fn an_item_is_put_queried_and_deleted() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "1", 7).await;
    let found = client
        .query()
        .table_name("orders")
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", s("order"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.items()[0]["cents"], n(7));
    assert_eq!(
        cloud.scan("orders").unwrap(),
        [serde_json::json!({ "pk": "order", "sk": "1", "cents": 7 })]
    );
    client
        .delete_item()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s("1"))
        .send()
        .await
        .unwrap();
    assert_eq!(total(&client, "1").await, None);
}

#[tokio::test]
async fn a_cancelled_transaction_says_why_and_shows_the_item() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "1", 7).await;
    let check = ConditionCheck::builder()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s("1"))
        .condition_expression("cents = :other")
        .expression_attribute_values(":other", n(8))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    let write = Put::builder()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("2"))
        .build()
        .unwrap();
    let refused = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(write).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await
        .map_err(SdkError::into_service_error);
    let Err(TransactWriteItemsError::TransactionCanceledException(cancelled)) = refused else {
        panic!("{refused:?}");
    };
    let reasons = cancelled.cancellation_reasons();
    assert_eq!(reasons[0].code(), Some("None"));
    assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
    assert_eq!(reasons[1].item().unwrap()["cents"], n(7));
    assert_eq!(cloud.scan("orders").unwrap().len(), 1);
}

#[tokio::test]
async fn a_failed_condition_of_a_single_write_shows_the_item() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "1", 7).await;
    let refused = client
        .put_item()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("1"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
        failed,
    ) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(failed.item().unwrap()["cents"], n(7));
}

#[tokio::test]
async fn what_dynamodb_would_refuse_is_a_validation_exception() {
    let client = stage::dynamodb(&fresh().await, Open);
    let refused = client
        .put_item()
        .table_name("orders")
        .item("pk", n(1))
        .item("sk", s("1"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(refused.meta().code(), Some("ValidationException"));
    let unknown = client
        .get_item()
        .table_name("no-such-table")
        .key("pk", s("1"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(unknown.is_resource_not_found_exception());
}

#[tokio::test]
async fn tables_bear_this_stores_arns() {
    let client = stage::dynamodb(&fresh().await, Open);
    let table = client
        .describe_table()
        .table_name("orders")
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    assert_eq!(
        table.table_arn(),
        Some("arn:aws:dynamodb:eu-central-1:123456789012:table/orders")
    );
}

async fn put_expiring(client: &Client, sk: &str, at: i64) {
    client
        .put_item()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s(sk))
        .item("expiresAt", n(at))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn items_expire_by_the_stores_clock_in_memory_and_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    for data in [None, Some(directory.path().to_owned())] {
        let clock = HandClock::new();
        let cloud = stage::cloud(data, clock.clone()).await;
        let client = stage::dynamodb(&cloud, Open);
        // Both lie in the future of the machine's own clock, whatever it shows.
        let start = clock.seconds();
        put_expiring(&client, "soon", start + 60).await;
        put_expiring(&client, "late", start + 6_000).await;
        assert_eq!(cloud.sweep_expired().unwrap(), 0);
        clock.advance(120);
        assert_eq!(cloud.sweep_expired().unwrap(), 1);
        let left = cloud.scan("orders").unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0]["sk"], "late");
    }
}

#[tokio::test]
async fn capacity_is_metered_per_function() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "before", 1).await;
    cloud.meter_start();
    put(&client, "1", 7).await;
    total(&client, "1").await;
    let write = Put::builder()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("2"))
        .item("duePk", s("due"))
        .item("dueSk", s("2"))
        .build()
        .unwrap();
    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(write).build())
        .send()
        .await
        .unwrap();
    let units = cloud.meter_stop();
    // Half a unit for an eventually consistent read; one for the put; two for the put in a
    // transaction and one for its index entry, which is written outside of it.
    let account = units["orders-create"];
    assert_eq!((account.read_units, account.write_units), (0.5, 4.0));
    assert_eq!((account.calls, account.transactions), (2, 1));
    put(&client, "after", 1).await;
    assert!(cloud.meter().is_empty());
}

/// A put of an item of so many bytes that must not be there yet.
fn new_item(sk: &str, bytes: usize) -> Put {
    Put::builder()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s(sk))
        .item("text", s(&"x".repeat(bytes)))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap()
}

#[tokio::test]
async fn what_is_refused_is_metered_by_the_size_of_its_items() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    put(&client, "1", 7).await;
    cloud.meter_start();
    let write = |item| TransactWriteItem::builder().put(item).build();
    client
        .transact_write_items()
        .transact_items(write(new_item("1", 10)))
        .transact_items(write(new_item("2", 1_500)))
        .send()
        .await
        .unwrap_err();
    let account = cloud.meter()["orders-create"];
    // Twice one unit and twice two, although nothing was written.
    assert_eq!((account.write_units, account.refused_units), (6.0, 6.0));
    assert_eq!((account.transactions, account.cancelled), (1, 1));
    client
        .delete_item()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s("1"))
        .condition_expression("cents = :other")
        .expression_attribute_values(":other", n(8))
        .send()
        .await
        .unwrap_err();
    let account = cloud.meter_stop()["orders-create"];
    assert_eq!((account.write_units, account.calls), (7.0, 1));
}

#[tokio::test]
async fn a_table_that_exists_gets_what_it_lacks_and_keeps_its_items() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    let mut spec = TableSpec {
        name: "grown".to_owned(),
        indexes: Vec::new(),
        stream: false,
    };
    cloud.create_table(&spec).unwrap();
    client
        .put_item()
        .table_name("grown")
        .item("pk", s("1"))
        .item("sk", s("1"))
        .item("a", s("a"))
        .item("b", s("b"))
        .send()
        .await
        .unwrap();
    spec.stream = true;
    spec.indexes.push(IndexSpec {
        name: "byA".to_owned(),
        pk: "a".to_owned(),
        sk: "b".to_owned(),
        projection: Projection::All,
    });
    cloud.create_table(&spec).unwrap();
    cloud.create_table(&spec).unwrap();
    let found = client
        .query()
        .table_name("grown")
        .index_name("byA")
        .key_condition_expression("a = :a")
        .expression_attribute_values(":a", s("a"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    assert!(cloud.stream_records("grown", None, 1).is_ok());
}
