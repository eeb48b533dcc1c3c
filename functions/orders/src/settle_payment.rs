//! Moves orders on when their payments do: paid orders are confirmed; orders whose charge by the
//! server was declined are cancelled; refunds are put down.

use domain::order::{Order, OrderStatus};
use domain::transition::Transition;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::{Event, OrderFacts, PaymentFacts};
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
    type Needs = (Orders<orders::Move>,);
    type Message = Delivery;

    async fn handle((orders,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let now = delivery.stamp.now;
        let (Event::PaymentSucceeded(facts)
        | Event::PaymentFailed(facts)
        | Event::PaymentActionRequired(facts)
        | Event::PaymentRefunded(facts)) = delivery.event()
        else {
            return Ok(());
        };
        let PaymentFacts {
            payment_id,
            order_id,
            amount,
            refunded,
            decline,
            by_server,
        } = facts;
        let order = orders.get_now(*order_id).await?;
        let decline = decline.map_or("other", |decline| decline.as_str());
        let moved = match delivery.event() {
            Event::PaymentSucceeded(_) => order.paid(*payment_id, *amount, now),
            Event::PaymentFailed(_) => order.payment_failed(*payment_id, decline, *by_server, now),
            Event::PaymentActionRequired(_) => order.requires_action(*payment_id, now),
            _ if refunded.is_zero() => order.voided(*payment_id, now),
            _ => order.refunded(*payment_id, *refunded, now),
        };
        let Transition::Moved(moved) = moved.map_err(Failure::internal)? else {
            return Ok(());
        };
        let mut tx = orders.begin(&delivery.stamp);
        orders.save(&mut tx, &moved, news(&order, &moved, decline))?;
        tx.commit().await?;
        Ok(())
    }
}

/// What others must hear of an order that moved from `old` to `new`.
fn news(old: &Order, new: &Order, decline: &str) -> Option<Event> {
    if old.status == new.status {
        return None;
    }
    match new.status {
        OrderStatus::Confirmed => Some(Event::OrderConfirmed(OrderFacts::of(new, None))),
        OrderStatus::Cancelled => Some(Event::OrderCancelled(OrderFacts::of(new, Some(decline)))),
        _ => None,
    }
}
