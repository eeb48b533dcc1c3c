//! One store's AWS services together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::clock::Clock;

use super::access::{self, Access, Denial, Gate, Ledger};
use super::account::Accounts;
use super::bell::{Bell, Written};
use super::call::{Call, Service};
use super::dynamodb::{DynamoDb, Snapshot};
use super::error::CloudError;
use super::faults::{Faults, Spared};
use super::journal::Journal;
use super::mail::{Email, Mail};
use super::messages::QueuedMessage;
use super::meter::Meter;
use super::place::Place;
use super::reply::Reply;
use super::secrets;
use super::sqs::{QueueDepth, QueueSpec, Sqs};
use super::streams::CHECKPOINTS;
use super::tables::create_own_table;
use super::token::Tokens;
use super::triggers::HiddenMessage;

/// What a [`Cloud`] is made of.
pub struct CloudConfig {
    /// The directory that keeps everything; made if missing. Without one, everything is in memory
    /// and gone with the process.
    pub data: Option<PathBuf>,
    /// What tables hold from the beginning, where everything is in memory.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The store's clock: it dates mail and streams and lets items expire. Queues run on the
    /// runtime's time instead.
    pub clock: Arc<dyn Clock>,
    /// The region that ARNs name.
    pub region: String,
    /// The account that ARNs name, 12 digits.
    pub account: String,
    /// The port of this machine that queue URLs point to.
    pub sqs_port: u16,
    /// The secrets, values by name.
    pub secrets: BTreeMap<String, String>,
}

/// The embedded AWS services of one store.
pub struct Cloud {
    pub(super) place: Place,
    pub(super) dynamo: DynamoDb,
    sqs: Sqs,
    mail: Mail,
    secrets: RwLock<BTreeMap<String, String>>,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
    pub(super) meter: Meter,
    faults: RwLock<Arc<dyn Faults>>,
    pub(super) tokens: Tokens,
    written: Written,
    /// How far the readers of streams have come, where nothing lasts.
    pub(super) reached: Mutex<BTreeMap<String, String>>,
}

impl Cloud {
    /// Opens the services, with what the data directory holds. Tables and mail are there at once;
    /// queues are there after [`Cloud::create_queue`], and their messages after
    /// [`Cloud::restore_queues`].
    ///
    /// # Errors
    /// If the data directory cannot be used or what it holds cannot be read.
    pub fn open(config: CloudConfig) -> Result<Arc<Self>, CloudError> {
        let place = Place {
            region: config.region,
            account: config.account,
            sqs_port: config.sqs_port,
        };
        let dynamo = DynamoDb::open(
            config.data.as_deref(),
            config.snapshot.as_deref(),
            config.clock.clone(),
            place.clone(),
        )?;
        let kept = dynamo.is_durable().then(|| dynamo.database().clone());
        let journal = Journal::open(kept.clone())?;
        create_own_table(dynamo.database(), CHECKPOINTS)?;
        Ok(Arc::new(Self {
            mail: Mail::open(kept)?,
            sqs: Sqs::new(journal, config.clock.clone(), place.clone()),
            dynamo,
            place,
            secrets: RwLock::new(config.secrets),
            clock: config.clock,
            ledger: Ledger::default(),
            meter: Meter::default(),
            faults: RwLock::new(Arc::new(Spared)),
            tokens: Tokens::default(),
            written: Written::default(),
            reached: Mutex::default(),
        }))
    }

    /// What the tables of a store in memory hold now.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot(&self) -> Result<Snapshot, CloudError> {
        self.write_checkpoints()?;
        self.dynamo.snapshot()
    }

    /// Gives a secret another value.
    pub fn set_secret(&self, name: &str, value: &str) {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), value.to_owned());
    }

    /// Makes a queue. It runs on the async runtime that this is called on. A queue that exists
    /// already must have the same settings.
    ///
    /// # Errors
    /// What the queue service says.
    pub async fn create_queue(&self, spec: &QueueSpec) -> Result<(), CloudError> {
        self.sqs.create(spec).await
    }

    /// The URL that names a queue in calls.
    pub fn queue_url(&self, name: &str) -> String {
        self.place.queue_url(name)
    }

    /// Sends every message again that a former process accepted and nobody deleted. To be called once,
    /// when every queue is made and before anything is sent. Messages that were being dealt with are
    /// visible again; those that had failed stay hidden for the rest of their time, and are returned.
    /// Those that were received as often as their queue allows come back among its dead letters; the
    /// others keep their count for the next restart, while the queue itself counts anew.
    ///
    /// # Errors
    /// What the journal or the queue service says; what was not sent again stays in the journal.
    pub async fn restore_queues(&self) -> Result<Vec<HiddenMessage>, CloudError> {
        self.sqs.restore().await
    }

    /// Puts down until when messages stay hidden that failed, for the next [`Cloud::restore_queues`].
    ///
    /// # Errors
    /// If it cannot be written: then they would be visible after a restart.
    pub async fn keep_hidden(&self, hidden: &[HiddenMessage]) -> Result<(), CloudError> {
        self.sqs.keep_hidden(hidden).await
    }

    /// Every queue and how much it holds, by name.
    ///
    /// # Errors
    /// What the queue service says.
    pub async fn queues(&self) -> Result<Vec<QueueDepth>, CloudError> {
        self.sqs.depths().await
    }

    /// Sends a message to a queue, whatever its body.
    ///
    /// # Errors
    /// If there is no such queue or it does not take the body.
    pub async fn send_raw(&self, queue: &str, body: &str) -> Result<(), CloudError> {
        self.sqs.send_raw(queue, body).await
    }

    /// Moves dead letters back to where they failed and returns how many they were. `queue` is
    /// either a dead-letter queue or a queue that has one.
    ///
    /// # Errors
    /// If there is no such queue, or no dead letters belong to it.
    pub async fn redrive(&self, queue: &str) -> Result<usize, CloudError> {
        self.sqs.redrive(queue).await
    }

    /// The messages that the queues hold, the longest sent first. Nothing is received by looking.
    ///
    /// # Errors
    /// What the queue service says.
    pub async fn messages(&self) -> Result<Vec<QueuedMessage>, CloudError> {
        self.sqs.messages().await
    }

    /// The captured mail, oldest first.
    pub fn emails(&self) -> Vec<Email> {
        self.mail.sent()
    }

    /// How many mails are captured.
    pub fn email_count(&self) -> usize {
        self.mail.count()
    }

    /// Sets what decides over faults from now on; `None` for no faults.
    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        let faults = faults.unwrap_or_else(|| Arc::new(Spared));
        *self.faults.write().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Rings with every write to a table, for whoever waits for something new in its stream.
    pub(crate) fn written(&self, table: &str) -> Arc<Bell> {
        self.written.bell(table)
    }

    /// How often something was written.
    pub(crate) fn writes(&self) -> u64 {
        self.written.count()
    }

    /// Rings when there may be something new in a queue.
    pub(crate) fn arrived(&self, queue: &str) -> Arc<Bell> {
        self.sqs.bell(queue)
    }

    /// Every permission that was used, as (function, action, resource).
    pub fn used(&self) -> BTreeSet<(String, String, String)> {
        self.ledger.used()
    }

    /// Every permission that was asked for and refused, in order.
    pub fn denials(&self) -> Vec<Denial> {
        self.ledger.denials()
    }

    /// Starts to sum what is billed for, from zero.
    pub fn meter_start(&self) {
        self.meter.start();
    }

    /// What was billed for so far, by function.
    pub fn meter(&self) -> Accounts {
        self.meter.so_far()
    }

    /// Stops to sum what is billed for, and returns it by function.
    pub fn meter_stop(&self) -> Accounts {
        self.meter.stop()
    }

    /// Counts an invocation of a function.
    pub(crate) fn meter_invocation(&self, function: &str) {
        self.meter.invocation(function);
    }

    /// Puts what a call needs before `gate`; the first refusal is returned.
    pub(super) fn admit(&self, gate: &dyn Gate, function: &str, call: &Call) -> Result<(), Access> {
        let needed = access::needed(call, &self.place, &self.dynamo);
        self.admit_all(gate, function, needed)
    }

    pub(super) fn admit_all(
        &self,
        gate: &dyn Gate,
        function: &str,
        needed: Vec<Access>,
    ) -> Result<(), Access> {
        self.ledger.admit(gate, function, needed)
    }

    /// What decides over faults now.
    pub(crate) fn faults(&self) -> Arc<dyn Faults> {
        let faults = self.faults.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&faults)
    }

    /// Carries a call out.
    pub(super) async fn perform(&self, function: &str, call: &Call) -> Reply {
        let priced = self.meter.priced(call);
        let reply = self.carry_out(&priced).await;
        let db = self.dynamo.database();
        self.meter.charge(function, &priced, &reply, db);
        if call.may_write() {
            self.written.by(call);
        }
        reply
    }

    async fn carry_out(&self, call: &Call) -> Reply {
        match call.service {
            Service::DynamoDb | Service::DynamoDbStreams => {
                self.dynamo.call(call.service, &call.operation, &call.body)
            }
            Service::Sqs => self.sqs.call(&call.operation, call.body.clone()).await,
            Service::Ses => self.mail.send(&call.body, self.clock.now()),
            Service::SecretsManager => {
                let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
                secrets::call(&secrets, &self.place, &call.operation, &call.body)
            }
        }
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
