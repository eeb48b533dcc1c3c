//! The relay when queues refuse what it sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use local::Options;
use local::aws::{Fault, Faults};

use crate::stage::{open, order, queue, read};

/// Refuses so many messages of the relay.
struct Refusing(AtomicU32);

impl Refusing {
    fn some(count: u32) -> Option<Arc<dyn Faults>> {
        Some(Arc::new(Self(AtomicU32::new(count))))
    }
}

impl Faults for Refusing {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != "platform-relay-outbox" || operation != "SendMessage" {
            return Fault::None;
        }
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => Fault::InternalError,
            Err(_) => Fault::None,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_relay_cannot_send_is_sent_again() {
    let store = open(Options::for_tests()).await;
    store.set_faults(Refusing::some(20));
    let placed = order(&store, "one", 1, Some("pm_test_ok")).await;
    store.settle().await;
    assert_eq!(read(&store, &placed).await["status"], "confirmed");
    assert_eq!(queue(&store, "unplaced").await["visible"], 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_placed_no_longer_stands_in_the_way() {
    let store = open(Options::for_tests()).await;
    let lost = order(&store, "one", 1, Some("pm_test_ok")).await;
    store.set_faults(Refusing::some(u32::MAX));
    store.pump_streams().await;
    assert_eq!(queue(&store, "unplaced").await["visible"], 1);
    store.set_faults(None);

    let placed = order(&store, "two", 1, Some("pm_test_ok")).await;
    store.settle().await;
    assert_eq!(read(&store, &placed).await["status"], "confirmed");
    assert_eq!(read(&store, &lost).await["status"], "pendingPayment");
}
