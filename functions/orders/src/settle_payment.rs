//! Moves orders on when their payments do: orders that are paid, or whose money is set aside, are
//! confirmed; orders whose charge by the server was declined, or whose payment was given up before
//! anything was sent, are cancelled; what was taken, given back or disputed is put down.

use domain::machine::Moves;
use domain::order::{Order, OrderStatus};
use domain::transition::Transition;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::{Event, OrderFacts};
use store::orders::{self, Orders};
use store::queues::ORDERS_SETTLE_PAYMENT;

/// Settles payments.
pub(crate) struct SettlePayment;

impl Consumer for SettlePayment {
    const SOURCE: Source = Source::Queue {
        queue: &ORDERS_SETTLE_PAYMENT,
        batch: 10,
    };
    const SUMMARY: &'static str = "Moves orders on when their payments do";
    const MOVES: &'static [Moves] = &[
        Moves::to::<OrderStatus>(OrderStatus::Confirmed.as_str()),
        Moves::to::<OrderStatus>(OrderStatus::Cancelled.as_str()),
    ];
    type Needs = (Orders<orders::Move>,);
    type Message = Delivery;

    async fn handle((orders,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let now = delivery.stamp.now;
        let event = delivery.event();
        let (Event::PaymentAuthorized(facts)
        | Event::PaymentCaptured(facts)
        | Event::PaymentSucceeded(facts)
        | Event::PaymentFailed(facts)
        | Event::PaymentActionRequired(facts)
        | Event::PaymentRefunded(facts)
        | Event::PaymentVoided(facts)
        | Event::PaymentDisputed(facts)
        | Event::RefundFailed(facts)) = event
        else {
            return Ok(());
        };
        let order = orders.get_now(facts.order_id).await?;
        let moved = order.heard(&facts.news(event.topic()), now);
        let Transition::Moved(moved) = moved.map_err(Failure::internal)? else {
            return Ok(());
        };
        let mut tx = orders.begin(&delivery.stamp);
        orders.save(&mut tx, &moved, news(&order, &moved))?;
        tx.commit().await?;
        Ok(())
    }
}

/// What others must hear of an order that moved from `old` to `new`.
fn news(old: &Order, new: &Order) -> Option<Event> {
    if old.status == new.status {
        return None;
    }
    match new.status {
        OrderStatus::Confirmed => Some(Event::OrderConfirmed(OrderFacts::of(new, None))),
        OrderStatus::Cancelled => {
            let entry = new.timeline.iter().rev();
            let reason = entry.map(|entry| entry.data.as_deref()).next().flatten();
            Some(Event::OrderCancelled(OrderFacts::of(new, reason)))
        }
        _ => None,
    }
}
