//! Fulfilments: what leaves, what arrives, and what is told of an order on the way.

use std::time::Duration;

use domain::machine::Forbidden;
use domain::order::{
    Actor, Carrier, FulfilmentStatus, GoodsError, MAX_FULFILMENTS, Moment, Order, OrderError,
    OrderStatus, Shipment, ShipmentStatus, Tracking, TrackingNumber, Units,
};
use domain::{Fault, FulfilmentId, LineId, PaymentId, Quantity, Transition};

use crate::given::{item, now, order};

/// A paid order of three tees and a cap.
pub(crate) fn paid_order() -> Order {
    let order = order(vec![item("tee", 3, 1_999), item("cap", 1, 1_000)]);
    let total = order.totals.total;
    let paid = order.paid(PaymentId::from_u128(1), total, now());
    paid.unwrap().moved().unwrap()
}

pub(crate) fn units(order: &Order, line: usize, units: u32) -> Units {
    Units {
        line: order.lines[line].id,
        quantity: Quantity::try_from(units).unwrap(),
    }
}

pub(crate) fn parcel(number: u128, lines: Vec<Units>) -> Shipment {
    Shipment {
        id: FulfilmentId::from_u128(number),
        lines,
        tracking: None,
    }
}

pub(crate) fn moved(
    order: &Order,
    number: u128,
    status: ShipmentStatus,
) -> Result<Transition<Order>, GoodsError> {
    let id = FulfilmentId::from_u128(number);
    order.move_fulfilment(id, status, None, Actor::System, now())
}

pub(crate) fn delivered(order: &Order, number: u128) -> Order {
    let delivered = moved(order, number, ShipmentStatus::Delivered);
    delivered.unwrap().moved().unwrap()
}

fn sent(order: &Order, number: u128, lines: Vec<Units>) -> Order {
    let sent = order.ship(parcel(number, lines), Actor::System, now());
    sent.unwrap()
}

fn faults(refused: Result<Order, GoodsError>) -> Vec<String> {
    match refused {
        Err(GoodsError::Faults(faults)) => faults.iter().map(Fault::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn parcels_take_an_order_from_unfulfilled_to_completed() {
    let paid = paid_order();
    assert_eq!(paid.fulfilment_status, FulfilmentStatus::Unfulfilled);
    let some = sent(&paid, 1, vec![units(&paid, 0, 2)]);
    assert_eq!(some.fulfilment_status, FulfilmentStatus::PartiallyShipped);
    let all = sent(&some, 2, vec![units(&paid, 0, 1), units(&paid, 1, 1)]);
    assert_eq!(all.fulfilment_status, FulfilmentStatus::Shipped);
    let first = delivered(&all, 1);
    assert_eq!(
        first.fulfilment_status,
        FulfilmentStatus::PartiallyDelivered
    );
    assert_eq!(first.status, OrderStatus::Confirmed);
    let both = delivered(&first, 2);
    assert_eq!(both.fulfilment_status, FulfilmentStatus::Delivered);
    assert_eq!(both.status, OrderStatus::Completed);
    let told: Vec<Moment> = both.timeline.iter().map(|entry| entry.kind).collect();
    assert!(told.ends_with(&[Moment::Delivered, Moment::Delivered, Moment::Completed]));
    assert_eq!(both.version, paid.version + 4);
    let too_late = both.ship(parcel(3, vec![units(&paid, 0, 1)]), Actor::System, now());
    assert_eq!(
        too_late,
        Err(GoodsError::Barred {
            status: OrderStatus::Completed,
            allowed: &[OrderStatus::Confirmed]
        })
    );
}

#[test]
fn nothing_leaves_before_it_is_paid_nor_after_it_was_called_off() {
    let paid = paid_order();
    let unpaid = order(vec![item("tee", 3, 1_999)]);
    let cancelled = paid.cancel(Actor::Guest, None, now()).unwrap();
    let expired = unpaid.expire(unpaid.expires_at).unwrap();
    for order in [
        &unpaid,
        &cancelled.moved().unwrap(),
        &expired.moved().unwrap(),
    ] {
        let refused = order.ship(parcel(1, vec![units(order, 0, 1)]), Actor::System, now());
        let Err(GoodsError::Barred { status, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(status, order.status);
    }
}

#[test]
fn no_more_leaves_than_was_ordered_and_every_fault_is_named() {
    let paid = paid_order();
    let some = sent(&paid, 1, vec![units(&paid, 0, 2)]);
    let stranger = Units {
        line: LineId::from_u128(7),
        quantity: Quantity::MIN,
    };
    let lines = vec![
        units(&paid, 0, 1),
        stranger,
        units(&paid, 1, 2),
        units(&paid, 0, 1),
    ];
    assert_eq!(
        faults(some.ship(parcel(2, lines), Actor::System, now())),
        [
            "lines[1].lineId: is no line of this order",
            "lines[2].quantity: 1 of cap can be sent, 2 are asked for",
            "lines[3].quantity: 1 of tee can be sent, 2 are asked for",
        ]
    );
    let nothing = some.ship(parcel(2, Vec::new()), Actor::System, now());
    assert_eq!(faults(nothing), ["lines: must have 1 to 25 items"]);
}

#[test]
fn what_never_left_can_be_sent_again_or_called_off() {
    let paid = paid_order();
    let all = vec![units(&paid, 0, 3), units(&paid, 1, 1)];
    let first = sent(&paid, 1, all.clone());
    assert_eq!(
        first.cancel(Actor::Guest, None, now()),
        Err(OrderError::Sent {
            from: OrderStatus::Confirmed
        })
    );
    let back = moved(&first, 1, ShipmentStatus::Cancelled);
    let back = back.unwrap().moved().unwrap();
    assert_eq!(back.fulfilment_status, FulfilmentStatus::Unfulfilled);
    assert!(back.cancel(Actor::Guest, None, now()).is_ok());
    let again = sent(&back, 2, all);
    assert_eq!(again.fulfilment_status, FulfilmentStatus::Shipped);
    assert_eq!(delivered(&again, 2).status, OrderStatus::Completed);
}

#[test]
fn a_fulfilment_moves_by_its_table_and_only_once() {
    let paid = paid_order();
    let first = sent(&paid, 1, vec![units(&paid, 0, 1)]);
    let there = delivered(&first, 1);
    assert_eq!(
        moved(&there, 1, ShipmentStatus::Delivered),
        Ok(Transition::Unchanged)
    );
    for to in [ShipmentStatus::Shipped, ShipmentStatus::Cancelled] {
        let from = ShipmentStatus::Delivered;
        assert_eq!(
            moved(&there, 1, to),
            Err(GoodsError::Fulfilment(Forbidden { from, to }))
        );
    }
    assert_eq!(
        moved(&there, 9, ShipmentStatus::Delivered),
        Err(GoodsError::Unknown)
    );
}

#[test]
fn tracking_can_be_told_later() {
    let paid = paid_order();
    let sent = sent(&paid, 1, vec![units(&paid, 0, 1)]);
    let tracking = Some(Tracking {
        carrier: Some(Carrier::parse("DHL").unwrap()),
        number: TrackingNumber::parse("0034").unwrap(),
        url: None,
    });
    let (id, status) = (FulfilmentId::from_u128(1), ShipmentStatus::Shipped);
    let told = sent.move_fulfilment(id, status, tracking.clone(), Actor::System, now());
    let told = told.unwrap().moved().unwrap();
    assert_eq!(told.fulfilments[0].tracking, tracking);
    assert_eq!(told.version, sent.version + 1);
    assert_eq!(told.lines, sent.lines);
    let shipment = Shipment {
        tracking,
        ..parcel(2, vec![units(&paid, 0, 2)])
    };
    let second = told.ship(shipment, Actor::System, now()).unwrap();
    let entry = second.timeline.last().unwrap();
    assert_eq!(entry.data.as_deref(), Some("2 units, DHL 0034"));
}

#[test]
fn an_order_has_so_many_fulfilments_and_room_to_tell_of_them() {
    let mut order = paid_order();
    for number in 1..=50_u128 {
        order = sent(&order, number, vec![units(&order, 0, 1)]);
        let back = moved(&order, number, ShipmentStatus::Cancelled);
        order = back.unwrap().moved().unwrap();
    }
    assert_eq!(order.fulfilments.len(), MAX_FULFILMENTS);
    let told = order.timeline.iter();
    let told = told.filter(|entry| entry.kind == Moment::FulfilmentCancelled);
    assert_eq!(told.count(), MAX_FULFILMENTS);
    let more = order.ship(parcel(51, vec![units(&order, 0, 1)]), Actor::System, now());
    assert_eq!(
        faults(more),
        ["lines: an order may have at most 50 fulfilments"]
    );
}

#[test]
fn a_parcel_says_when_it_arrived_or_came_to_nothing() {
    let paid = paid_order();
    let two = sent(&paid, 1, vec![units(&paid, 0, 1)]);
    let two = sent(&two, 2, vec![units(&paid, 0, 1)]);
    let later = now().plus(Duration::from_secs(60));
    let at = |order: &Order, number, status, tracking| {
        let id = FulfilmentId::from_u128(number);
        let moved = order.move_fulfilment(id, status, tracking, Actor::System, later);
        moved.unwrap().moved().unwrap()
    };
    let tracking = Tracking {
        carrier: Carrier::parse("Post").ok(),
        number: TrackingNumber::parse("A1").unwrap(),
        url: None,
    };
    let retold = at(&two, 1, ShipmentStatus::Shipped, Some(tracking));
    assert_eq!(retold.updated_at, later);
    assert_eq!(retold.version, two.version + 1);
    let moved = at(&two, 1, ShipmentStatus::Delivered, None);
    let moved = at(&moved, 2, ShipmentStatus::Cancelled, None);
    let ends = |index: usize| {
        let parcel = &moved.fulfilments[index];
        (parcel.delivered_at, parcel.cancelled_at)
    };
    assert_eq!(
        (ends(0), ends(1)),
        ((Some(later), None), (None, Some(later)))
    );
}
