//! Carries out refunds that were reserved together with what they are for.

use domain::machine::Moves;
use std::time::Duration;

use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::payments::{self, Payments};
use store::provider::Provider;
use store::queues::PAYMENTS_EXECUTE_REFUND;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// How long a wish is carried out without a question. Providers keep the keys of requests for a day: by
/// then, what they have made is asked for first.
const FRESH: Duration = Duration::from_secs(60 * 60);

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
        let is_fresh = delivery.stamp.now < delivery.envelope.occurred_at.plus(FRESH);
        match is_fresh {
            true => driver.execute(payment, wish.refund_id).await.map(drop),
            false => driver.carry_on(payment).await.map(drop),
        }
    }
}
