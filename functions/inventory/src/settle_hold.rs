//! Settles the hold of an order when the order is paid, cancelled or expired. When it is placed, its hold
//! is looked at for what it left little of.

use domain::machine::Moves;
use domain::sku::Sku;
use domain::stock::HoldState;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::queues::INVENTORY_SETTLE_HOLD;
use store::stock::{self, Stock};

use crate::settling::Settler;

/// Settles holds.
pub(crate) struct SettleHold;

impl Consumer for SettleHold {
    const SOURCE: Source = Source::Queue {
        queue: &INVENTORY_SETTLE_HOLD,
        batch: 10,
    };
    const SUMMARY: &'static str = "Commits or releases the stock an order holds";
    const MOVES: &'static [Moves] = &[Moves::all::<HoldState>()];
    type Needs = (Stock<stock::Settle>,);
    type Message = Delivery;

    async fn handle((stock,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let settler = Settler {
            stock,
            stamp: &delivery.stamp,
        };
        match delivery.event() {
            Event::OrderCreated(order) => {
                let skus: Vec<&Sku> = order.lines.iter().map(|line| &line.sku).collect();
                settler.look_for_low(&skus).await
            }
            Event::OrderConfirmed(order) => settler.commit(order.order_id, &order.number).await,
            Event::OrderCancelled(order) | Event::OrderExpired(order) => {
                settler.call_off(order.order_id, &order.number).await
            }
            _ => Ok(()),
        }
    }
}
