//! Books what came back of an order: what can be sold again goes on the shelf, what cannot is written
//! off. Each receipt is booked once, however often it is told of.

use domain::machine::Moves;
use domain::stock::ReceiptState;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::queues::INVENTORY_RECEIVE_RETURN;
use store::stock::{self, Stock};

use crate::settling::Settler;

/// Books receipts.
pub(crate) struct ReceiveReturn;

impl Consumer for ReceiveReturn {
    const SOURCE: Source = Source::Queue {
        queue: &INVENTORY_RECEIVE_RETURN,
        batch: 10,
    };
    const SUMMARY: &'static str = "Books the goods that come back";
    const MOVES: &'static [Moves] = &[Moves::all::<ReceiptState>()];
    type Needs = (Stock<stock::Settle>,);
    type Message = Delivery;

    async fn handle((stock,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let Event::ReturnReceived(facts) = delivery.event() else {
            return Ok(());
        };
        let Some(number) = facts.receipt else {
            return Ok(());
        };
        let settler = Settler {
            stock,
            stamp: &delivery.stamp,
        };
        settler.take_home(facts.return_id, number).await
    }
}
