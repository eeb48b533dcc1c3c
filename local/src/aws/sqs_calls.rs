//! SQS: the embedded queues behind SQS's wire protocol, every change of a message in step with its
//! row in the journal.

use std::future::Future;

use bytes::Bytes;
use data_encoding::BASE64;
use http::HeaderValue;
use http_body_util::BodyExt;
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{
    ChangeMessageVisibilityInput, DeleteMessageBatchInput, DeleteMessageInput, DeleteQueueInput,
    PurgeQueueInput, ReceiveMessageInput, SendMessageBatchInput, SendMessageInput,
};
use rustack_sqs_model::operations::SqsOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::error::CloudError;
use super::journal::Entry;
use super::place::queue_name;
use super::reply::{Reply, amz_json};
use super::sqs::Sqs;

/// How long a receipt that is being deleted keeps its message hidden, in seconds: long enough for
/// the deletion that follows at once.
const HOLD_WHILE_DELETING_S: i32 = 30;

impl Sqs {
    /// Carries out one operation.
    pub(crate) async fn call(&self, operation: &str, body: Bytes) -> Reply {
        let Some(known) = SqsOperation::from_name(operation) else {
            return refused(&SqsError::unknown_operation(operation));
        };
        match known {
            SqsOperation::SendMessage => answer(&body, |input| self.send(input)).await,
            SqsOperation::SendMessageBatch => answer(&body, |input| self.send_batch(input)).await,
            SqsOperation::ReceiveMessage => answer(&body, |input| self.receive(input)).await,
            SqsOperation::DeleteMessage => answer(&body, |input| self.delete(input)).await,
            SqsOperation::DeleteMessageBatch => {
                answer(&body, |input| self.delete_batch(input)).await
            }
            SqsOperation::PurgeQueue => answer(&body, |input| self.purge(input)).await,
            SqsOperation::DeleteQueue => answer(&body, |input| self.delete_queue(input)).await,
            SqsOperation::StartMessageMoveTask => {
                answer(&body, |input| self.start_move(input)).await
            }
            SqsOperation::ListMessageMoveTasks => {
                answer(&body, async |input| self.list_moves(&input)).await
            }
            SqsOperation::CancelMessageMoveTask => {
                answer(&body, async |input| Self::cancel_move(&input)).await
            }
            other => match dispatch_operation(&self.handler, other, body).await {
                Ok(reply) => whole(reply).await,
                Err(error) => refused(&error),
            },
        }
    }

    pub(super) async fn send(
        &self,
        input: SendMessageInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let sent = self.provider.send_message(input.clone()).await?;
        self.bell(queue_name(&input.queue_url)).ring();
        let id = sent.message_id.clone().unwrap_or_default();
        self.record(vec![self.entry(input, id)])?;
        Ok(sent)
    }

    async fn send_batch(
        &self,
        input: SendMessageBatchInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let sent = self.provider.send_message_batch(input.clone()).await?;
        self.bell(queue_name(&input.queue_url)).ring();
        let rows = input
            .entries
            .into_iter()
            .filter_map(|entry| {
                let accepted = sent.successful.iter().find(|done| done.id == entry.id)?;
                let input = SendMessageInput {
                    queue_url: input.queue_url.clone(),
                    message_body: entry.message_body,
                    delay_seconds: entry.delay_seconds,
                    message_deduplication_id: entry.message_deduplication_id,
                    message_group_id: entry.message_group_id,
                    message_attributes: entry.message_attributes,
                    message_system_attributes: entry.message_system_attributes,
                };
                Some(self.entry(input, accepted.message_id.clone()))
            })
            .collect();
        self.record(rows)?;
        Ok(sent)
    }

    async fn receive(
        &self,
        input: ReceiveMessageInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let queue = queue_name(&input.queue_url).to_owned();
        // A long poll must not keep senders waiting, so the lock is taken when it is over.
        let received = self.provider.receive_message(input).await?;
        if received.messages.is_empty() {
            return Ok(received);
        }
        let _step = self.in_step.lock().await;
        if let Some(journal) = self.journal_of(&queue) {
            let ids = received
                .messages
                .iter()
                .filter_map(|message| message.message_id.as_deref());
            self.count_receives(journal, &queue, ids)
                .map_err(|error| lost(&error))?;
        }
        Ok(received)
    }

    async fn delete(&self, input: DeleteMessageInput) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let gone = self
            .deletable(&input.queue_url, &input.receipt_handle)
            .await;
        let deleted = self.provider.delete_message(input).await?;
        self.forget(gone.as_slice())?;
        Ok(deleted)
    }

    async fn delete_batch(
        &self,
        input: DeleteMessageBatchInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let mut gone = Vec::new();
        for entry in &input.entries {
            gone.extend(
                self.deletable(&input.queue_url, &entry.receipt_handle)
                    .await,
            );
        }
        let deleted = self.provider.delete_message_batch(input).await?;
        self.forget(&gone)?;
        Ok(deleted)
    }

    async fn purge(&self, input: PurgeQueueInput) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let queue = queue_name(&input.queue_url).to_owned();
        let purged = self.provider.purge_queue(input).await?;
        if let Some(journal) = self.journal_of(&queue) {
            journal
                .remove(|row| self.whereabouts(row) == queue)
                .map_err(|error| lost(&error))?;
        }
        Ok(purged)
    }

    async fn delete_queue(
        &self,
        input: DeleteQueueInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let queue = queue_name(&input.queue_url).to_owned();
        let deleted = self.provider.delete_queue(input).await?;
        if let Some(journal) = self.journal_of(&queue) {
            journal
                .remove(|row| self.whereabouts(row) == queue)
                .map_err(|error| lost(&error))?;
        }
        self.drop_spec(&queue);
        Ok(deleted)
    }

    /// The row that goes when `receipt` is deleted: none if the receipt has lapsed, for then the
    /// message stays.
    async fn deletable(&self, queue_url: &str, receipt: &str) -> Option<(String, String)> {
        let queue = queue_name(queue_url);
        self.journal_of(queue)?;
        let held = self
            .provider
            .change_message_visibility(ChangeMessageVisibilityInput {
                queue_url: queue_url.to_owned(),
                receipt_handle: receipt.to_owned(),
                visibility_timeout: HOLD_WHILE_DELETING_S,
            })
            .await;
        held.ok()?;
        Some((queue.to_owned(), message_of(receipt)?))
    }

    fn entry(&self, input: SendMessageInput, id: String) -> Entry {
        Entry {
            queue: queue_name(&input.queue_url).to_owned(),
            id,
            sent: input,
            at: self.clock.now().as_millis(),
            received: 0,
            origin: None,
            hidden_until: None,
        }
    }

    fn record(&self, rows: Vec<Entry>) -> Result<(), SqsError> {
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| self.spec(&row.queue).is_some())
            .collect();
        self.journal.write(&rows, &[]).map_err(|error| lost(&error))
    }

    fn forget(&self, gone: &[(String, String)]) -> Result<(), SqsError> {
        self.journal.write(&[], gone).map_err(|error| lost(&error))
    }
}

/// The message that a receipt stands for: receipts begin with its id.
pub(super) fn message_of(receipt: &str) -> Option<String> {
    let receipt = String::from_utf8(BASE64.decode(receipt.as_bytes()).ok()?).ok()?;
    let (id, _) = receipt.split_once(':')?;
    Some(id.to_owned())
}

/// What a caller is told when the journal cannot be written: to try again.
fn lost(error: &CloudError) -> SqsError {
    tracing::error!(%error, "the queue journal failed");
    SqsError::internal_error("the message cannot be kept")
}

async fn answer<Q, R, F>(body: &[u8], operation: impl FnOnce(Q) -> F) -> Reply
where
    Q: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, SqsError>>,
{
    let input = match serde_json::from_slice(body) {
        Ok(input) => input,
        Err(error) => return refused(&SqsError::invalid_parameter_value(error.to_string())),
    };
    let output = match operation(input).await {
        Ok(output) => output,
        Err(error) => return refused(&error),
    };
    match serde_json::to_vec(&output) {
        Ok(output) => amz_json(200, output),
        Err(error) => refused(&SqsError::internal_error(error.to_string())),
    }
}

fn refused(error: &SqsError) -> Reply {
    let body = json!({ "__type": error.code.error_type(), "message": error.message });
    let mut reply = amz_json(error.code.status_code().as_u16(), body.to_string());
    // SDKs that grew up with the older protocol read the code from here.
    if let Ok(code) = HeaderValue::from_str(&error.code.query_error_header()) {
        reply.headers_mut().insert("x-amzn-query-error", code);
    }
    reply
}

async fn whole<B: BodyExt<Data = Bytes>>(reply: http::Response<B>) -> Reply {
    let (parts, body) = reply.into_parts();
    let body = match BodyExt::collect(body).await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    http::Response::from_parts(parts, body)
}
