//! Every minute: lets unpaid orders expire when their hold ends, and asks again for charges of which
//! nothing was heard. No message is the only copy of a duty.

use domain::id::OrderId;
use domain::machine::Moves;
use domain::order::{Due, OrderStatus};
use edge::{Code, Consumer, Failure, Source, Tick};
use store::event::{Event, OrderFacts};
use store::orders::{self, Orders};

/// Sweeps due orders.
pub(crate) struct SweepDueOrders;

/// How many orders of each shard are looked at in one round.
const PER_SHARD: u16 = 50;
/// How many rounds one run has; what is left is found a minute later.
const ROUNDS: u32 = 10;

impl Consumer for SweepDueOrders {
    const SOURCE: Source = Source::EveryMinute;
    const SUMMARY: &'static str = "Expires unpaid orders and asks again for overdue charges";
    const MOVES: &'static [Moves] = &[Moves::to::<OrderStatus>(OrderStatus::Expired.as_str())];
    type Needs = (Orders<orders::Sweep>,);
    type Message = Tick;

    async fn handle((orders,): &Self::Needs, tick: &Tick) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let due = orders.due(tick.stamp.now, PER_SHARD).await?;
            if due.is_empty() {
                return Ok(());
            }
            let mut failed = None;
            for id in due {
                // One order that cannot be moved must not keep the others waiting.
                if let Err(failure) = look_at(orders, id, tick).await {
                    tracing::warn!(order = %id, %failure, "not moved");
                    failed = Some(failure);
                }
            }
            if let Some(failure) = failed {
                return Err(failure);
            }
        }
        Ok(())
    }
}

async fn look_at(orders: &Orders<orders::Sweep>, id: OrderId, tick: &Tick) -> Result<(), Failure> {
    let now = tick.stamp.now;
    let order = orders.get_now(id).await?;
    let (moved, event): (_, fn(OrderFacts) -> Event) = match order.due(now) {
        Due::Nothing => return Ok(()),
        Due::RequestCharge => (order.payment_requested(now), Event::OrderCreated),
        Due::Expire => (order.expire(now), Event::OrderExpired),
    };
    let Some(moved) = moved.map_err(Failure::internal)?.moved() else {
        return Ok(());
    };
    let mut tx = orders.begin(&tick.stamp);
    orders.save(&mut tx, &moved, Some(event(OrderFacts::of(&moved, None))))?;
    match tx.commit().await.map_err(Failure::from) {
        // Somebody else moved it meanwhile.
        Err(failure) if failure.code == Code::Conflict => Ok(()),
        done => done,
    }
}
