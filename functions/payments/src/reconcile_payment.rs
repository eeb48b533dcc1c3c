//! Asks the provider about a payment of which it has news, and puts down what it says.

use domain::machine::Moves;
use edge::{Consumer, Delivery, Failure, Source};
use store::StoreError;
use store::event::Event;
use store::payments::{self, Payments};
use store::provider::Provider;
use store::queues::PAYMENTS_RECONCILE_PAYMENT;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// Reconciles payments.
pub(crate) struct ReconcilePayment;

impl Consumer for ReconcilePayment {
    const SOURCE: Source = Source::Queue {
        queue: &PAYMENTS_RECONCILE_PAYMENT,
        batch: 2,
    };
    const SUMMARY: &'static str = "Asks the provider about payments of which it has news";
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Settle>, Provider);
    type Message = Delivery;

    async fn handle(
        (payments, provider): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let Event::PaymentReported(report) = delivery.event() else {
            return Ok(());
        };
        let payment = match payments.get_now(report.payment_id).await {
            // Another shop's, at the same provider.
            Err(StoreError::NotFound) => return Ok(()),
            found => found?,
        };
        let driver = Driver {
            payments,
            provider,
            stamp: &delivery.stamp,
        };
        let report = driver.look_up(&payment).await?;
        driver.settle(payment, &report).await.map(drop)
    }
}
