//! Every minute: settles the holds of which nothing was heard in time, by what their orders say, and books
//! the receipts of which nothing was heard. No message is the only copy of a duty.

use std::time::Duration;

use domain::id::OrderId;
use domain::machine::Moves;
use domain::order::OrderStatus;
use domain::stock::{HoldState, ReceiptState};
use edge::{Code, Consumer, Failure, Source, Tick};
use store::StoreError;
use store::orders::{self, Orders};
use store::stock::{self, Stock};

use crate::settling::Settler;

/// Sweeps overdue holds.
pub(crate) struct SweepOverdueHolds;

/// How many holds, and receipts, of each shard are looked at in one round.
const PER_SHARD: u16 = 50;
/// How many rounds one run has; what is left is found a minute later.
const ROUNDS: u32 = 10;
/// How long a hold is left alone whose order still waits for its payment.
const PUT_OFF: Duration = Duration::from_secs(5 * 60);

impl Consumer for SweepOverdueHolds {
    const SOURCE: Source = Source::EveryMinute;
    const SUMMARY: &'static str =
        "Settles holds and books receipts of which nothing was heard in time";
    const MOVES: &'static [Moves] = &[Moves::all::<HoldState>(), Moves::all::<ReceiptState>()];
    type Needs = (Stock<stock::Sweep>, Orders<orders::Read>);
    type Message = Tick;

    async fn handle((stock, orders): &Self::Needs, tick: &Tick) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let now = tick.stamp.now;
            let (due, receipts) = tokio::try_join!(
                stock.due(now, PER_SHARD),
                stock.due_receipts(now, PER_SHARD)
            )?;
            if due.is_empty() && receipts.is_empty() {
                return Ok(());
            }
            let mut failed = None;
            let mut settled = false;
            for id in due {
                // One hold that cannot be settled must not keep the others waiting.
                match look_at(stock, orders, id, tick).await {
                    Ok(()) => settled = true,
                    Err(failure) => {
                        tracing::warn!(order = %id, %failure, "not settled");
                        failed = Some(failure);
                    }
                }
            }
            for (id, number) in receipts {
                let settler = Settler {
                    stock,
                    stamp: &tick.stamp,
                };
                match unless_done(settler.take_home(id, number).await) {
                    Ok(()) => settled = true,
                    Err(failure) => {
                        tracing::warn!(return = %id, number, %failure, "not booked");
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
    stock: &Stock<stock::Sweep>,
    orders: &Orders<orders::Read>,
    id: OrderId,
    tick: &Tick,
) -> Result<(), Failure> {
    let settler = Settler {
        stock,
        stamp: &tick.stamp,
    };
    let done = match orders.get_now(id).await {
        Ok(order) => {
            let name = order.number.to_string();
            match order.status {
                OrderStatus::Confirmed | OrderStatus::Completed => settler.commit(id, &name).await,
                OrderStatus::Cancelled | OrderStatus::Expired => settler.call_off(id, &name).await,
                OrderStatus::PendingPayment => put_off(stock, id, tick).await,
            }
        }
        Err(StoreError::NotFound) => settler.call_off(id, &id.to_string()).await,
        Err(error) => Err(error.into()),
    };
    unless_done(done)
}

/// Passes over what somebody else was quicker to do; whatever is left to do is still due.
fn unless_done(done: Result<(), Failure>) -> Result<(), Failure> {
    match done {
        Err(failure) if failure.code == Code::Conflict => Ok(()),
        done => done,
    }
}

async fn put_off(stock: &Stock<stock::Sweep>, order: OrderId, tick: &Tick) -> Result<(), Failure> {
    match stock.hold(order).await? {
        Some(hold) if hold.state == HoldState::Held => {
            let until = tick.stamp.now.plus(PUT_OFF);
            stock
                .put_off(stock.begin(&tick.stamp), &hold, until)
                .await?;
        }
        _ => {}
    }
    Ok(())
}
