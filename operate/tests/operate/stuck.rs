//! An order whose message was lost is found, and driven on.

use domain::id::{OrderId, ReturnId};
use domain::order::OrderNumber;
use domain::stock::{GoodsReceipt, ReceiptState};
use serde_json::{Value, json};
use store::Need;
use store::stock::{Expect, Stock};

use crate::shop::Shop;

/// A shop in which the wish to charge its only order was lost, and the order's id.
async fn with_a_lost_message() -> (Shop, String) {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.store.pump_streams().await;
    shop.store.lose_messages("payments-charge-order").await;
    shop.store.settle().await;
    assert_eq!(shop.status().await, "pendingPayment");
    (shop, order)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_stuck_once_it_is_overdue_and_driven_on_by_its_events() {
    let (shop, order) = with_a_lost_message().await;
    // It is due after two minutes, and stuck five minutes after that.
    let due = shop.store.now().plus(std::time::Duration::from_secs(120));
    shop.clock.advance_minutes(6);
    let report = shop.operate("stuck").await.unwrap();
    assert_eq!(report.text(), "Nothing has been due for more than 5 min.\n");
    let sooner = shop.rows("stuck --older-than 3").await;
    assert_eq!(sooner.len(), 1, "{sooner:?}");
    shop.clock.advance_minutes(2);
    let stuck = shop.rows("stuck").await;
    assert_eq!(
        json!(stuck),
        json!([{
            "kind": "order", "id": order, "status": "pendingPayment", "dueSince": due,
        }])
    );

    let sent = shop.rows(&format!("replay {order}")).await;
    let queues: Vec<&Value> = sent.iter().map(|row| &row["queue"]).collect();
    assert_eq!(queues, ["payments-charge-order", "inventory-settle-hold"]);
    assert!(sent.iter().all(|row| row["type"] == "OrderCreated"));
    shop.store.settle().await;
    assert_eq!(shop.status().await, "confirmed");
    assert!(shop.rows("stuck").await.is_empty());

    // Whoever has heard of an event takes it for what it is when it comes again.
    let mails = shop.mails();
    let again = shop.rows(&format!("replay {order}")).await;
    let mut kinds: Vec<&str> = again
        .iter()
        .filter_map(|row| row["type"].as_str())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["OrderConfirmed", "OrderCreated", "PaymentSucceeded"]
    );
    shop.store.settle().await;
    assert_eq!(shop.status().await, "confirmed");
    assert_eq!(shop.mails(), mails);
    assert!(shop.rows("dead-letters").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_go_to_one_queue_alone_where_that_is_wished_for() {
    let (shop, order) = with_a_lost_message().await;
    let line = format!("replay {order} --to payments-charge-order");
    let sent = shop.rows(&line).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["aggregate"], format!("order/{order}"));
    shop.store.settle().await;
    assert_eq!(shop.status().await, "confirmed");

    let nothing = format!("replay {order} --to carts-join-cart");
    let why = shop.operate(&nothing).await.unwrap_err();
    assert_eq!(
        why,
        format!("carts-join-cart subscribes to none of the 3 events of order {order}")
    );
}

/// Writes down goods that came back and that nobody books.
async fn with_a_receipt(shop: &Shop, of: ReturnId, order: &str) {
    let stock = Stock::<Expect>::wire(&shop.store.wiring().unwrap()).await;
    let stock = stock.unwrap();
    let stamp = shop.store.stamp();
    let receipt = GoodsReceipt {
        of,
        number: 2,
        order: OrderId::parse(order).unwrap(),
        name: OrderNumber::new(stamp.now, stamp.entropy.as_ref()),
        lines: Vec::new(),
        state: ReceiptState::Pending,
        due_at: stamp.now,
    };
    let mut tx = stock.begin(&stamp);
    stock.expect(&mut tx, &receipt).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_sweeper_looks_after_can_be_stuck() {
    let shop = Shop::open().await;
    let waits = json!({"paymentMethod": "pm_test_requires_action", "couponCode": "FIRST10"});
    let order = shop.order_with(&waits).await;
    shop.store.settle().await;
    let returned = ReturnId::from_u128(7);
    with_a_receipt(&shop, returned, &order).await;
    // Long after the order's hold has ended, with no sweeper at work.
    shop.clock.advance_minutes(60);
    let stuck = shop.rows("stuck").await;
    let mut seen: Vec<[&str; 2]> = stuck
        .iter()
        .map(|row| ["kind", "status"].map(|name| row[name].as_str().unwrap()))
        .collect();
    // Each is due since a moment of its own.
    assert!(stuck.is_sorted_by_key(|row| row["dueSince"].as_str()));
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            ["hold", "held"],
            ["order", "pendingPayment"],
            ["payment", "requiresAction"],
            ["receipt", "pending"],
            ["redemption", "held"],
        ]
    );
    for row in &stuck {
        let id = row["id"].as_str().unwrap();
        match row["kind"].as_str() {
            Some("receipt") => assert_eq!(id, format!("{returned}/2")),
            Some("payment") => assert_ne!(id, order),
            _ => assert_eq!(id, order),
        }
    }
    let first = shop.operate("stuck --most 1").await.unwrap();
    assert_eq!((first.rows().len(), first.notes().count()), (1, 1));
}
