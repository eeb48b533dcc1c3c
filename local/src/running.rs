//! The store at work by itself: every source is pumped as soon as there is something, until it is
//! told to stop. While there is nothing, it waits and costs nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::aws::CloudError;
use crate::local_store::Store;

/// How many batches of one queue are dealt with at once.
const POLLERS: usize = 2;
/// How long a poll of an empty queue lasts: the longest that SQS offers.
const LONG_POLL: Duration = Duration::from_secs(20);
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
            for _ in 0..POLLERS {
                tasks.spawn(poll(self.clone(), index, stop.clone()));
            }
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
    let mut writes = store.stack.cloud.writes();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = store.functions.reachable() => {}
        }
        writes.borrow_and_update();
        if let Err(error) = source.pump(&store.stack, &store.functions).await {
            report(&error).await;
            continue;
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            changed = writes.changed() => if changed.is_err() { return },
        }
    }
}

async fn poll(store: Arc<Store>, index: usize, mut stop: watch::Receiver<bool>) {
    let Some(source) = store.sources.queues.get(index) else {
        return;
    };
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = store.functions.reachable() => {}
        }
        // Waiting and working apart, so that a stop ends the one and not the other.
        let received = tokio::select! {
            () = stopped(&mut stop) => return,
            received = source.receive(&store.stack, LONG_POLL) => received,
        };
        let dealt = match received {
            Ok(messages) => {
                source
                    .deal_with(&store.stack, &store.functions, &store.hidden, &messages)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = dealt {
            report(&error).await;
        }
    }
}

async fn tick(store: Arc<Store>, mut stop: watch::Receiver<bool>) {
    let mut minutes = tokio::time::interval(MINUTE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            _ = minutes.tick() => {}
        }
        if let Err(error) = store.stack.cloud.sweep_expired() {
            tracing::error!(%error, "what has expired is still there");
        }
        tokio::select! {
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
