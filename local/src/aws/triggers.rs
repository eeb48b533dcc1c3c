//! What Lambda does on a function's behalf to bring it messages, with that function's permissions,
//! and what somebody at the console does with queues and tables outside every function.
//!
//! Faults are not injected here: they befall functions, and how AWS polls is AWS's own matter.

use std::time::Duration;

use bytes::Bytes;
use domain::clock::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::Access;
use super::call::{Call, Service};
use super::cloud::Cloud;
use super::connector::Connector;
use super::error::CloudError;
use super::streams::Chunk;

/// SQS hands out no more at once.
const LARGEST_RECEIVE: u16 = 10;

/// Whose calls are made for nobody in particular.
const CONSOLE: &str = "console";

/// A message that was received and is hidden until its visibility timeout ends.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Received {
    /// The message's id.
    pub message_id: String,
    /// What deletes it.
    pub receipt_handle: String,
    /// Its body.
    pub body: String,
    /// What SQS says about it: when it was sent, how often it was received.
    #[serde(default)]
    pub attributes: Map<String, Value>,
    /// The digest of its body.
    #[serde(rename = "MD5OfBody", default)]
    pub md5_of_body: String,
}

/// A message that failed and stays hidden for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenMessage {
    /// The queue it is in.
    pub queue: String,
    /// What shows or deletes it.
    pub receipt: String,
    /// When it comes again.
    pub until: Timestamp,
}

impl Connector {
    /// Receives up to `most` messages (10 at most) of a queue, and waits for one for up to `wait`
    /// (20 s at most).
    ///
    /// # Errors
    /// If the function may not receive from the queue, or what the queue service says.
    pub async fn receive(
        &self,
        queue: &str,
        most: u16,
        wait: Duration,
    ) -> Result<Vec<Received>, CloudError> {
        #[derive(Deserialize)]
        struct Reply {
            #[serde(rename = "Messages", default)]
            messages: Vec<Received>,
        }
        let request = json!({
            "QueueUrl": self.cloud.queue_url(queue),
            "MaxNumberOfMessages": most.min(LARGEST_RECEIVE),
            "WaitTimeSeconds": wait.as_secs().min(20),
            "AttributeNames": ["All"],
        });
        let reply = self.permitted("ReceiveMessage", &request).await?;
        let Reply { messages } = serde_json::from_value(reply)?;
        Ok(messages)
    }

    /// Deletes a message that was dealt with.
    ///
    /// # Errors
    /// If the function may not delete from the queue, or what the queue service says.
    pub async fn delete(&self, queue: &str, receipt: &str) -> Result<(), CloudError> {
        let request = json!({
            "QueueUrl": self.cloud.queue_url(queue),
            "ReceiptHandle": receipt,
        });
        self.permitted("DeleteMessage", &request).await.map(drop)
    }

    /// The new items of a kind in a table's stream, as [`Cloud::new_items`] has them.
    ///
    /// # Errors
    /// If the function may not read the stream, or what the database says.
    pub fn new_items(
        &self,
        table: &str,
        kind: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Chunk, CloudError> {
        let stream = self.cloud.stream_arn(table);
        let needed = ["DescribeStream", "GetShardIterator", "GetRecords"].map(|operation| Access {
            action: format!("dynamodb:{operation}"),
            resource: stream.clone(),
        });
        self.cloud
            .admit_all(self.gate.as_ref(), &self.function, needed.into())
            .map_err(refused)?;
        let chunk = self.cloud.new_items(table, kind, after, limit)?;
        if chunk.count > 0 {
            self.cloud.meter.stream_read(&self.function);
        }
        Ok(chunk)
    }

    /// Sends a message with the function's permissions: what could not be placed elsewhere.
    ///
    /// # Errors
    /// If the function may not send to the queue, or what the queue service says.
    pub async fn send(&self, queue: &str, body: &str) -> Result<(), CloudError> {
        let request = json!({
            "QueueUrl": self.cloud.queue_url(queue),
            "MessageBody": body,
        });
        self.permitted("SendMessage", &request).await.map(drop)
    }

    async fn permitted(&self, operation: &str, request: &Value) -> Result<Value, CloudError> {
        let call = call(Service::Sqs, operation, request);
        self.cloud
            .admit(self.gate.as_ref(), &self.function, &call)
            .map_err(refused)?;
        self.cloud.answered(&self.function, &call).await
    }
}

impl Cloud {
    /// Shows a hidden message again before its visibility timeout ends.
    ///
    /// # Errors
    /// If it is not hidden any more, or what else the queue service says.
    pub async fn reveal(&self, queue: &str, receipt: &str) -> Result<(), CloudError> {
        let request = json!({
            "QueueUrl": self.queue_url(queue),
            "ReceiptHandle": receipt,
            "VisibilityTimeout": 0,
        });
        let call = call(Service::Sqs, "ChangeMessageVisibility", &request);
        self.answered(CONSOLE, &call).await?;
        self.arrived(queue).ring();
        Ok(())
    }

    /// Carries out a DynamoDB operation outside every function, in DynamoDB's own JSON.
    ///
    /// # Errors
    /// [`CloudError::Refused`] with what DynamoDB says.
    pub async fn dynamodb(&self, operation: &str, request: &Value) -> Result<Value, CloudError> {
        let call = call(Service::DynamoDb, operation, request);
        self.answered(CONSOLE, &call).await
    }

    async fn answered(&self, function: &str, call: &Call) -> Result<Value, CloudError> {
        let reply = self.perform(function, call).await;
        if !reply.status().is_success() {
            let why = String::from_utf8_lossy(reply.body()).into_owned();
            return Err(CloudError::Refused(why));
        }
        if reply.body().is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(reply.body())?)
    }
}

fn call(service: Service, operation: &str, request: &Value) -> Call {
    Call {
        service,
        operation: operation.to_owned(),
        body: Bytes::from(request.to_string()),
    }
}

fn refused(access: Access) -> CloudError {
    let Access { action, resource } = access;
    CloudError::Refused(format!("{action} on {resource} is not granted"))
}
