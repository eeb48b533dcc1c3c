//! A bell: whoever waits for something is woken when it may be there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::call::Call;

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

/// The bells of tables that somebody follows.
#[derive(Debug, Default)]
pub(crate) struct Written {
    count: AtomicU64,
    /// By the table's name, in quotes as calls name it.
    bells: Mutex<BTreeMap<String, Arc<Bell>>>,
}

impl Written {
    /// The bell of a table.
    pub(crate) fn bell(&self, table: &str) -> Arc<Bell> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(format!("\"{table}\"")).or_default())
    }

    /// How often something was written.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Rings for every table that a call names.
    pub(crate) fn by(&self, call: &Call) {
        self.count.fetch_add(1, Ordering::SeqCst);
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        let body = String::from_utf8_lossy(&call.body);
        for (table, bell) in bells.iter() {
            if body.contains(table) {
                bell.ring();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bell, Written};
    use crate::aws::call::Call;

    #[tokio::test]
    async fn a_ring_is_never_missed() {
        let bell = Bell::default();
        let before = bell.rings();
        bell.ring();
        bell.rung_after(before).await;
        let (before, ringing) = (bell.rings(), async { bell.ring() });
        tokio::join!(bell.rung_after(before), ringing);
    }

    #[test]
    fn a_write_rings_for_the_tables_that_it_names() {
        let written = Written::default();
        let [orders, payments] = ["orders", "payments"].map(|table| written.bell(table));
        let put = r#"{"TableName":"orders","Item":{"pk":{"S":"payments/1"}}}"#;
        let target = Some("DynamoDB_20120810.PutItem");
        let call = Call::read("POST", "/", target, put.into()).expect("a call");
        written.by(&call);
        assert_eq!(
            (orders.rings(), payments.rings(), written.count()),
            (1, 0, 1)
        );
    }
}
