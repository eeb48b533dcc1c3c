//! Carries out refunds that were reserved together with what they are for.

use domain::machine::Moves;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::payments::{self, Payments};
use store::provider::Provider;
use store::queues::PAYMENTS_EXECUTE_REFUND;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// Executes refunds.
pub(crate) struct ExecuteRefund;

impl Consumer for ExecuteRefund {
    const SOURCE: Source = Source::Queue {
        queue: &PAYMENTS_EXECUTE_REFUND,
        batch: 2,
    };
    const SUMMARY: &'static str = "Carries out refunds that are reserved on their payments";
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Refund>, Provider);
    type Message = Delivery;

    async fn handle(
        (payments, provider): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let Event::RefundRequested(wish) = delivery.event() else {
            return Ok(());
        };
        let driver = Driver {
            payments,
            provider,
            stamp: &delivery.stamp,
        };
        let payment = payments.get_now(wish.payment_id).await?;
        driver.execute(payment, wish.refund_id).await.map(drop)
    }
}
