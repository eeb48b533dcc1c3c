//! Gives back what was charged for orders that came to nothing, and keeps payments from starting for
//! them any more.

use domain::machine::Moves;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::payments::{self, Payments};
use store::provider::Provider;
use store::queues::PAYMENTS_REVERSE_ORDER;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// Reverses payments.
pub(crate) struct ReverseOrder;

impl Consumer for ReverseOrder {
    const SOURCE: Source = Source::Queue {
        queue: &PAYMENTS_REVERSE_ORDER,
        batch: 2,
    };
    const SUMMARY: &'static str = "Gives back what was charged for orders that came to nothing";
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Settle>, Provider);
    type Message = Delivery;

    async fn handle(
        (payments, provider): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let (Event::OrderCancelled(facts) | Event::OrderExpired(facts)) = delivery.event() else {
            return Ok(());
        };
        // Closed before it is read: a payment that settles after this sees it and gives back itself.
        payments.close(facts.order_id).await?;
        let Some(payment) = payments.slot(facts.order_id).await?.payment else {
            return Ok(());
        };
        let payment = payments.get_now(payment).await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &delivery.stamp,
        };
        // Its outcome may be open: whoever drives it on sees that the slot is closed.
        let payment = match payment.is_open() {
            true => driver.resume(payment, delivery.envelope.id).await?,
            false => payment,
        };
        driver.give_back(payment).await.map(drop)
    }
}
