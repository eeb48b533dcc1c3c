//! Holds of stock: moved by what orders tell.

use domain::OrderId;
use domain::machine::Machine;
use domain::stock::HoldState;
use serde_json::json;
use store::stock::{Settle, Stock};

use super::{Desk, Watch, nobody_knows, other};
use crate::shop::Shop;

pub(super) const WALKED: &str = HoldState::NAME;

const QUEUE: &str = "inventory-settle-hold";

/// What moves a hold.
#[derive(Debug, Clone, Copy)]
enum Way {
    Pay,
    CallOff,
    Wait,
}

fn ways(from: HoldState, to: HoldState) -> &'static [Way] {
    match (from, to) {
        (HoldState::Held, HoldState::Committed) => &[Way::Pay],
        (HoldState::Held, HoldState::Released) => &[Way::CallOff, Way::Wait],
        (HoldState::Committed, HoldState::Released) => &[Way::CallOff],
        _ => nobody_knows(from, to),
    }
}

/// What is told of an order whose hold is to get there.
fn news_of(state: HoldState) -> &'static [&'static str] {
    match state {
        HoldState::Held => &["OrderCreated"],
        HoldState::Committed => &["OrderConfirmed"],
        HoldState::Released => &["OrderCancelled", "OrderExpired"],
    }
}

/// On hand, reserved and available, as a hold of two mugs leaves them.
fn left(state: HoldState) -> [i64; 3] {
    match state {
        HoldState::Held => [10_000, 2, 9_998],
        HoldState::Committed => [9_998, 0, 9_998],
        HoldState::Released => [10_000, 0, 10_000],
    }
}

struct Shelf<'a> {
    desk: Desk<'a>,
    stock: Stock<Settle>,
}

impl Shelf<'_> {
    async fn stands(&self, order: &str, state: HoldState) {
        let id = OrderId::parse(order).expect("an id");
        let hold = self.stock.hold(id).await.expect("the table");
        assert_eq!(hold.expect("a hold").state, state);
        let level = self.desk.seen("/api/v1/inventory/MUG").await;
        let units = ["onHand", "reserved", "available"].map(|name| level[name].as_i64());
        assert_eq!(units, left(state).map(Some), "{state}");
    }

    /// An order whose hold stands there.
    async fn at(&self, state: HoldState) -> String {
        let order = match state {
            HoldState::Held => self.desk.place(&json!({})).await,
            HoldState::Committed => self.desk.sell().await,
            HoldState::Released => {
                let order = self.desk.place(&json!({})).await;
                assert_eq!(self.desk.cancel(&order).await.status, 201);
                order
            }
        };
        self.desk.shop.settle().await;
        self.stands(&order, state).await;
        order
    }

    /// Its units come home, wherever they are.
    async fn clear(&self, order: &str) {
        self.desk.cancel(order).await;
        self.desk.shop.settle().await;
        self.stands(order, HoldState::Released).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_no_other_one_by_any_message() {
    let shop = Shop::open().await;
    let desk = Desk::at(&shop).await;
    let stock = shop.handle().await;
    let shelf = Shelf { desk, stock };
    let desk = &shelf.desk;
    for (from, to) in HoldState::MOVES {
        for way in ways(*from, *to) {
            let order = shelf.at(*from).await;
            let watch = Watch::over(&shop);
            match way {
                Way::Pay => {
                    let body = json!({"orderId": order, "paymentMethod": "pm_test_ok"});
                    let ask = desk.staff.ask("POST", "/api/v1/payments");
                    let ask = ask.header("idempotency-key", &shop.key()).json(&body);
                    assert_eq!(ask.send().await.status, 201);
                }
                Way::CallOff => assert_eq!(desk.cancel(&order).await.status, 201),
                Way::Wait => shop.wait(16 * 60).await,
            }
            shop.settle().await;
            shelf.stands(&order, *to).await;
            watch.saw_one_that_leads_to(*to);
            shelf.clear(&order).await;
        }
    }
    for from in HoldState::ALL {
        let order = shelf.at(*from).await;
        let unmoved = other().filter(|(other, _)| other == from);
        for kind in unmoved.flat_map(|(_, to)| news_of(to)) {
            let news = desk.told_as(&order, kind).await;
            shop.inject(QUEUE, &news.to_string()).await;
            shop.settle().await;
            shelf.stands(&order, *from).await;
        }
        shelf.clear(&order).await;
    }
    shop.store.settle_all().await;
    assert_eq!(shop.dead_letters().await, 0);
}
