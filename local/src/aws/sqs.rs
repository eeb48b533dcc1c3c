//! SQS: the embedded queues behind SQS's wire protocol, kept durable by the journal.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use data_encoding::BASE64;
use domain::clock::Clock;
use http_body_util::BodyExt;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_http::response::error_to_response;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{
    ChangeMessageVisibilityInput, CreateQueueInput, DeleteMessageBatchInput, DeleteMessageInput,
    GetQueueAttributesInput, PurgeQueueInput, ReceiveMessageInput, SendMessageBatchInput,
    SendMessageInput, StartMessageMoveTaskInput,
};
use rustack_sqs_model::operations::SqsOperation;
use rustack_sqs_model::output::StartMessageMoveTaskOutput;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;

use super::error::CloudError;
use super::journal::{Entry, Journal};
use super::place::{Place, queue_name};
use super::reply::{Reply, amz_json};

/// A standard queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSpec {
    /// Its whole name.
    pub name: String,
    /// How long a received message stays hidden, in seconds.
    pub visibility_timeout_s: u32,
    /// How long a sent message stays hidden, in seconds.
    pub delay_s: u32,
    /// Where messages go that fail again and again.
    pub dead_letters: Option<DeadLetters>,
}

/// Where a queue's failures go. That queue is made by a call of its own, before or after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetters {
    /// The name of the dead-letter queue.
    pub queue: String,
    /// How many receives a message has before it goes there.
    pub max_receive_count: u32,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    /// The queue's name.
    pub name: String,
    /// Messages that can be received.
    pub visible: u64,
    /// Messages that were received and neither deleted nor shown again.
    pub in_flight: u64,
    /// Messages that are not shown yet.
    pub delayed: u64,
    /// Messages in its dead-letter queue, in whatever state.
    pub dead_letters: u64,
}

/// How long a receipt that is being deleted keeps its message hidden, in seconds: long enough for
/// the deletion that follows at once.
const HOLD_WHILE_DELETING_S: i32 = 30;

/// The queues of one store.
pub(crate) struct Sqs {
    pub(super) provider: Arc<RustackSqs>,
    handler: RustackSqsHandler,
    pub(super) journal: Option<Journal>,
    /// Held while a message and its row change together, so that no deletion comes between a
    /// message's sending and its row's writing.
    pub(super) in_step: Mutex<()>,
    specs: RwLock<BTreeMap<String, QueueSpec>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) place: Place,
}

impl Sqs {
    pub(crate) fn new(journal: Option<Journal>, clock: Arc<dyn Clock>, place: Place) -> Self {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: place.region.clone(),
            account_id: place.account.clone(),
            host: "127.0.0.1".to_owned(),
            port: place.sqs_port,
        }));
        Self {
            handler: RustackSqsHandler::new(provider.clone()),
            provider,
            journal,
            in_step: Mutex::new(()),
            specs: RwLock::new(BTreeMap::new()),
            clock,
            place,
        }
    }

    pub(crate) async fn create(&self, spec: &QueueSpec) -> Result<(), CloudError> {
        let mut attributes = HashMap::from([
            (
                "VisibilityTimeout".to_owned(),
                spec.visibility_timeout_s.to_string(),
            ),
            ("DelaySeconds".to_owned(), spec.delay_s.to_string()),
        ]);
        if let Some(dead) = &spec.dead_letters {
            let policy = json!({
                "deadLetterTargetArn": self.place.queue(&dead.queue),
                "maxReceiveCount": dead.max_receive_count,
            });
            attributes.insert("RedrivePolicy".to_owned(), policy.to_string());
        }
        self.provider
            .create_queue(CreateQueueInput {
                queue_name: spec.name.clone(),
                attributes,
                tags: HashMap::new(),
            })
            .await?;
        self.specs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(spec.name.clone(), spec.clone());
        Ok(())
    }

    pub(super) fn specs(&self) -> Vec<QueueSpec> {
        self.specs
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    pub(super) fn spec(&self, queue: &str) -> Option<QueueSpec> {
        self.specs
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(queue)
            .cloned()
    }

    /// The queues whose dead letters `queue` takes.
    pub(super) fn sources(&self, queue: &str) -> Vec<QueueSpec> {
        self.specs()
            .into_iter()
            .filter(|spec| {
                spec.dead_letters
                    .as_ref()
                    .is_some_and(|dead| dead.queue == queue)
            })
            .collect()
    }

    pub(crate) async fn depths(&self) -> Result<Vec<QueueDepth>, CloudError> {
        let mut depths = Vec::new();
        for spec in self.specs() {
            let (visible, in_flight, delayed) = self.counts(&spec.name).await?;
            let dead_letters = match &spec.dead_letters {
                None => 0,
                Some(dead) if self.spec(&dead.queue).is_none() => 0,
                Some(dead) => {
                    let (visible, in_flight, delayed) = self.counts(&dead.queue).await?;
                    visible + in_flight + delayed
                }
            };
            depths.push(QueueDepth {
                name: spec.name,
                visible,
                in_flight,
                delayed,
                dead_letters,
            });
        }
        Ok(depths)
    }

    /// Visible, in flight and delayed messages of a queue.
    pub(super) async fn counts(&self, queue: &str) -> Result<(u64, u64, u64), CloudError> {
        let attributes = self
            .provider
            .get_queue_attributes(GetQueueAttributesInput {
                queue_url: self.place.queue_url(queue),
                attribute_names: vec!["All".to_owned()],
            })
            .await?
            .attributes;
        let count = |state: &str| {
            attributes
                .get(&format!("ApproximateNumberOfMessages{state}"))
                .and_then(|count| count.parse().ok())
                .unwrap_or(0)
        };
        Ok((count(""), count("NotVisible"), count("Delayed")))
    }

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
            SqsOperation::StartMessageMoveTask => {
                answer(&body, |input| self.start_move(input)).await
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
        let id = sent.message_id.clone().unwrap_or_default();
        self.record(vec![self.entry(input, id)])?;
        Ok(sent)
    }

    async fn send_batch(&self, input: SendMessageBatchInput) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let sent = self.provider.send_message_batch(input.clone()).await?;
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

    async fn receive(&self, input: ReceiveMessageInput) -> Result<impl Serialize + use<>, SqsError> {
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
            self.count_receives(journal, &queue, ids).map_err(lost)?;
        }
        Ok(received)
    }

    async fn delete(&self, input: DeleteMessageInput) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let gone = self.deletable(&input.queue_url, &input.receipt_handle).await;
        let deleted = self.provider.delete_message(input).await?;
        self.forget(gone.into_iter().collect())?;
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
        self.forget(gone)?;
        Ok(deleted)
    }

    async fn purge(&self, input: PurgeQueueInput) -> Result<impl Serialize + use<>, SqsError> {
        let _step = self.in_step.lock().await;
        let queue = queue_name(&input.queue_url).to_owned();
        let purged = self.provider.purge_queue(input).await?;
        if let Some(journal) = self.journal_of(&queue) {
            journal
                .remove(|row| self.whereabouts(row) == queue)
                .map_err(lost)?;
        }
        Ok(purged)
    }

    async fn start_move(
        &self,
        input: StartMessageMoveTaskInput,
    ) -> Result<impl Serialize + use<>, SqsError> {
        let queue = queue_name(&input.source_arn);
        self.redrive(queue)
            .await
            .map_err(|error| SqsError::resource_not_found(error.to_string()))?;
        Ok(StartMessageMoveTaskOutput {
            task_handle: Some(BASE64.encode(queue.as_bytes())),
        })
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
        }
    }

    /// The journal, if it covers `queue`: queues that were made through the wire protocol are gone
    /// after a restart, and so are their messages.
    pub(super) fn journal_of(&self, queue: &str) -> Option<&Journal> {
        self.spec(queue)?;
        self.journal.as_ref()
    }

    fn record(&self, rows: Vec<Entry>) -> Result<(), SqsError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| self.spec(&row.queue).is_some())
            .collect();
        journal.write(&rows, &[]).map_err(lost)
    }

    fn forget(&self, gone: Vec<(String, String)>) -> Result<(), SqsError> {
        match &self.journal {
            Some(journal) => journal.write(&[], &gone).map_err(lost),
            None => Ok(()),
        }
    }
}

/// The message that a receipt stands for: receipts begin with its id.
fn message_of(receipt: &str) -> Option<String> {
    let receipt = String::from_utf8(BASE64.decode(receipt.as_bytes()).ok()?).ok()?;
    let (id, _) = receipt.split_once(':')?;
    Some(id.to_owned())
}

/// What a caller is told when the journal cannot be written: to try again.
fn lost(error: CloudError) -> SqsError {
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
    if let Some(code) = error_to_response(error, "")
        .headers_mut()
        .remove("x-amzn-query-error")
    {
        reply.headers_mut().insert("x-amzn-query-error", code);
    }
    reply
}

async fn whole<B: http_body_util::BodyExt<Data = Bytes>>(reply: http::Response<B>) -> Reply {
    let (parts, body) = reply.into_parts();
    let body = match BodyExt::collect(body).await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    http::Response::from_parts(parts, body)
}
