//! Whatever is asked of an order's goods, and in whichever order: no unit is anywhere twice.

use domain::machine::Machine;
use domain::order::{
    Actor, Arrived, Disposition, FulfilmentStatus, GoodsError, Line, MAX_ENTRIES, MovedReturn,
    Order, OrderStatus, ReturnRequest, ReturnStatus, Shipment, ShipmentStatus, Units,
};
use domain::text::Reason;
use domain::{FulfilmentId, PaymentId, Quantity, ReturnId, Transition};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::{Index, select};

use crate::given::{item, now, order};

/// Some units, of lines by their place.
pub(crate) type Several = Vec<(Index, u32)>;

/// What people ask of an order's goods.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Ship(Several),
    MoveFulfilment(Index, ShipmentStatus),
    Return(Several),
    MoveReturn(Index, ReturnStatus, Vec<(Index, u32, bool)>),
    Cancel,
}

pub(crate) fn some() -> impl Strategy<Value = Several> {
    prop::collection::vec((any::<Index>(), 1_u32..4), 1..4)
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let came = prop::collection::vec((any::<Index>(), 1_u32..3, any::<bool>()), 0..3);
    prop_oneof![
        4 => some().prop_map(Op::Ship),
        4 => (any::<Index>(), select(ShipmentStatus::ALL))
            .prop_map(|(which, to)| Op::MoveFulfilment(which, to)),
        4 => some().prop_map(Op::Return),
        8 => (any::<Index>(), select(ReturnStatus::ALL), came)
            .prop_map(|(which, to, came)| Op::MoveReturn(which, to, came)),
        1 => Just(Op::Cancel),
    ]
}

pub(crate) fn units(order: &Order, some: &Several) -> Vec<Units> {
    some.iter()
        .map(|(which, count)| Units {
            line: order.lines[which.index(order.lines.len())].id,
            quantity: Quantity::try_from(*count).unwrap(),
        })
        .collect()
}

/// The order after what was asked of it, with what came of a return; nothing if it stays as it is.
pub(crate) fn step(
    order: &Order,
    op: &Op,
    number: u128,
) -> Result<Option<MovedReturn>, GoodsError> {
    let plain = |order: Order| MovedReturn {
        order,
        receipt: None,
    };
    let actor = Actor::System;
    match op {
        Op::Ship(some) => {
            let shipment = Shipment {
                id: FulfilmentId::from_u128(number),
                lines: units(order, some),
                tracking: None,
            };
            order.ship(shipment, actor, now()).map(plain).map(Some)
        }
        Op::MoveFulfilment(which, to) if !order.fulfilments.is_empty() => {
            let id = order.fulfilments[which.index(order.fulfilments.len())].id;
            let moved = order.move_fulfilment(id, *to, None, actor, now())?;
            Ok(moved.moved().map(plain))
        }
        Op::Return(some) => {
            let request = ReturnRequest {
                id: ReturnId::from_u128(number),
                lines: units(order, some),
                reason: Reason::parse("because").unwrap(),
            };
            let requested = order.request_return(request, actor, now());
            requested.map(plain).map(Some)
        }
        Op::MoveReturn(which, to, came) if !order.returns.is_empty() => {
            let id = order.returns[which.index(order.returns.len())].id;
            let came: Vec<Arrived> = came
                .iter()
                .map(|(line, count, fit)| Arrived {
                    units: units(order, &vec![(*line, *count)])[0],
                    disposition: if *fit {
                        Disposition::Restock
                    } else {
                        Disposition::WriteOff
                    },
                })
                .collect();
            match order.move_return(id, *to, &came, actor, now())? {
                Transition::Unchanged => Ok(None),
                Transition::Moved(moved) => {
                    // What is told to those who keep the stock is what the counters grew by.
                    let sum = |order: &Order| order.lines.iter().map(|l| l.returned).sum::<u32>();
                    let told = moved.receipt.iter().flat_map(|receipt| &receipt.lines);
                    let told: u32 = told.map(|came| came.restocked + came.written_off).sum();
                    assert_eq!(sum(&moved.order) - sum(order), told);
                    Ok(Some(moved))
                }
            }
        }
        Op::Cancel => Ok(order
            .cancel(actor, None, now())
            .ok()
            .and_then(Transition::moved)
            .map(plain)),
        Op::MoveFulfilment(..) | Op::MoveReturn(..) => Ok(None),
    }
}

/// The counters of a line, as fulfilments and returns tell them.
fn recounted(order: &Order, line: &Line) -> (u32, u32, u32) {
    let sum = |statuses: &[ShipmentStatus]| -> u32 {
        let parcels = order.fulfilments.iter();
        let parcels = parcels.filter(|parcel| statuses.contains(&parcel.status));
        let units = parcels.flat_map(|parcel| &parcel.lines);
        let units = units.filter(|units| units.line == line.id);
        units.map(|units| units.quantity.get()).sum()
    };
    let returned = order.returns.iter().flat_map(|one| &one.lines);
    let returned = returned.filter(|part| part.line == line.id);
    (
        sum(&[ShipmentStatus::Shipped, ShipmentStatus::Delivered]),
        sum(&[ShipmentStatus::Delivered]),
        returned.map(|part| part.restocked + part.written_off).sum(),
    )
}

/// No unit is anywhere twice, and every status is what the units say.
pub(crate) fn check(order: &Order) {
    for line in &order.lines {
        assert!(line.shipped + line.cancelled <= line.quantity.get());
        assert!(line.delivered <= line.shipped);
        assert!(line.returned <= line.delivered);
        let counted = (line.shipped, line.delivered, line.returned);
        assert_eq!(counted, recounted(order, line));
        let open: u32 = order
            .returns
            .iter()
            .filter(|one| {
                matches!(
                    one.status,
                    ReturnStatus::Requested
                        | ReturnStatus::Approved
                        | ReturnStatus::PartiallyReceived
                )
            })
            .flat_map(|one| &one.lines)
            .filter(|part| part.line == line.id)
            .map(|part| part.quantity.get() - part.restocked - part.written_off)
            .sum();
        assert!(line.returned + open <= line.delivered);
    }
    for one in &order.returns {
        let came: u32 = one.lines.iter().map(|part| part.received()).sum();
        let wanted: u32 = one.lines.iter().map(|part| part.quantity.get()).sum();
        match one.status {
            ReturnStatus::Received => assert_eq!(came, wanted),
            ReturnStatus::PartiallyReceived | ReturnStatus::Closed => {
                assert!(came > 0 && came < wanted);
            }
            _ => assert_eq!(came, 0),
        }
        assert_eq!(came > 0, one.receipts > 0);
    }
    assert_eq!(order.fulfilment_status, FulfilmentStatus::of(&order.lines));
    let arrived = |line: &Line| line.delivered + line.cancelled == line.quantity.get();
    let completed = order.status == OrderStatus::Completed;
    let over = matches!(order.status, OrderStatus::Cancelled | OrderStatus::Expired);
    assert_eq!(completed, !over && order.lines.iter().all(arrived));
    assert!(order.timeline.len() <= MAX_ENTRIES);
}

proptest! {
    #[test]
    fn no_unit_is_anywhere_twice(
        quantities in prop::collection::vec(1_u32..6, 1..4),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let items = quantities.iter().enumerate();
        let items = items.map(|(n, units)| item(&format!("s{n}"), *units, 100)).collect();
        let placed = order(items);
        let paid = placed.paid(PaymentId::from_u128(1), placed.totals.total, now());
        let mut order = paid.unwrap().moved().unwrap();
        for (op, number) in ops.iter().zip(1..) {
            let Ok(Some(MovedReturn { order: next, .. })) = step(&order, op, number) else { continue };
            check(&next);
            prop_assert_eq!(next.version, order.version + 1);
            prop_assert!(next.timeline.len() > order.timeline.len());
            let stays = order.status == next.status;
            prop_assert!(stays || OrderStatus::MOVES.contains(&(order.status, next.status)));
            for (old, new) in order.fulfilments.iter().zip(&next.fulfilments) {
                let stays = old.status == new.status;
                prop_assert!(stays || ShipmentStatus::MOVES.contains(&(old.status, new.status)));
            }
            for (old, new) in order.returns.iter().zip(&next.returns) {
                let stays = old.status == new.status;
                prop_assert!(stays || ReturnStatus::MOVES.contains(&(old.status, new.status)));
            }
            prop_assert_eq!(next.as_placed(), placed.clone());
            order = next;
        }
    }
}
