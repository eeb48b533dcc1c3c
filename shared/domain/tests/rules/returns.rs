//! Returns: what may come back, what came, and what becomes of it.

use std::time::Duration;

use domain::machine::Forbidden;
use domain::order::{
    Actor, Arrived, Disposition, FulfilmentStatus, GoodsError, MAX_RETURNS, MovedReturn, Order,
    OrderStatus, ReceivedLine, ReturnRequest, ReturnStatus, Units,
};
use domain::text::Reason;
use domain::{Fault, ReturnId, Transition};

use crate::fulfilment::{delivered, paid_order, parcel, units};
use crate::given::now;

/// An order whose goods have all arrived.
fn completed() -> Order {
    let paid = paid_order();
    let all = vec![units(&paid, 0, 3), units(&paid, 1, 1)];
    let sent = paid.ship(parcel(1, all), Actor::System, now());
    delivered(&sent.unwrap(), 1)
}

fn wish(number: u128, lines: Vec<Units>) -> ReturnRequest {
    ReturnRequest {
        id: ReturnId::from_u128(number),
        lines,
        reason: Reason::parse("does not fit").unwrap(),
    }
}

fn requested(order: &Order, number: u128, lines: Vec<Units>) -> Order {
    let requested = order.request_return(wish(number, lines), Actor::Guest, now());
    requested.unwrap()
}

fn moved(
    order: &Order,
    to: ReturnStatus,
    arrived: &[Arrived],
) -> Result<Transition<MovedReturn>, GoodsError> {
    order.move_return(ReturnId::from_u128(1), to, arrived, Actor::System, now())
}

fn done(order: &Order, to: ReturnStatus, arrived: &[Arrived]) -> MovedReturn {
    moved(order, to, arrived).unwrap().moved().unwrap()
}

fn approved(lines: fn(&Order) -> Vec<Units>) -> Order {
    let order = completed();
    let requested = requested(&order, 1, lines(&order));
    done(&requested, ReturnStatus::Approved, &[]).order
}

fn arrived(units: Units, disposition: Disposition) -> Arrived {
    Arrived { units, disposition }
}

fn says(refused: Result<impl std::fmt::Debug, GoodsError>) -> Vec<String> {
    match refused {
        Err(GoodsError::Faults(faults)) => faults.iter().map(Fault::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_arrived_can_come_back_in_parts_and_each_unit_has_its_end() {
    let order = approved(|order| vec![units(order, 0, 3), units(order, 1, 1)]);
    let first = [
        arrived(units(&order, 0, 1), Disposition::Restock),
        arrived(units(&order, 0, 1), Disposition::WriteOff),
    ];
    let some = done(&order, ReturnStatus::PartiallyReceived, &first);
    let receipt = some.receipt.unwrap();
    assert_eq!(receipt.number, 1);
    assert_eq!(
        receipt.lines,
        [ReceivedLine {
            line: order.lines[0].id,
            restocked: 1,
            written_off: 1
        }]
    );
    let some = some.order;
    assert_eq!(some.lines[0].returned, 2);
    assert_eq!(some.fulfilment_status, FulfilmentStatus::PartiallyReturned);
    let told = some.timeline.last().unwrap();
    assert_eq!(told.data.as_deref(), Some("2 units, 1 written off"));
    // The rest, fit to be sold again unless told otherwise.
    let all = done(&some, ReturnStatus::Received, &[]);
    assert_eq!(all.receipt.unwrap().number, 2);
    let all = all.order;
    assert_eq!(all.fulfilment_status, FulfilmentStatus::Returned);
    assert_eq!(all.status, OrderStatus::Completed);
    let lines = &all.returns[0].lines;
    assert_eq!((lines[0].restocked, lines[0].written_off), (2, 1));
    assert_eq!((lines[1].restocked, lines[1].written_off), (1, 0));
}

#[test]
fn no_more_comes_back_than_arrived_and_open_returns_count() {
    let order = completed();
    let first = requested(&order, 1, vec![units(&order, 0, 2)]);
    let second = wish(2, vec![units(&order, 0, 2)]);
    let refused = first.request_return(second.clone(), Actor::Guest, now());
    assert_eq!(
        says(refused),
        ["lines[0].quantity: 1 of tee can be returned, 2 are asked for"]
    );
    for over in [ReturnStatus::Rejected, ReturnStatus::Cancelled] {
        let over = done(&first, over, &[]).order;
        assert!(
            over.request_return(second.clone(), Actor::Guest, now())
                .is_ok()
        );
    }
    // What never came may be asked for again; what came may not.
    let approved = done(&first, ReturnStatus::Approved, &[]).order;
    let one = [arrived(units(&order, 0, 1), Disposition::Restock)];
    let some = done(&approved, ReturnStatus::PartiallyReceived, &one).order;
    let closed = done(&some, ReturnStatus::Closed, &[]).order;
    let told = closed.timeline.last().unwrap();
    assert_eq!(told.data.as_deref(), Some("1 unit never came"));
    assert!(closed.request_return(second, Actor::Guest, now()).is_ok());
    let third = wish(2, vec![units(&order, 0, 3)]);
    assert_eq!(
        says(closed.request_return(third, Actor::Guest, now())),
        ["lines[0].quantity: 2 of tee can be returned, 3 are asked for"]
    );
}

#[test]
fn what_did_not_arrive_cannot_come_back() {
    let paid = paid_order();
    let parcel = parcel(1, vec![units(&paid, 0, 2)]);
    let sent = paid.ship(parcel, Actor::System, now()).unwrap();
    let asked = wish(1, vec![units(&paid, 0, 1)]);
    let none = ["lines[0].quantity: 0 of tee can be returned, 1 are asked for"];
    assert_eq!(
        says(sent.request_return(asked.clone(), Actor::Guest, now())),
        none
    );
    // A part of an order that is still under way can.
    let arrived = delivered(&sent, 1);
    assert_eq!(arrived.status, OrderStatus::Confirmed);
    assert!(
        arrived
            .request_return(asked.clone(), Actor::Guest, now())
            .is_ok()
    );
    let cancelled = paid.cancel(Actor::Guest, None, now()).unwrap();
    let refused = cancelled.moved().unwrap();
    let refused = refused.request_return(asked, Actor::Guest, now());
    assert!(matches!(refused, Err(GoodsError::Barred { .. })));
}

#[test]
fn what_comes_must_fit_what_was_to_come_and_what_is_said_of_it() {
    let order = approved(|order| vec![units(order, 0, 2)]);
    let unit = |line, count| arrived(units(&order, line, count), Disposition::Restock);
    let partly = ReturnStatus::PartiallyReceived;
    for (to, came, rule) in [
        (partly, vec![], "lines: must name what was received"),
        (
            partly,
            vec![unit(0, 2)],
            "lines: leave nothing outstanding: received",
        ),
        (
            ReturnStatus::Received,
            vec![unit(0, 1)],
            "lines: leave 1 unit outstanding: partiallyReceived",
        ),
        (
            partly,
            vec![unit(0, 2), unit(0, 1)],
            "lines[1].quantity: 2 of tee can be received, 3 are asked for",
        ),
        (
            partly,
            vec![unit(1, 1)],
            "lines[0].quantity: 0 of cap can be received, 1 are asked for",
        ),
        (
            ReturnStatus::Cancelled,
            vec![unit(0, 1)],
            "lines: are named only as they are received",
        ),
    ] {
        assert_eq!(says(moved(&order, to, &came)), [rule]);
    }
}

#[test]
fn a_return_moves_by_its_table_and_only_once() {
    let order = completed();
    let first = requested(&order, 1, vec![units(&order, 0, 2)]);
    for to in [
        ReturnStatus::Received,
        ReturnStatus::PartiallyReceived,
        ReturnStatus::Closed,
    ] {
        let from = ReturnStatus::Requested;
        assert_eq!(
            moved(&first, to, &[]),
            Err(GoodsError::Return(Forbidden { from, to }))
        );
    }
    assert_eq!(
        moved(&first, ReturnStatus::Requested, &[]),
        Ok(Transition::Unchanged)
    );
    let approved = done(&first, ReturnStatus::Approved, &[]).order;
    let received = done(&approved, ReturnStatus::Received, &[]).order;
    assert_eq!(
        moved(&received, ReturnStatus::Received, &[]),
        Ok(Transition::Unchanged)
    );
    // Nothing comes twice.
    let again = [arrived(units(&order, 0, 1), Disposition::Restock)];
    assert!(matches!(
        moved(&received, ReturnStatus::Received, &again),
        Err(GoodsError::Return(_))
    ));
    let unknown = ReturnId::from_u128(9);
    let unknown = order.move_return(unknown, ReturnStatus::Approved, &[], Actor::System, now());
    assert_eq!(unknown, Err(GoodsError::Unknown));
}

#[test]
fn an_order_has_so_many_returns() {
    let mut order = completed();
    for number in 1..=50_u128 {
        order = requested(&order, number, vec![units(&order, 0, 1)]);
        let id = ReturnId::from_u128(number);
        let cancelled = ReturnStatus::Cancelled;
        let over = order.move_return(id, cancelled, &[], Actor::Guest, now());
        order = over.unwrap().moved().unwrap().order;
    }
    assert_eq!(order.returns.len(), MAX_RETURNS);
    let more = wish(51, vec![units(&order, 0, 1)]);
    assert_eq!(
        says(order.request_return(more, Actor::Guest, now())),
        ["lines: an order may have at most 50 returns"]
    );
}

#[test]
fn what_comes_is_counted_by_line_and_by_what_becomes_of_it() {
    let order = approved(|order| vec![units(order, 0, 3), units(order, 1, 1)]);
    let first = [
        arrived(units(&order, 0, 2), Disposition::Restock),
        arrived(units(&order, 0, 1), Disposition::WriteOff),
    ];
    let some = done(&order, ReturnStatus::PartiallyReceived, &first);
    let line = |index: usize, restocked, written_off| ReceivedLine {
        line: order.lines[index].id,
        restocked,
        written_off,
    };
    assert_eq!(some.receipt.unwrap().lines, [line(0, 2, 1)]);
    let rest = done(&some.order, ReturnStatus::Received, &[]);
    assert_eq!(rest.receipt.unwrap().lines, [line(1, 1, 0)]);
}

#[test]
fn a_return_says_when_it_moved() {
    let order = completed();
    let wanted = requested(&order, 1, vec![units(&order, 0, 1)]);
    let at = |order: &Order, to, seconds| {
        let at = now().plus(Duration::from_secs(seconds));
        let moved = order.move_return(ReturnId::from_u128(1), to, &[], Actor::System, at);
        let moved = moved.unwrap().moved().unwrap().order;
        assert_eq!(moved.returns[0].updated_at, at);
        moved
    };
    let approved = at(&wanted, ReturnStatus::Approved, 60);
    at(&approved, ReturnStatus::Received, 120);
}
