//! Many buyers, few pieces: never oversold, whatever gets in the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local::Options;
use local::aws::{Fault, Faults};
use serde_json::json;

use crate::shop::{Answer, Shop, basket, with};

/// Makes every fifth transaction meet another one.
#[derive(Default)]
struct EveryFifthConflicts(AtomicU64);

impl Faults for EveryFifthConflicts {
    fn before(&self, _: &str, operation: &str) -> Fault {
        if operation.ends_with("TransactWriteItems")
            && self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(5)
        {
            Fault::Conflict
        } else {
            Fault::None
        }
    }
}

/// 300 guests want one piece each of 50.
async fn rush(shop: &Shop) -> Vec<Answer> {
    let buyers = (0..300).map(|buyer| async move {
        let email = json!({"email": format!("buyer{buyer}@example.com")});
        let body = with(basket(&[("DROP", 1)]), &email);
        shop.anybody().order(&body).await
    });
    shop.all(buyers).await
}

async fn exactly_fifty(shop: &Shop) {
    shop.stocked("DROP", 50).await;
    let answers = rush(shop).await;
    let placed = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(placed, 50);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "out_of_stock"),
            "{refused:?}"
        );
        assert_eq!(
            refused.json()["details"],
            json!([{"sku": "DROP", "requested": 1, "available": 0}])
        );
    }
    assert_eq!(shop.available("DROP").await, 0);
}

#[tokio::test(start_paused = true)]
async fn three_hundred_buyers_for_fifty_pieces() {
    exactly_fifty(&Shop::open().await).await;
}

#[tokio::test(start_paused = true)]
async fn the_same_with_conflicts_and_two_instances_of_every_function() {
    let shop = Shop::with(Options {
        instances: 2,
        ..Options::for_tests()
    })
    .await;
    shop.store
        .set_faults(Some(Arc::new(EveryFifthConflicts::default())));
    exactly_fifty(&shop).await;
}

#[tokio::test(start_paused = true)]
async fn a_basket_of_two_is_all_or_nothing() {
    let shop = Shop::with(Options {
        instances: 2,
        ..Options::for_tests()
    })
    .await;
    shop.stocked("RARE", 10).await;
    shop.stocked("COMMON", 100).await;
    shop.store
        .set_faults(Some(Arc::new(EveryFifthConflicts::default())));
    let shop = &shop;
    let buyers = (0..40).map(|buyer| async move {
        let email = json!({"email": format!("buyer{buyer}@example.com")});
        let body = with(basket(&[("COMMON", 1), ("RARE", 1)]), &email);
        shop.anybody().order(&body).await
    });
    let placed = shop.all(buyers).await;
    let placed = placed.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(placed, 10);
    assert_eq!(shop.available("RARE").await, 0);
    assert_eq!(shop.available("COMMON").await, 90);
}
