//! The embedded queues: which there are, how they are set up, how full they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::clock::Clock;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_model::input::{CreateQueueInput, GetQueueAttributesInput};
use serde_json::json;

use super::bell::Bell;
use super::error::CloudError;
use super::journal::Journal;
use super::move_tasks::MoveTasks;
use super::place::Place;

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

/// The queues of one store.
pub(crate) struct Sqs {
    pub(super) provider: Arc<RustackSqs>,
    pub(super) handler: RustackSqsHandler,
    pub(super) journal: Journal,
    pub(super) moves: MoveTasks,
    /// Held while a message and its row change together, so that no deletion comes between a
    /// message's sending and its row's writing.
    pub(super) in_step: tokio::sync::Mutex<()>,
    specs: RwLock<BTreeMap<String, QueueSpec>>,
    bells: Mutex<BTreeMap<String, Arc<Bell>>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) place: Place,
}

impl Sqs {
    pub(crate) fn new(journal: Journal, clock: Arc<dyn Clock>, place: Place) -> Self {
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
            moves: MoveTasks::default(),
            in_step: tokio::sync::Mutex::new(()),
            specs: RwLock::new(BTreeMap::new()),
            bells: Mutex::new(BTreeMap::new()),
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

    /// Rings when there may be something new in a queue.
    pub(crate) fn bell(&self, queue: &str) -> Arc<Bell> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(queue.to_owned()).or_default())
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

    /// Forgets a queue that was deleted.
    pub(super) fn drop_spec(&self, queue: &str) {
        self.specs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(queue);
    }

    /// The journal, if it covers `queue`: queues that were made through the wire protocol are gone
    /// after a restart, and so are their messages.
    pub(super) fn journal_of(&self, queue: &str) -> Option<&Journal> {
        self.spec(queue).map(|_| &self.journal)
    }
}
