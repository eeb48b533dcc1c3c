//! Every minute: asks the provider about payments of which something has been open for too long, and
//! drives them on: charges, captures, voids and refunds. No message is the only copy of a duty.

use std::time::Duration;

use domain::id::{EventId, PaymentId};
use domain::machine::Moves;
use edge::{Code, Consumer, Failure, Source, Tick};
use store::StoreError;
use store::payments::{self, Payments};
use store::provider::Provider;

use tokio::time::Instant;

use crate::driving::{BY_THE_PROVIDER, Driver};

/// Sweeps open payments.
pub(crate) struct SweepOpenPayments;

/// How many payments of each shard are looked at in one run; the next one follows in a minute.
const PER_SHARD: u16 = 50;
/// How long one run goes on before it leaves the rest to the next. What it has begun then may still
/// take the provider's time, below the function's thirty seconds.
const RUN: Duration = Duration::from_secs(15);

impl Consumer for SweepOpenPayments {
    const SOURCE: Source = Source::EveryMinute;
    const SUMMARY: &'static str = "Asks the provider about payments of which something is open";
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Sweep>, Provider);
    type Message = Tick;

    async fn handle((payments, provider): &Self::Needs, tick: &Tick) -> Result<(), Failure> {
        let driver = Driver {
            payments,
            provider,
            stamp: &tick.stamp,
        };
        let mut failed = None;
        let end = Instant::now() + RUN;
        for id in payments.due(tick.stamp.now, PER_SHARD).await? {
            if Instant::now() > end {
                break;
            }
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
    let now = driver.stamp.now;
    let payment = driver.payments.get_now(id).await?;
    let before = payment.version;
    let me = EventId::new(driver.stamp.now, driver.stamp.entropy.as_ref());
    let driven = match payment.is_open() {
        true => driver.resume(payment, me).await,
        false => driver.carry_on(payment).await,
    };
    let payment = match driven {
        Ok(payment) => payment,
        // Somebody works on it, or moved it meanwhile.
        Err(failure) if matches!(failure.code, Code::IdempotencyInFlight | Code::Conflict) => {
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    if payment.version > before && !payment.is_open() {
        return Ok(());
    }
    match driver.payments.postpone(&payment, now).await {
        Err(StoreError::Stale) => Ok(()),
        done => Ok(done?),
    }
}
