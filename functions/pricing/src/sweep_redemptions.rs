//! Every minute: settles the uses of coupons of which nothing was heard in time, by what their orders
//! say. No message is the only copy of a duty.

use std::time::Duration;

use domain::id::OrderId;
use domain::machine::Moves;
use domain::order::OrderStatus;
use domain::pricing::redemption::RedemptionState;
use edge::{Code, Consumer, Failure, Source, Tick};
use store::StoreError;
use store::orders::{self, Orders};
use store::pricing::{self, Tariffs};

use crate::giving_back::give_back;

/// Sweeps redemptions.
pub(crate) struct SweepRedemptions;

/// How many redemptions of each shard are looked at in one round.
const PER_SHARD: u16 = 50;
/// How many rounds one run has; what is left is found a minute later.
const ROUNDS: u32 = 10;
/// How long a use is left alone whose order waits for its payment.
const WHILE_UNPAID: Duration = Duration::from_secs(5 * 60);
/// How long one is left alone whose order is paid and could still be cancelled.
const WHILE_OPEN: Duration = Duration::from_secs(24 * 60 * 60);
/// When an order has been open for so long, nobody looks at its coupon any more. Should it be
/// cancelled after all, the news of that still gives the use back.
const LONGEST_OPEN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Consumer for SweepRedemptions {
    const SOURCE: Source = Source::EveryMinute;
    const SUMMARY: &'static str = "Settles uses of coupons of which nothing was heard in time";
    const MOVES: &'static [Moves] = &[
        Moves::to::<RedemptionState>(RedemptionState::Kept.as_str()),
        Moves::to::<RedemptionState>(RedemptionState::Released.as_str()),
    ];
    type Needs = (Tariffs<pricing::Sweep>, Orders<orders::Read>);
    type Message = Tick;

    async fn handle((tariffs, orders): &Self::Needs, tick: &Tick) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let due = tariffs.due(tick.stamp.now, PER_SHARD).await?;
            if due.is_empty() {
                return Ok(());
            }
            let mut failed = None;
            let mut settled = false;
            for id in due {
                // One use that cannot be settled must not keep the others waiting.
                match look_at(tariffs, orders, id, tick).await {
                    Ok(()) => settled = true,
                    Err(failure) => {
                        tracing::warn!(order = %id, %failure, "coupon not settled");
                        failed = Some(failure);
                    }
                }
            }
            if let Some(failure) = failed
                && !settled
            {
                return Err(failure);
            }
        }
        Ok(())
    }
}

async fn look_at(
    tariffs: &Tariffs<pricing::Sweep>,
    orders: &Orders<orders::Read>,
    id: OrderId,
    tick: &Tick,
) -> Result<(), Failure> {
    let status = match orders.get_now(id).await {
        Ok(order) => Some(order.status),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let done = match status {
        Some(OrderStatus::PendingPayment) => put_off(tariffs, id, tick, WHILE_UNPAID).await,
        Some(OrderStatus::Confirmed) => put_off(tariffs, id, tick, WHILE_OPEN).await,
        Some(OrderStatus::Completed) => keep(tariffs, id, tick).await,
        Some(OrderStatus::Cancelled | OrderStatus::Expired) | None => {
            give_back(tariffs, &tick.stamp, id).await
        }
    };
    match done {
        // Somebody else was quicker; whatever is left to do is still due.
        Err(failure) if failure.code == Code::Conflict => Ok(()),
        done => done,
    }
}

async fn put_off(
    tariffs: &Tariffs<pricing::Sweep>,
    order: OrderId,
    tick: &Tick,
    pause: Duration,
) -> Result<(), Failure> {
    let now = tick.stamp.now;
    match tariffs.redemption(order).await? {
        Some(read) if now >= read.redemption.at.plus(LONGEST_OPEN) => {
            keep(tariffs, order, tick).await
        }
        Some(read) => {
            let tx = tariffs.begin(&tick.stamp);
            Ok(tariffs.put_off(tx, &read, now.plus(pause)).await?)
        }
        None => Ok(()),
    }
}

async fn keep(
    tariffs: &Tariffs<pricing::Sweep>,
    order: OrderId,
    tick: &Tick,
) -> Result<(), Failure> {
    let Some(read) = tariffs.redemption(order).await? else {
        return Ok(());
    };
    let Some(kept) = read.redemption.keep() else {
        return Ok(());
    };
    let mut tx = tariffs.begin(&tick.stamp);
    tariffs.settle(&mut tx, &read, &kept).await?;
    tx.commit().await?;
    Ok(())
}
