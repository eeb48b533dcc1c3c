//! One run: a shop opens, people shop in bad weather, the weather clears, all comes to rest, and the rules
//! are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use local::aws::Snapshot;
use local::{Beginning, Options, SeededEntropy, Store};
use tokio::runtime::Builder;
use tokio::sync::{OnceCell, watch};

use crate::actors::Crowd;
use crate::client::Network;
use crate::mutants::Mutant;
use crate::rules::{self, Broken};
use crate::trace::Trace;
use crate::weather::{Kind, Points, Weather};

/// What a run is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What chance is drawn from.
    pub seed: u64,
    /// How many orders each of the four who buy wants to place.
    pub orders: u32,
    /// What does not go wrong in this run.
    pub spared: BTreeSet<Kind>,
    /// A fault of the code itself that is to be noticed.
    pub mutant: Option<&'static Mutant>,
    /// Whether what happens is put down for somebody to read.
    pub is_traced: bool,
}

impl Plan {
    /// The usual run of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            orders: 5,
            spared: BTreeSet::new(),
            mutant: None,
            is_traced: true,
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The rules that were broken.
    pub broken: Vec<Broken>,
    /// What happened, a line for each step, if that was put down.
    pub trace: Vec<String>,
    /// How many orders were placed.
    pub orders: usize,
    /// The payments of each order.
    pub payments: BTreeMap<String, Vec<String>>,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<Kind, u64>,
    /// Where functions waited, and died.
    pub points: Points,
}

impl Outcome {
    /// The life of the order that a broken rule is about: every step that names it, or a payment of it. All
    /// steps, if it is about none.
    #[must_use]
    pub fn life(&self, broken: &Broken) -> Vec<&str> {
        let Some(order) = &broken.order else {
            return self.trace.iter().map(String::as_str).collect();
        };
        let empty = Vec::new();
        let payments = self.payments.get(order).unwrap_or(&empty);
        let names = |line: &&str| {
            line.contains(order.as_str())
                || payments
                    .iter()
                    .any(|payment| line.contains(payment.as_str()))
        };
        self.trace
            .iter()
            .map(String::as_str)
            .filter(names)
            .collect()
    }
}

/// The smallest plan found that breaks the rule that this plan breaks: with as few orders, and as few
/// kinds of faults. Nothing if it breaks none.
#[must_use]
pub fn shrink(plan: &Plan) -> Option<(Plan, Outcome)> {
    let plan = Plan {
        is_traced: true,
        ..plan.clone()
    };
    let first = run(&plan);
    let rule = first.broken.first()?.rule;
    let mut smallest = (plan.clone(), first);
    let mut attempt = |smaller: Plan| {
        let outcome = run(&smaller);
        let breaks = outcome.broken.iter().any(|broken| broken.rule == rule);
        if breaks {
            smallest = (smaller, outcome);
        }
        breaks
    };
    let mut plan = plan;
    for orders in 1..plan.orders {
        let fewer = Plan {
            orders,
            ..plan.clone()
        };
        if attempt(fewer.clone()) {
            plan = fewer;
            break;
        }
    }
    for kind in Kind::ALL {
        let mut milder = plan.clone();
        milder.spared.insert(kind);
        if attempt(milder.clone()) {
            plan = milder;
        }
    }
    Some(smallest)
}

/// In one of so many shops staff take the money that was set aside, or let it go.
const SHOPS_BY_STAFF: u64 = 4;
/// In one of so many runs the weather is bad again while what is overdue is swept.
const SECOND_STORMS: u64 = 5;
/// In one of so many runs what has expired is deleted in time; in the others it is still there.
const SWEPT_IN_TIME: u64 = 3;
/// How often the rules that hold at any time are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Longer than any message stays hidden.
const QUIET: Duration = Duration::from_secs(200);
/// Longer than goods are held, and than anything waits for its sweeper.
const LONG: Duration = Duration::from_secs(16 * 60);
/// How often time passes until all is at rest.
const MOST_ROUNDS: u32 = 12;
/// How long a round is, besides the time that is skipped in it. The schedules run in it.
const ROUND: Duration = Duration::from_secs(10);
/// No function takes longer, late starts included.
const LONGEST_WORK: Duration = Duration::from_secs(35);

/// Runs a plan.
#[must_use]
pub fn run(plan: &Plan) -> Outcome {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(simulate(plan))
}

/// A shop with goods on its shelf, with which all runs begin.
struct Stocked {
    snapshot: Arc<Snapshot>,
    /// What happened until then.
    events: BTreeSet<String>,
}

async fn stocked() -> &'static Stocked {
    static STOCKED: OnceCell<Stocked> = OnceCell::const_new();
    let stock = async || {
        let store = Store::open(Options::for_tests()).await.expect("a store");
        let trace = Arc::new(Trace::new(false));
        let weather = Arc::new(Weather::new(&Plan::of(0), Arc::clone(&trace)));
        let crowd = Crowd::new(0, Network::to(store.clone(), weather, trace).await);
        crowd.stock().await;
        store.settle().await;
        Stocked {
            snapshot: Arc::new(store.snapshot().expect("a snapshot")),
            events: rules::event_ids(&store),
        }
    };
    STOCKED.get_or_init(stock).await
}

async fn simulate(plan: &Plan) -> Outcome {
    let stocked = stocked().await;
    let capture_method = match plan.seed % SHOPS_BY_STAFF {
        0 => "manual",
        _ => "automatic",
    };
    let store = Store::open(Options {
        beginning: Beginning::Snapshot(Arc::clone(&stocked.snapshot)),
        instances: 0,
        capture_method: capture_method.to_owned(),
        entropy: Arc::new(SeededEntropy::new(plan.seed)),
        ..Options::for_tests()
    })
    .await
    .expect("a store");
    // The SDK draws its pauses from here. Whoever comes first fills a shelf, and draws some for that.
    fastrand::seed(plan.seed);
    let trace = Arc::new(Trace::new(plan.is_traced));
    let weather = Arc::new(Weather::new(plan, Arc::clone(&trace)));
    store.set_faults(Some(weather.clone()));
    let network = Network::to(store.clone(), weather.clone(), trace.clone()).await;
    let crowd = Crowd::new(plan.seed, network);

    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn(store.clone().run(stop));
    weather.set(true);
    let mut broken = shop(&crowd, plan).await;
    weather.set(false);
    come_to_rest(&crowd).await;
    broken.extend(rules::at_rest(&crowd, &stocked.events).await);
    broken.dedup();
    for broken in &broken {
        trace.say(|| format!("BROKEN: {}: {}", broken.rule, broken.how));
    }
    // Whoever listened is gone if this fails, which is as good.
    let _ = tell.send(true);
    running.await.expect("the store stops");
    let orders = crowd.told().placed.len();
    let payments = match broken.is_empty() {
        true => BTreeMap::new(),
        false => rules::payments(&crowd).await,
    };
    store.set_faults(None);
    Outcome {
        broken,
        trace: trace.lines(),
        orders,
        payments,
        faults: weather.counts(),
        points: weather.points(),
    }
}

/// Everybody shops, while somebody looks whether the rules hold, and somebody deploys.
async fn shop(crowd: &Crowd, plan: &Plan) -> Vec<Broken> {
    let mut broken = Vec::new();
    let shopping = crowd.shop(plan.orders);
    let looking = async {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if crowd.network.weather.strikes(Kind::Deployment, 200) {
                crowd.network.trace.say(|| "! Deployment".to_owned());
                crowd.network.store.replace_functions();
            }
            let found = rules::at_any_time(crowd).await;
            if broken.is_empty() {
                broken = found;
            }
        }
    };
    tokio::select! {
        biased;
        () = shopping => {}
        () = looking => {}
    }
    broken
}

/// Time passes, at last in clear weather, and dead letters are sent again, until there is nothing left to do.
async fn come_to_rest(crowd: &Crowd) {
    let Network { store, weather, .. } = &crowd.network;
    let storms_again = crowd.seed.is_multiple_of(SECOND_STORMS);
    // Whoever is at work ends it: a clock that jumps would cut them off.
    tokio::time::sleep(LONGEST_WORK).await;
    weather.set(storms_again);
    match crowd.seed.is_multiple_of(SWEPT_IN_TIME) {
        true => store.advance(LONG).await,
        false => store.advance_unswept(LONG).await,
    }
    tokio::time::sleep(ROUND).await;
    weather.set(false);
    if storms_again {
        tokio::time::sleep(LONGEST_WORK).await;
    }
    for _ in 0..MOST_ROUNDS {
        tokio::time::advance(QUIET).await;
        tokio::time::sleep(ROUND).await;
        let queues = store.queues().await.unwrap_or_default();
        for queue in queues.iter().filter(|queue| queue.dead_letters > 0) {
            // What cannot be sent again stays there, and a rule says so.
            let path = format!("/_local/queues/{}/redrive", queue.name);
            store.request("POST", &path, &[], &[]).await;
        }
        let left = |queue: &local::aws::QueueDepth| {
            queue.visible + queue.in_flight + queue.delayed + queue.dead_letters
        };
        if queues.iter().all(|queue| left(queue) == 0) {
            return;
        }
    }
}
