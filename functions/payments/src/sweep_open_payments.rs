//! Every minute: asks the provider about payments whose outcome has been open for too long, and
//! drives them on. No message is the only copy of a duty.

use domain::id::{EventId, PaymentId};
use edge::{Code, Consumer, Failure, Source, Tick};
use store::payments::{self, Payments};
use store::provider::Provider;

use crate::driving::Driver;

/// Sweeps open payments.
pub(crate) struct SweepOpenPayments;

/// How many payments of each shard are looked at in one run; the next one follows in a minute.
const PER_SHARD: u16 = 50;

impl Consumer for SweepOpenPayments {
    const SOURCE: Source = Source::EveryMinute;
    const SUMMARY: &'static str = "Asks the provider about payments whose outcome is open";
    type Needs = (Payments<payments::Sweep>, Provider);
    type Message = Tick;

    async fn handle((payments, provider): &Self::Needs, tick: &Tick) -> Result<(), Failure> {
        let driver = Driver {
            payments,
            provider,
            stamp: &tick.stamp,
        };
        let mut failed = None;
        for id in payments.due(tick.stamp.now, PER_SHARD).await? {
            // One payment that cannot be driven on must not keep the others waiting.
            if let Err(failure) = look_at(&driver, id).await {
                tracing::warn!(payment = %id, %failure, "still open");
                failed = Some(failure);
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

async fn look_at(driver: &Driver<'_, payments::Sweep>, id: PaymentId) -> Result<(), Failure> {
    let payment = driver.payments.get_now(id).await?;
    let me = EventId::new(driver.stamp.now, driver.stamp.entropy.as_ref());
    match driver.resume(payment, me).await {
        // Somebody works on it, or moved it meanwhile.
        Err(failure) if matches!(failure.code, Code::IdempotencyInFlight | Code::Conflict) => {
            Ok(())
        }
        done => done.map(drop),
    }
}
