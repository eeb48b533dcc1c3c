//! `payments-sweep-open-payments`: an open outcome is asked for until it is known.

use crate::faults::Death;
use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn a_payment_whose_function_died_frees_the_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let id = placed.text("/data/id");
    shop.store.set_faults(Death::of("payments-create-payment"));
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
