//! `payments-sweep-open-payments`: an open outcome is asked for until it is known.

use local::aws::{Fault, Faults};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::shop::{Shop, basket};

/// Lets the payment be started, and then cuts its function off from everything.
struct CutOff(AtomicBool);

impl Faults for CutOff {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if function != "payments-create-payment" {
            return Fault::None;
        }
        if self.0.load(Ordering::Relaxed) {
            return Fault::Drop;
        }
        if operation.ends_with("TransactWriteItems") {
            self.0.store(true, Ordering::Relaxed);
        }
        Fault::None
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_whose_function_died_frees_the_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let id = placed.text("/data/id");
    shop.store
        .set_faults(Some(Arc::new(CutOff(AtomicBool::new(false)))));
    let dead = customer.pay(&id, "pm_test_ok").await;
    assert_eq!(dead.status, 503, "{dead:?}");
    shop.store.set_faults(None);
    // While its lease lasts, another key is refused.
    let blocked = customer.pay(&id, "pm_test_ok").await;
    assert_eq!(blocked.code(), "order_already_paid");
    shop.wait(3 * 60).await;
    // The provider never heard of it: the order can be paid after all.
    assert_eq!(customer.pay(&id, "pm_test_ok").await.status, 201);
    assert_eq!(shop.books_of(&id).await.len(), 1);
}
