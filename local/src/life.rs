//! The life of an invocation: how many calls it has made, and whether it has ended before its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Notify;

tokio::task_local! {
    static LIFE: Arc<Life>;
}

/// What befalls one invocation while it works.
#[derive(Default)]
pub(crate) struct Life {
    calls: AtomicU32,
    end: Notify,
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

    /// How many calls the present invocation has made before this one.
    pub(crate) fn count_call() -> u32 {
        let count = |life: &Arc<Self>| life.calls.fetch_add(1, Ordering::Relaxed);
        LIFE.try_with(count).unwrap_or(0)
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
        let three = || async { (Life::count_call(), Life::count_call(), Life::count_call()) };
        let counted = Some((0, 1, 2));
        assert_eq!(Life::of(three()).await, counted);
        assert_eq!(Life::of(three()).await, counted);
    }
}
