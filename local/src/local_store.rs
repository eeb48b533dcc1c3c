//! A whole store in one process.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::{Clock, Timestamp};
use serde_json::Value;
use store::Wiring;
use store::queues::{QUEUES, Queue};
use store::tables::TABLES;
use tokio::time::Instant;

use crate::aws::{Cloud, CloudError, Denial, Faults, QueueDepth, QueuedMessage, Snapshot};
use crate::console;
use crate::copied;
use crate::error::{InvokeError, OpenError};
use crate::failures::Failures;
use crate::functions::Functions;
use crate::gateway::{self, Answered, Asked, Response};
use crate::options::{Beginning, Options};
use crate::requests::{Request, Requests};
use crate::seed;
use crate::sources::queues::QueueSource;
use crate::sources::{Sources, schedules};
use crate::stack::Stack;

/// Where requests come from that do not come over a socket.
const THIS_MACHINE: &str = "127.0.0.1";
/// The name that handles of the store's own use the services under.
const OWN: &str = "store";
/// How often [`Store::settle_all`] lets hidden messages come again: more often than any message is
/// received before it goes to the dead letters.
const MOST_RETURNS: u32 = 50;

/// A whole store: its services, its functions, and what starts them.
///
/// Nothing happens behind its user's back: requests are answered when they are made, and streams,
/// queues and schedules move when they are pumped, or for as long as [`Store::run`] is polled.
pub struct Store {
    pub(crate) stack: Stack,
    pub(crate) functions: Functions,
    pub(crate) sources: Sources,
    pub(crate) requests: Requests,
    pub(crate) failures: Arc<Failures>,
}

impl Store {
    /// Opens a store, with what its data directory holds. Functions start when there is something for
    /// them to do. A store that was never filled gets its demo data, if the options say so, and settles.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: Options) -> Result<Arc<Self>, OpenError> {
        let is_alike = options.data.is_none() && !options.demo_orders;
        let snapshot = match &options.beginning {
            Beginning::Snapshot(given) => Some(Arc::clone(given)),
            Beginning::LikeOthers if is_alike => Some(copied::beginning(options.seed).await?),
            Beginning::LikeOthers | Beginning::Empty => None,
        };
        Self::begin(options, snapshot).await
    }

    pub(crate) async fn begin(
        options: Options,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Result<Arc<Self>, OpenError> {
        let stack = Box::pin(Stack::open(&options, snapshot)).await?;
        let filled = Box::pin(fill(&stack, &options)).await?;
        let functions = Functions::here(&stack, options.instances);
        if options.warm {
            functions.warm().await?;
        }
        seed::publish_key(&stack).await?;
        let store = Self::of(stack, functions, options.failures);
        if filled && options.settled {
            store.settle().await;
        }
        Ok(store)
    }

    /// Opens a store whose functions are run by `cargo lambda watch`, which takes invocations at
    /// `watched`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_watched(
        options: Options,
        watched: std::net::SocketAddr,
    ) -> Result<Arc<Self>, OpenError> {
        let stack = Box::pin(Stack::open(&options, None)).await?;
        Box::pin(fill(&stack, &options)).await?;
        seed::publish_key(&stack).await?;
        let functions = Functions::Watched(watched);
        Ok(Self::of(stack, functions, options.failures))
    }

    fn of(stack: Stack, functions: Functions, failures: Arc<Failures>) -> Arc<Self> {
        Arc::new(Self {
            sources: Sources::of(&stack),
            stack,
            functions,
            requests: Requests::default(),
            failures,
        })
    }

    /// What its tables hold now, for others to begin with.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot(&self) -> Result<Snapshot, CloudError> {
        self.stack.cloud.snapshot()
    }

    /// Answers a request: `target` is path and query. Headers are given and returned as pairs.
    pub async fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Response {
        self.request_from(THIS_MACHINE, method, target, headers, body)
            .await
    }

    /// Answers a request that comes from a network address.
    pub async fn request_from(
        &self,
        address: &str,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Response {
        let asked = Asked {
            method,
            target,
            headers,
            body,
            source: address,
        };
        // All routes are within: whoever waits for one need not have room for all.
        Box::pin(self.answer(&asked)).await
    }

    pub(crate) async fn answer(&self, asked: &Asked<'_>) -> Response {
        if console::owns(asked.path()) {
            return console::answer(self, asked).await;
        }
        let began = Instant::now();
        let Answered { response, function } =
            gateway::answer(&self.stack, &self.functions, asked).await;
        self.requests.keep(Request {
            at: self.now(),
            method: asked.method.to_owned(),
            target: asked.target.to_owned(),
            status: response.status,
            took: began.elapsed(),
            function,
            trace: response.header("x-trace-id").map(str::to_owned),
        });
        response
    }

    /// Has a function handle a raw Lambda event, and returns its raw answer.
    ///
    /// # Errors
    /// [`InvokeError`], also when the function itself reports a failure.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<String, InvokeError> {
        self.functions.invoke(function, event.to_owned()).await
    }

    /// Hands over what is new in the streams, and returns how many records that was.
    pub async fn pump_streams(&self) -> usize {
        let mut pumped = 0;
        for source in &self.sources.streams {
            pumped += logged(source.pump(&self.stack, &self.functions).await);
        }
        pumped
    }

    /// Has the messages dealt with that the queues hold, and returns how many that was.
    pub async fn pump_queues(&self) -> usize {
        let mut pumped = 0;
        for source in &self.sources.queues {
            loop {
                match logged(self.pump_queue(source).await) {
                    0 => break,
                    some => pumped += some,
                }
            }
        }
        pumped
    }

    async fn pump_queue(&self, source: &QueueSource) -> Result<usize, CloudError> {
        let messages = source.receive(&self.stack, Duration::ZERO).await?;
        source
            .deal_with(&self.stack, &self.functions, &messages)
            .await
    }

    /// Runs every scheduled function once.
    pub async fn run_schedules(&self) {
        for function in &self.sources.schedules {
            schedules::run(&self.stack, &self.functions, function).await;
        }
    }

    /// Pumps until streams and queues are quiet. Messages that failed stay hidden; schedules do not
    /// run.
    pub async fn settle(&self) {
        while self.pump_streams().await + self.pump_queues().await > 0 {}
    }

    /// Like [`Store::settle`], and moves the store's time forward for as long as hidden messages
    /// wait to come again: in the end each is dealt with or a dead letter.
    pub async fn settle_all(&self) {
        self.settle().await;
        for _ in 0..MOST_RETURNS {
            let Some(until) = self.stack.hidden.next() else {
                return;
            };
            self.advance(until.since(self.now())).await;
            self.settle().await;
        }
    }

    /// Moves the store's time forward: what has expired is swept, hidden messages whose time has
    /// come are shown again, and every schedule runs once.
    pub async fn advance(&self, by: Duration) {
        self.move_clock(by);
        if let Err(error) = self.stack.cloud.sweep_expired() {
            tracing::error!(%error, "what has expired is still there");
        }
        self.catch_up().await;
    }

    /// As [`Store::advance`], but what has expired is still there: `DynamoDB` may take days to delete it.
    pub async fn advance_unswept(&self, by: Duration) {
        self.move_clock(by);
        self.catch_up().await;
    }

    fn move_clock(&self, by: Duration) {
        let ahead = self.stack.clock.advance(by);
        if let Err(error) = self.stack.keep_clock(ahead) {
            tracing::error!(%error, "time has moved, and will not have after a restart");
        }
    }

    /// What a moved clock brings with it.
    async fn catch_up(&self) {
        let stack = &self.stack;
        stack.hidden.reveal(&stack.cloud, self.now()).await;
        self.run_schedules().await;
    }

    /// The store's time.
    pub fn now(&self) -> Timestamp {
        self.stack.clock.now()
    }

    /// Throws away every message of a consumer's queue, hidden ones too, as an accident might.
    pub async fn lose_messages(&self, queue: &str) {
        for source in &self.sources.queues {
            if source.queue.name == queue {
                let lost = source.lose_all(&self.stack).await;
                if let Err(error) = lost {
                    tracing::error!(queue, %error, "the messages are still there");
                }
            }
        }
    }

    /// Puts new instances in the place of those that wait for events, as a deployment does.
    pub fn replace_functions(&self) {
        self.functions.replace();
    }

    /// What handles of the store's own are wired from, to which everything is allowed: they fill
    /// tables faster than requests could.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn wiring(&self) -> Result<Wiring, OpenError> {
        self.stack.own_wiring(OWN)
    }

    /// Every permission that a function asked for and did not have.
    pub fn denials(&self) -> Vec<Denial> {
        self.stack.cloud.denials()
    }

    /// Sets what decides over faults in the functions' calls from now on; `None` for no faults.
    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        self.stack.cloud.set_faults(faults);
    }

    /// The present moment and randomness, for what is staged with handles of the store's user.
    pub fn stamp(&self) -> store::event::Stamp {
        seed::stamp(&self.stack)
    }

    /// The embedded services.
    pub fn cloud(&self) -> &Arc<Cloud> {
        &self.stack.cloud
    }

    /// What everything is called.
    pub fn naming(&self) -> &registry::naming::Naming {
        &self.stack.naming
    }

    /// Every queue that messages are meant for, under its short name, and how much it holds.
    ///
    /// # Errors
    /// What the queue service says.
    pub async fn queues(&self) -> Result<Vec<QueueDepth>, CloudError> {
        let depths = self.stack.cloud.queues().await?;
        let meant = QUEUES
            .into_iter()
            .map(|queue| (self.stack.naming.queue(queue), queue.name))
            .chain([(self.stack.naming.unplaced(), UNPLACED)]);
        Ok(meant
            .filter_map(|(name, short)| {
                let depth = depths.iter().find(|depth| depth.name == name)?;
                Some(QueueDepth {
                    name: short.to_owned(),
                    ..depth.clone()
                })
            })
            .collect())
    }

    /// The events in the outboxes, each in its envelope, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn events(&self) -> Result<Vec<Value>, CloudError> {
        let mut events = Vec::new();
        for table in TABLES.into_iter().filter(|table| table.stream) {
            for item in self.stack.cloud.scan(&self.stack.naming.table(table))? {
                if item["kind"] == "event" {
                    let envelope = item["event"].as_str().unwrap_or_default();
                    events.push(serde_json::from_str(envelope)?);
                }
            }
        }
        // Ids begin with their time, and later ones of one millisecond come in no order anyway.
        events.sort_by_cached_key(|event: &Value| event["id"].as_str().map(str::to_owned));
        Ok(events)
    }

    /// The messages that the queues hold, the longest sent first, each under its queue's short name.
    ///
    /// # Errors
    /// What the queue service says.
    pub async fn messages(&self) -> Result<Vec<QueuedMessage>, CloudError> {
        let short = |name: String| {
            let meant = QUEUES
                .into_iter()
                .find(|queue| self.stack.naming.queue(queue) == name);
            match meant {
                Some(queue) => queue.name.to_owned(),
                None if name == self.stack.naming.unplaced() => UNPLACED.to_owned(),
                None => name,
            }
        };
        let messages = self.stack.cloud.messages().await?.into_iter();
        let named = messages.map(|message| QueuedMessage {
            queue: short(message.queue),
            ..message
        });
        Ok(named.collect())
    }

    /// The whole name of a queue that is given by its short or its whole name.
    pub(crate) fn queue_name(&self, name: &str) -> String {
        let by_short_name = |queue: &'static Queue| match name.strip_prefix(queue.name)? {
            "" => Some(self.stack.naming.queue(queue)),
            "-dead-letters" => Some(self.stack.naming.dead_letters(queue)),
            _ => None,
        };
        if name == UNPLACED {
            return self.stack.naming.unplaced();
        }
        QUEUES
            .into_iter()
            .find_map(by_short_name)
            .unwrap_or_else(|| name.to_owned())
    }
}

/// The short name of the queue of what the relay could not place.
const UNPLACED: &str = "unplaced";

/// Writes the demo data, once in a store's life; says whether it did.
async fn fill(stack: &Stack, options: &Options) -> Result<bool, OpenError> {
    if !options.seed || seed::is_done(stack)? {
        return Ok(false);
    }
    seed::fill(stack, options.demo_orders).await?;
    Ok(true)
}

fn logged(pumped: Result<usize, CloudError>) -> usize {
    pumped.unwrap_or_else(|error| {
        tracing::error!(%error, "a source cannot be read");
        0
    })
}
