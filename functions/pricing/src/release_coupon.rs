//! Gives back the use of a coupon when its order is cancelled or expires.

use domain::machine::Moves;
use domain::pricing::redemption::RedemptionState;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::pricing::{self, Tariffs};
use store::queues::PRICING_RELEASE_COUPON;

use crate::giving_back::give_back;

/// Gives back uses of coupons.
pub(crate) struct ReleaseCoupon;

impl Consumer for ReleaseCoupon {
    const SOURCE: Source = Source::Queue {
        queue: &PRICING_RELEASE_COUPON,
        batch: 10,
    };
    const SUMMARY: &'static str = "Gives back the coupon of an order that came to nothing";
    const MOVES: &'static [Moves] = &[Moves::to::<RedemptionState>(
        RedemptionState::Released.as_str(),
    )];
    type Needs = (Tariffs<pricing::Release>,);
    type Message = Delivery;

    async fn handle((tariffs,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        match delivery.event() {
            Event::OrderCancelled(order) | Event::OrderExpired(order) => {
                give_back(tariffs, &delivery.stamp, order.order_id).await
            }
            _ => Ok(()),
        }
    }
}
