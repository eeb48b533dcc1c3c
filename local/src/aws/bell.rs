//! A bell: whoever waits for something is woken when it may be there.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counts how often it is rung, so that nobody who looked just before a ring misses it. Those who wait go
/// on in the order in which they came: a run of the store in virtual time can be had again.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rings: AtomicU64,
    rung: Notify,
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.rung.notify_waiters();
    }

    /// How often it was rung so far.
    pub(crate) fn rings(&self) -> u64 {
        self.rings.load(Ordering::SeqCst)
    }

    /// Waits until it was rung more often than so.
    pub(crate) async fn rung_after(&self, rings: u64) {
        let mut rung = std::pin::pin!(self.rung.notified());
        loop {
            rung.as_mut().enable();
            if self.rings() > rings {
                return;
            }
            rung.as_mut().await;
            rung.set(self.rung.notified());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bell;

    #[tokio::test]
    async fn a_ring_is_never_missed() {
        let bell = Bell::default();
        let before = bell.rings();
        bell.ring();
        bell.rung_after(before).await;
        let (before, ringing) = (bell.rings(), async { bell.ring() });
        tokio::join!(bell.rung_after(before), ringing);
    }
}
