//! Faults: each kind looks as it does in AWS, and is executed or not as it says.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use local::aws::Fault;

use crate::stage::{self, Open, Script, fresh, n, s, total};

async fn put_under(fault: Fault) -> (Result<(), SdkError<PutItemError>>, bool) {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    cloud.set_faults(Some(Script::new([fault])));
    let done = client
        .put_item()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s("1"))
        .item("cents", n(7))
        .send()
        .await;
    cloud.set_faults(None);
    let executed = total(&client, "1").await.is_some();
    (done.map(|_| ()), executed)
}

#[tokio::test]
async fn a_single_write_meets_every_kind_of_fault() {
    let (done, executed) = put_under(Fault::None).await;
    assert!(done.is_ok() && executed);

    let (done, executed) = put_under(Fault::Conflict).await;
    let error = done.unwrap_err().into_service_error();
    assert!(error.is_transaction_conflict_exception() && !executed);

    let (done, executed) = put_under(Fault::Throttled).await;
    let error = done.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("ThrottlingException"));
    assert!(!executed);

    let (done, executed) = put_under(Fault::InternalError).await;
    let error = done.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    assert!(error.into_service_error().is_internal_server_error() && !executed);

    let (done, executed) = put_under(Fault::Drop).await;
    assert!(matches!(done, Err(SdkError::DispatchFailure(failure)) if failure.is_io()));
    assert!(!executed);

    let (done, executed) = put_under(Fault::LoseReply).await;
    assert!(matches!(done, Err(SdkError::DispatchFailure(failure)) if failure.is_io()));
    assert!(executed);
}

#[tokio::test]
async fn a_conflicting_transaction_is_cancelled_with_one_reason_per_action() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    cloud.set_faults(Some(Script::new([Fault::Conflict])));
    let action = |sk: &str| {
        let put = Put::builder()
            .table_name("orders")
            .item("pk", s("order"))
            .item("sk", s(sk))
            .build()
            .unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let transaction = || {
        client
            .transact_write_items()
            .transact_items(action("1"))
            .transact_items(action("2"))
            .send()
    };
    let refused = transaction().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = refused else {
        panic!("{refused:?}");
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    assert!(cloud.scan("orders").unwrap().is_empty());
    transaction().await.unwrap();
    assert_eq!(cloud.scan("orders").unwrap().len(), 2);
}

#[tokio::test]
async fn a_repeated_transaction_with_the_same_token_is_executed_once() {
    let cloud = fresh().await;
    let client = stage::dynamodb(&cloud, Open);
    let update = || {
        let update = aws_sdk_dynamodb::types::Update::builder()
            .table_name("orders")
            .key("pk", s("order"))
            .key("sk", s("1"))
            .update_expression("ADD cents :one")
            .expression_attribute_values(":one", n(1))
            .build()
            .unwrap();
        client
            .transact_write_items()
            .client_request_token("token")
            .transact_items(TransactWriteItem::builder().update(update).build())
            .send()
    };
    cloud.set_faults(Some(Script::new([Fault::LoseReply])));
    update().await.unwrap_err();
    update().await.unwrap();
    assert_eq!(total(&client, "1").await, Some(n(1)));
}

#[tokio::test]
async fn a_conflict_is_nothing_to_a_queue() {
    let cloud = fresh().await;
    cloud.set_faults(Some(Script::new([Fault::Conflict, Fault::Throttled])));
    let client = stage::sqs(&cloud, Open);
    let send = || {
        client
            .send_message()
            .queue_url(cloud.queue_url("work"))
            .message_body("x")
            .send()
    };
    send().await.unwrap();
    let refused = send().await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("ThrottlingException"));
}
