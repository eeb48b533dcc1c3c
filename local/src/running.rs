//! The store at work by itself: every source is pumped as soon as there is something, until it is
//! told to stop. While there is nothing, it waits and costs nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::aws::{CloudError, Received};
use crate::local_store::Store;

/// How many batches of one queue are dealt with at once.
const AT_ONCE: usize = 5;
/// How often an empty queue is looked at, whether or not something is known to have come: as often as the
/// longest poll that SQS offers.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// How long after its time a hidden message is shown at the latest: the queues look once a second.
const SHOWN_AFTER: Duration = Duration::from_millis(1_100);
/// In how many minutes what has expired is deleted once. DynamoDB takes up to days, and nobody may rely
/// on it.
const SWEEP_EVERY: u64 = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// The pause after a source could not be read.
const PAUSE: Duration = Duration::from_secs(1);

impl Store {
    /// Pumps streams and queues and runs schedules until `stop` turns true. What is under way then
    /// is finished first.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        for index in 0..self.sources.streams.len() {
            tasks.spawn(follow(self.clone(), index, stop.clone()));
        }
        for index in 0..self.sources.queues.len() {
            tasks.spawn(poll(self.clone(), index, stop.clone()));
        }
        tasks.spawn(tick(self, stop));
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a source has stopped");
            }
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // If nobody is left to say so, it is time as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn follow(store: Arc<Store>, index: usize, mut stop: watch::Receiver<bool>) {
    let Some(source) = store.sources.streams.get(index) else {
        return;
    };
    let table = store.stack.naming.table(source.table);
    let written = store.stack.cloud.written(&table);
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            () = store.functions.reachable() => {}
        }
        let writes = written.rings();
        if let Err(error) = source.pump(&store.stack, &store.functions).await {
            report(&error).await;
            continue;
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            () = written.rung_after(writes) => {}
        }
    }
}

async fn poll(store: Arc<Store>, index: usize, mut stop: watch::Receiver<bool>) {
    let Some(source) = store.sources.queues.get(index) else {
        return;
    };
    let queue = store.stack.naming.queue(source.queue);
    let bell = store.stack.cloud.arrived(&queue);
    let mut at_work = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            () = store.functions.reachable() => {}
        }
        while at_work.try_join_next().is_some() {}
        let rings = bell.rings();
        let batch = usize::from(source.batch);
        let most = (AT_ONCE - at_work.len()) * batch;
        let received = match source.receive_all(&store.stack, most).await {
            Ok(received) => received,
            Err(error) => {
                report(&error).await;
                continue;
            }
        };
        for messages in received.chunks(batch) {
            at_work.spawn(work(store.clone(), index, messages.to_vec()));
        }
        if at_work.len() >= AT_ONCE {
            at_work.join_next().await;
            continue;
        }
        if !received.is_empty() {
            continue;
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            () = bell.rung_after(rings) => {}
            () = tokio::time::sleep(until_some_come_again(&store, &queue)) => {}
        }
    }
    // What is under way is finished.
    while at_work.join_next().await.is_some() {}
}

/// How long to wait where nobody tells that there is something: until a message that failed comes again,
/// and now and then in any case, for those that somebody else has received and let go.
fn until_some_come_again(store: &Store, queue: &str) -> Duration {
    let now = store.now();
    // One that has come again is not waited for any more, though its entry is still there.
    let next = store.stack.hidden.next_of(queue, now);
    let wait = next.map_or(LOOK_EVERY, |until| until.since(now) + SHOWN_AFTER);
    wait.min(LOOK_EVERY)
}

async fn work(store: Arc<Store>, index: usize, messages: Vec<Received>) {
    let Some(source) = store.sources.queues.get(index) else {
        return;
    };
    let dealt = source
        .deal_with(&store.stack, &store.functions, &messages)
        .await;
    if let Err(error) = dealt {
        report(&error).await;
    }
}

async fn tick(store: Arc<Store>, mut stop: watch::Receiver<bool>) {
    let mut minutes = tokio::time::interval(MINUTE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for minute in 0_u64.. {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            _ = minutes.tick() => {}
        }
        if (minute + 1).is_multiple_of(SWEEP_EVERY)
            && let Err(error) = store.stack.cloud.sweep_expired()
        {
            tracing::error!(%error, "what has expired is still there");
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            () = store.functions.reachable() => {}
        }
        store.run_schedules().await;
    }
}

async fn report(error: &CloudError) {
    tracing::error!(%error, "a source cannot be read");
    tokio::time::sleep(PAUSE).await;
}
