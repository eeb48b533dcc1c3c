//! What must hold of what operations are billed for. What each of them is billed for, to the last unit, is
//! in docs/costs.md, which `costs` holds.

use local::Options;
use local::aws::Account;
use serde_json::json;

use crate::costs::billed;
use crate::shop::{Shop, basket, with};

/// What a function reads and writes, in units.
fn units(account: Account) -> (f64, f64) {
    (account.read_units, account.write_units)
}

#[tokio::test(start_paused = true)]
async fn reading_a_product_costs_half_a_read_unit_and_writes_nothing() {
    let shop = Shop::warm().await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    let (read, split) = billed(&shop, shop.anybody().get(&path)).await;
    assert_eq!(read.status, 200);
    let all: Account = split.into_values().sum();
    assert_eq!(units(all), (0.5, 0.0));
    assert_eq!(all.queue_requests() + all.mails + all.secret_reads, 0);
    assert_eq!((all.calls, all.invocations), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_order_of_three_lines_to_its_confirmation_has_a_price() {
    let shop = Shop::warm().await;
    for sku in ["ONE", "TWO", "THREE"] {
        shop.stocked(sku, 9).await;
    }
    let customer = shop.customer().await;
    let body = with(
        basket(&[("ONE", 1), ("TWO", 1), ("THREE", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let before = shop.events().await;
    let (placed, split) = billed(&shop, customer.order(&body)).await;
    assert_eq!(placed.status, 201);
    let order = split["orders-create-order"];
    assert_eq!(units(order), ORDER, "{order:?}");
    let all: Account = split.values().copied().sum();
    assert_eq!(units(all), WHOLE, "{split:#?}");

    let mut events = shop.events().await;
    events.retain(|event| !before.contains(event));
    let deliveries = events.iter().map(|event| shop.queues_of(event).len());
    let deliveries = u64::try_from(deliveries.sum::<usize>()).expect("a count");
    let events = u64::try_from(events.len()).expect("a count");
    assert_eq!(all.queue_requests(), 3 * deliveries, "{split:#?}");
    assert_eq!(
        (all.sends, all.receives, all.deletes),
        (deliveries, deliveries, deliveries)
    );
    assert_eq!(all.invocations, 1 + events + deliveries, "{split:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_with_an_api_key_costs_a_read_unit_more() {
    let shop = Shop::warm().await;
    let id = shop.stocked("MUG", 0).await;
    let key = shop.key_with(&["catalog:read"]).await;
    let server = shop.holder(Some(&key));
    let path = format!("/api/v1/products/{id}");
    // The first use is noted, and no other in the five minutes after it.
    for written in [1.0, 0.0] {
        let (read, split) = billed(&shop, server.get(&path)).await;
        assert_eq!(read.status, 200);
        assert_eq!(units(split["catalog-get-product"]), (1.5, written));
    }
}

#[tokio::test(start_paused = true)]
async fn the_limits_cost_a_tenth_of_a_write_unit_a_request() {
    let shop = Shop::with(Options {
        warm: true,
        rate_limits: local::options::RATE_LIMITS.to_owned(),
        ..Options::for_tests()
    })
    .await;
    let id = shop.stocked("MUG", 0).await;
    let path = format!("/api/v1/products/{id}");
    // With the first token, an instance reads the keys that all are verified with.
    assert_eq!(shop.admin().await.get(&path).await.status, 200);
    let customer = shop.customer().await;
    let ((), split) = billed(&shop, async {
        for _ in 0..100 {
            assert_eq!(customer.get(&path).await.status, 200);
        }
    })
    .await;
    assert_eq!(units(split["catalog-get-product"]), (50.0, 10.0));
}

/// What the request that places the order reads and writes.
const ORDER: (f64, f64) = (3.0, 18.0);
/// What it reads and writes with all that follows.
const WHOLE: (f64, f64) = (14.5, 56.0);
