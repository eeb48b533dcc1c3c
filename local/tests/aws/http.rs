//! The services over sockets, as other processes reach them.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::stage::fresh;

/// Sends one request as the AWS CLI would and returns the whole response.
async fn exchange(port: u16, target: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: {target}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=key\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn every_service_answers_on_the_ports() {
    let cloud = fresh().await;
    let dynamodb = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sqs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dynamodb_port = dynamodb.local_addr().unwrap().port();
    let sqs_port = sqs.local_addr().unwrap().port();
    let server = tokio::spawn(Arc::clone(&cloud).serve(dynamodb, sqs));

    let tables = exchange(dynamodb_port, "DynamoDB_20120810.ListTables", "/", "{}").await;
    assert!(tables.starts_with("HTTP/1.1 200"), "{tables}");
    assert!(tables.contains(r#""orders""#), "{tables}");

    let queues = exchange(sqs_port, "AmazonSQS.ListQueues", "/", "{}").await;
    assert!(
        queues.contains("http://127.0.0.1:9324/123456789012/work"),
        "{queues}"
    );

    let secret = exchange(
        dynamodb_port,
        "secretsmanager.GetSecretValue",
        "/",
        r#"{"SecretId":"signing-key"}"#,
    )
    .await;
    assert!(secret.contains("s3cret"), "{secret}");

    let streams = exchange(
        dynamodb_port,
        "DynamoDBStreams_20120810.ListStreams",
        "/",
        "{}",
    )
    .await;
    assert!(
        streams.contains("arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/"),
        "{streams}"
    );

    let unknown = exchange(dynamodb_port, "Kinesis.PutRecord", "/", "{}").await;
    assert!(unknown.starts_with("HTTP/1.1 404"), "{unknown}");
    let garbage = exchange(dynamodb_port, "DynamoDB_20120810.GetItem", "/", "{").await;
    assert!(garbage.starts_with("HTTP/1.1 400"), "{garbage}");
    server.abort();
}
