//! Charges orders that name a payment method, once each: the key at the provider is derived from the
//! order and the attempt.

use domain::id::PaymentId;
use domain::machine::Moves;
use domain::payment::{Initiator, Payment, Start};
use edge::{Code, Consumer, Delivery, Failure, Source};
use store::StoreError;
use store::error::Unique;
use store::event::{Event, OrderFacts};
use store::payments::{self, Payments};
use store::provider::{CaptureDefault, Provider};
use store::queues::PAYMENTS_CHARGE_ORDER;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// Charges orders.
pub(crate) struct ChargeOrder;

impl Consumer for ChargeOrder {
    const SOURCE: Source = Source::Queue {
        queue: &PAYMENTS_CHARGE_ORDER,
        batch: 2,
    };
    const SUMMARY: &'static str = "Charges orders that name a payment method";
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Charge>, Provider, CaptureDefault);
    type Message = Delivery;

    async fn handle(
        (payments, provider, CaptureDefault(capture_method)): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let Event::OrderCreated(OrderFacts {
            order_id,
            total,
            payment_method: Some(method),
            ..
        }) = delivery.event()
        else {
            return Ok(());
        };
        let driver = Driver {
            payments,
            provider,
            stamp: &delivery.stamp,
        };
        let me = delivery.envelope.id;
        let slot = payments.slot(*order_id).await?;
        if slot.live
            && let Some(payment) = slot.payment
        {
            return resume(&driver, payments.get_now(payment).await?, me).await;
        }
        if slot.closed || slot.attempts > 0 {
            // The order came to nothing, or its charge was decided before.
            return Ok(());
        }
        let now = delivery.stamp.now;
        let start = Start {
            id: PaymentId::new(now, delivery.stamp.entropy.as_ref()),
            order: *order_id,
            amount: *total,
            method: method.clone(),
            capture_method: *capture_method,
            initiator: Initiator::Server,
            attempt: 1,
            owner: me,
        };
        let payment = provider.named(Payment::start(start, now).map_err(Failure::internal)?);
        let mut tx = payments.begin(&delivery.stamp);
        payments.start(&mut tx, &payment, &slot)?;
        match tx.commit().await {
            // Somebody else started meanwhile: look again.
            Err(StoreError::Taken(Unique::LivePayment)) => Err(StoreError::Stale.into()),
            Err(error) => Err(error.into()),
            Ok(()) => driver.charge(payment).await.map(drop),
        }
    }
}

/// Drives on a payment that was started before, by an earlier delivery of this message or by the
/// client; one that somebody else works on is theirs.
async fn resume(
    driver: &Driver<'_, payments::Charge>,
    payment: Payment,
    me: domain::id::EventId,
) -> Result<(), Failure> {
    if !payment.is_open() {
        return Ok(());
    }
    match driver.resume(payment, me).await {
        Err(failure) if failure.code == Code::IdempotencyInFlight => Ok(()),
        done => done.map(drop),
    }
}
