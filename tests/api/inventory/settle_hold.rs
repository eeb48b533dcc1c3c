//! `inventory-settle-hold`: what was paid leaves the house, what was called off can be sold again.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, basket, with};

const QUEUE: &str = "inventory-settle-hold";

/// On hand, reserved and available.
async fn level(shop: &Shop) -> (i64, i64, i64) {
    let admin = shop.admin().await;
    let level = admin.get("/api/v1/inventory/MUG").await.json();
    let units = |name: &str| level["data"][name].as_i64().expect("units");
    (units("onHand"), units("reserved"), units("available"))
}

async fn buy(customer: &Person<'_>, units: u32) -> Answer {
    let body = with(
        basket(&[("MUG", units)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let placed = customer.order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    placed
}

async fn cancel(customer: &Person<'_>, order: &Answer) {
    let path = format!("/api/v1/orders/{}/cancellations", order.text("/data/id"));
    assert_eq!(customer.post(&path, &json!({})).await.status, 201);
}

async fn events_of(shop: &Shop, topic: &str) -> Vec<Value> {
    let mut events = shop.events().await;
    events.retain(|event| event["type"] == topic);
    events
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_held_first_and_then_leaves() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    buy(&shop.customer().await, 2).await;
    assert_eq!(level(&shop).await, (20, 2, 18));
    shop.settle().await;
    assert_eq!(level(&shop).await, (18, 0, 18));
}

#[tokio::test(start_paused = true)]
async fn what_is_called_off_unpaid_never_left() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 2)])).await;
    cancel(&customer, &placed).await;
    shop.settle().await;
    assert_eq!(level(&shop).await, (20, 0, 20));
    let admin = shop.admin().await;
    let ledger = admin.get("/api/v1/inventory/MUG/movements").await;
    assert_eq!(ledger.json()["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_is_called_off_paid_comes_home() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let customer = shop.customer().await;
    let placed = buy(&customer, 2).await;
    shop.settle().await;
    assert_eq!(level(&shop).await, (18, 0, 18));
    cancel(&customer, &placed).await;
    shop.settle().await;
    assert_eq!(level(&shop).await, (20, 0, 20));
}

#[tokio::test(start_paused = true)]
async fn news_that_come_often_or_late_move_nothing() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    let customer = shop.customer().await;
    buy(&customer, 3).await;
    let cancelled = buy(&customer, 2).await;
    shop.settle().await;
    cancel(&customer, &cancelled).await;
    shop.settle().await;
    assert_eq!(level(&shop).await, (17, 0, 17));
    // All of it once more, three times each: the confirmation of what was called off comes last.
    for topic in ["OrderCancelled", "OrderConfirmed"] {
        for event in events_of(&shop, topic).await {
            for _ in 0..3 {
                shop.inject(QUEUE, &event.to_string()).await;
            }
        }
        shop.settle().await;
    }
    assert_eq!(level(&shop).await, (17, 0, 17));
    shop.wait(10 * 60).await;
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn news_of_an_order_that_holds_nothing_are_passed_over() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 20).await;
    buy(&shop.customer().await, 2).await;
    shop.settle().await;
    let known = events_of(&shop, "OrderConfirmed").await;
    let mut unknown = known[0].clone();
    unknown["data"]["orderId"] = json!("0190a0b0-0000-7000-8000-000000000000");
    for topic in ["OrderConfirmed", "OrderCancelled", "OrderExpired"] {
        unknown["type"] = json!(topic);
        shop.inject(QUEUE, &unknown.to_string()).await;
    }
    shop.settle().await;
    assert_eq!(level(&shop).await, (18, 0, 18));
    let seen = shop.queue(QUEUE).await;
    assert_eq!(
        (&seen["visible"], &seen["inFlight"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test(start_paused = true)]
async fn a_level_is_called_low_once_until_it_has_risen() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 7).await;
    let customer = shop.customer().await;
    // Six are left, then five, four and three: five is low, and what follows is no news.
    for (bought, told) in [(1, 0), (1, 1), (1, 1), (1, 1)] {
        buy(&customer, bought).await;
        shop.settle().await;
        assert_eq!(events_of(&shop, "StockLow").await.len(), told);
    }
    let low = events_of(&shop, "StockLow").await;
    assert_eq!(low[0]["data"], json!({"sku": "MUG", "available": 5}));
    assert_eq!(low[0]["aggregate"], "sku/MUG");

    let admin = shop.admin().await;
    // Five again is still low; nine are not, and may fall once more.
    for (delta, bought, told) in [(2, 0, 1), (4, 3, 1), (0, 1, 2), (0, 1, 2)] {
        if delta > 0 {
            let body = json!({"delta": delta, "reason": "delivery"});
            let adjusted = admin.post("/api/v1/inventory/MUG/adjustments", &body).await;
            assert_eq!(adjusted.status, 201, "{adjusted:?}");
        }
        if bought > 0 {
            buy(&customer, bought).await;
        }
        shop.settle().await;
        assert_eq!(events_of(&shop, "StockLow").await.len(), told, "{delta}");
    }
}

#[tokio::test(start_paused = true)]
async fn buyers_at_once_call_it_low_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 8).await;
    let customer = shop.customer().await;
    shop.all((0..6).map(|_| buy(&customer, 1))).await;
    shop.settle().await;
    assert_eq!(level(&shop).await, (2, 0, 2));
    assert_eq!(events_of(&shop, "StockLow").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_counts_and_what_is_given_back_lifts_the_level_again() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 7).await;
    let customer = shop.customer().await;
    let told = async || events_of(&shop, "StockLow").await.len();
    for turn in 1..4 {
        // Nothing is sold: it is enough that it cannot be bought by anybody else.
        let held = customer.order(&basket(&[("MUG", 3)])).await;
        shop.settle().await;
        assert_eq!((level(&shop).await, told().await), ((7, 3, 4), turn));
        cancel(&customer, &held).await;
        shop.settle().await;
        assert_eq!((level(&shop).await, told().await), ((7, 0, 7), turn));
    }
    // What was sold and comes home lifts it too.
    let sold = buy(&customer, 3).await;
    shop.settle().await;
    assert_eq!(told().await, 4);
    cancel(&customer, &sold).await;
    shop.settle().await;
    buy(&customer, 3).await;
    shop.settle().await;
    assert_eq!(told().await, 5);
}

#[tokio::test(start_paused = true)]
async fn an_adjustment_calls_it_low_as_well() {
    let shop = Shop::open().await;
    // What begins with little never fell.
    shop.stocked("MUG", 3).await;
    shop.settle().await;
    assert_eq!(events_of(&shop, "StockLow").await.len(), 0);
    let admin = shop.admin().await;
    for (delta, told) in [(5, 0), (-4, 1), (-1, 1), (1, 1), (9, 1), (-9, 2)] {
        let body = json!({"delta": delta, "reason": "count"});
        let adjusted = admin.post("/api/v1/inventory/MUG/adjustments", &body).await;
        assert_eq!(adjusted.status, 201, "{adjusted:?}");
        shop.settle().await;
        assert_eq!(events_of(&shop, "StockLow").await.len(), told, "{delta}");
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_buy_and_give_back_at_once_leave_a_flag_that_is_right() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    let customer = shop.customer().await;
    let one = basket(&[("MUG", 1)]);
    let held: Vec<Answer> = shop.all((0..4).map(|_| customer.order(&one))).await;
    shop.settle().await;
    assert_eq!(events_of(&shop, "StockLow").await.len(), 1);
    // Two come back while two more go, all at once.
    let cancels = held.iter().take(2).map(|order| cancel(&customer, order));
    let buys = (0..2).map(|_| buy(&customer, 1));
    tokio::join!(shop.all(cancels), shop.all(buys));
    shop.settle().await;
    // Five are left, as before, or six were for a moment.
    assert!((1..=2).contains(&events_of(&shop, "StockLow").await.len()));
    let table = shop.store.naming().table(&store::tables::INVENTORY);
    let items = shop.store.cloud().scan(&table).expect("the table");
    let level = items
        .iter()
        .find(|item| item["kind"] == "level" && item["sku"] == "MUG");
    let level = level.expect("a level");
    assert_eq!(
        (&level["available"], &level["low"]),
        (&json!(5), &json!(true))
    );
}
