//! Whatever happens to an order, and in whichever order: what is true of it stays true.

use std::time::Duration;

use domain::machine::Machine;
use domain::order::{
    Actor, Due, FulfilmentStatus, Line, MAX_ENTRIES, Moment, Order, OrderError, OrderStatus,
    PaymentStatus,
};
use domain::pricing::Item;
use domain::{Money, PaymentId, Timestamp, Transition};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::given::{charged_order, euros, item, now, order};

const FIRST: PaymentId = PaymentId::from_u128(1);

#[derive(Debug, Clone)]
enum Op {
    Requested,
    RequiresAction(u128),
    Paid(u128, bool),
    Failed(u128, bool),
    Cancel,
    Expire,
    Refunded(u128, i64),
    Voided(u128),
    Ship(prop::sample::Index),
    Wait(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let payment = 1_u128..4;
    prop_oneof![
        2 => Just(Op::Requested),
        2 => payment.clone().prop_map(Op::RequiresAction),
        2 => (payment.clone(), prop::bool::weighted(0.8)).prop_map(|(p, exact)| Op::Paid(p, exact)),
        3 => (payment.clone(), prop::bool::weighted(0.2)).prop_map(|(p, server)| Op::Failed(p, server)),
        1 => Just(Op::Cancel),
        1 => Just(Op::Expire),
        3 => (payment.clone(), -5_i64..15_000).prop_map(|(p, cents)| Op::Refunded(p, cents)),
        1 => payment.prop_map(Op::Voided),
        1 => any::<prop::sample::Index>().prop_map(Op::Ship),
        3 => (1_u64..400).prop_map(Op::Wait),
    ]
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    prop::collection::vec((0_u32..8, 1_u32..5, 0_i64..3_000), 1..12).prop_map(|items| {
        items
            .into_iter()
            .map(|(name, units, cents)| item(&format!("s{name}"), units, cents))
            .collect()
    })
}

fn step(order: &Order, op: &Op, at: Timestamp) -> Result<Transition<Order>, OrderError> {
    let id = PaymentId::from_u128;
    match *op {
        Op::Requested => order.payment_requested(at),
        Op::RequiresAction(payment) => order.requires_action(id(payment), at),
        Op::Paid(payment, true) => order.paid(id(payment), order.totals.total, at),
        Op::Paid(payment, false) => order.paid(id(payment), euros(-1), at),
        Op::Failed(payment, by_server) => order.payment_failed(id(payment), "other", by_server, at),
        Op::Cancel => order.cancel(Actor::System, None, at),
        Op::Expire => order.expire(at),
        Op::Refunded(payment, cents) => order.refunded(id(payment), euros(cents), at),
        Op::Voided(payment) => order.voided(id(payment), at),
        Op::Ship(_) | Op::Wait(_) => Ok(Transition::Unchanged),
    }
}

/// What is true of every order at every moment.
fn check(order: &Order) {
    let totals = order.totals;
    let sum = |part: fn(&Line) -> Money| {
        Money::sum(order.currency, order.lines.iter().map(part)).unwrap()
    };
    assert_eq!(
        totals.items,
        sum(|line| line.unit_price.times(line.quantity).unwrap())
    );
    assert_eq!(totals.discount, sum(|line| line.discount));
    assert_eq!(totals.tax, sum(|line| line.tax));
    assert_eq!(
        totals.total,
        sum(|line| line.total).add(totals.shipping).unwrap()
    );
    assert!(!totals.refunded.is_negative());
    assert!(totals.refunded.amount() <= totals.captured.amount());
    assert!(totals.captured.amount() <= totals.total.amount());
    for line in &order.lines {
        assert!(line.shipped + line.cancelled <= line.quantity.get());
        assert!(line.delivered <= line.shipped);
        assert!(line.returned <= line.delivered);
        assert!(line.refunded <= line.quantity.get());
    }
    let over = matches!(order.status, OrderStatus::Cancelled | OrderStatus::Expired);
    assert_eq!(over, order.fulfilment_status == FulfilmentStatus::Cancelled);
    assert!(order.timeline.len() <= MAX_ENTRIES);
    assert_eq!(order.timeline[0].kind, Moment::Placed);
    assert_eq!(
        order.due_at().is_some(),
        order.status == OrderStatus::PendingPayment
    );
    if order.payment_status == PaymentStatus::Refunded {
        assert_eq!(totals.refunded, totals.captured);
    }
}

fn may_follow(from: OrderStatus, to: OrderStatus) -> bool {
    from == to || OrderStatus::MOVES.contains(&(from, to))
}

proptest! {
    #[test]
    fn no_order_of_events_breaks_an_order(
        items in items(),
        charged in any::<bool>(),
        ops in prop::collection::vec(op(), 1..40),
    ) {
        let placed = if charged { charged_order(items) } else { order(items) };
        check(&placed);
        let mut order = placed.clone();
        let mut at = now();
        for op in &ops {
            if let Op::Wait(seconds) = op {
                at = at.plus(Duration::from_secs(*seconds));
            }
            if let Op::Ship(pick) = op && order.status == OrderStatus::Confirmed {
                let index = pick.index(order.lines.len());
                order.lines[index].shipped = order.lines[index].quantity.get();
            }
            let due = order.due(at);
            prop_assert_eq!(due != Due::Nothing, order.due_at().is_some_and(|due_at| at >= due_at));

            let Ok(Transition::Moved(next)) = step(&order, op, at) else { continue };
            check(&next);
            prop_assert_eq!(next.version, order.version + 1);
            prop_assert_eq!(next.updated_at, at);
            prop_assert!(may_follow(order.status, next.status), "{} to {}", order.status, next.status);
            prop_assert!(next.timeline.starts_with(&order.timeline));
            prop_assert!(next.timeline.len() > order.timeline.len());
            prop_assert!(next.totals.refunded.amount() >= order.totals.refunded.amount());
            prop_assert_eq!(next.as_placed(), placed.clone());
            // Asking for a charge is the one thing that is done again when it is asked for again.
            if !matches!(op, Op::Requested) {
                let again = step(&next, op, at);
                prop_assert!(
                    matches!(again, Ok(Transition::Unchanged) | Err(OrderError::InvalidState { .. } | OrderError::Sent { .. })),
                    "{:?} moved it twice", op
                );
            }
            order = next;
        }
    }

    #[test]
    fn what_one_payment_tells_comes_to_the_same_in_any_order(
        events in Just(vec![0_u8, 1, 2, 0, 1, 2]).prop_shuffle(),
        fails in any::<bool>(),
    ) {
        let mut order = order(vec![item("tee", 2, 1_999), item("cap", 1, 1_000)]);
        for event in events {
            let outcome = match event {
                0 => order.requires_action(FIRST, now()),
                1 if fails => order.payment_failed(FIRST, "other", false, now()),
                1 => order.paid(FIRST, order.totals.total, now()),
                _ => order.payment_requested(now()),
            };
            order = outcome.unwrap().moved().unwrap_or(order);
        }
        let expected = if fails {
            (OrderStatus::PendingPayment, PaymentStatus::Failed)
        } else {
            (OrderStatus::Confirmed, PaymentStatus::Captured)
        };
        prop_assert_eq!((order.status, order.payment_status), expected);
    }
}
