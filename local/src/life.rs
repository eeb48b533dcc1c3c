//! The life of an invocation: how many calls it has made, and whether it has ended before its time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

tokio::task_local! {
    static LIFE: Arc<Life>;
}

/// What befalls one invocation while it works.
#[derive(Default)]
pub(crate) struct Life {
    calls: Mutex<Calls>,
    end: Notify,
}

/// The calls made so far.
#[derive(Default)]
struct Calls {
    all: u32,
    /// By operation, and what it is about.
    alike: BTreeMap<(String, String), u32>,
}

impl Life {
    /// Does the work as one invocation; nothing, if it dies on the way.
    pub(crate) async fn of<T>(work: impl Future<Output = T>) -> Option<T> {
        let life = Arc::new(Self::default());
        LIFE.scope(Arc::clone(&life), async move {
            tokio::select! {
                biased;
                done = work => Some(done),
                () = life.end.notified() => None,
            }
        })
        .await
    }

    /// How many calls the present invocation has made before this one, and how many that were alike.
    pub(crate) fn count_call(operation: &str, on: &str) -> (u32, u32) {
        let count = |life: &Arc<Self>| {
            let mut calls = life.calls.lock().unwrap_or_else(PoisonError::into_inner);
            let before = calls.all;
            calls.all += 1;
            let of = (operation.to_owned(), on.to_owned());
            let alike = calls.alike.entry(of).or_default();
            *alike += 1;
            (before, *alike - 1)
        };
        LIFE.try_with(count).unwrap_or((0, 0))
    }

    /// Ends the present invocation: whatever it waits for is never there. Returns only where there is
    /// none.
    pub(crate) async fn end() {
        let Ok(life) = LIFE.try_with(Arc::clone) else {
            return;
        };
        life.end.notify_one();
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::Life;

    #[tokio::test]
    async fn who_dies_does_nothing_more_and_who_does_not_is_done() {
        assert_eq!(Life::of(async { 1 }).await, Some(1));
        let mut reached = (false, false);
        let ended = Life::of(async {
            reached.0 = true;
            Life::end().await;
            reached.1 = true;
        });
        assert_eq!(ended.await, None);
        assert_eq!(reached, (true, false));
        Life::end().await;
    }

    #[tokio::test]
    async fn calls_are_counted_by_invocation() {
        let three = || async {
            let orders = Life::count_call("GetItem", "orders");
            let payments = Life::count_call("GetItem", "payments");
            (orders, payments, Life::count_call("GetItem", "orders"))
        };
        let counted = Some(((0, 0), (1, 0), (2, 1)));
        assert_eq!(Life::of(three()).await, counted);
        assert_eq!(Life::of(three()).await, counted);
    }
}
