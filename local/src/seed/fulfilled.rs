//! An order of the demo customer that is under way: one parcel has arrived, of which they want to send
//! something back and are given the money for one unit, another has not.

use domain::id::{FulfilmentId, LineId, NoteId, OrderId, PaymentId, RefundId, ReturnId};
use domain::order::{
    Actor, Carrier, Note, NoteText, Order, RefundRequest, Refunded, Refunding, ReturnRequest,
    Shipment, ShipmentStatus, Tracking, TrackingNumber, Units,
};
use domain::payment::CaptureMethod;
use domain::quantity::Quantity;
use domain::text::Reason;
use store::Wiring;
use store::event::{Event, FulfilmentFacts, OrderFacts, ReturnFacts, Stamp};
use store::orders::{self as table, Orders};
use store::payments::{self, Payments};

use super::orders::{failed, order, pay, put};
use super::{ADMIN, CUSTOMER, demo_id, needed, unless_there, valid};
use crate::error::OpenError;

/// The order.
pub const SENT_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 3));
/// Its parcel that has arrived.
pub const ARRIVED: FulfilmentId = FulfilmentId::from_u128(demo_id(0x31, 1));
/// Its parcel that is on its way.
pub const UNDER_WAY: FulfilmentId = FulfilmentId::from_u128(demo_id(0x31, 2));
/// What its customer wants to send back.
pub const RETURN: ReturnId = ReturnId::from_u128(demo_id(0x32, 1));
/// What they are given back.
pub const REFUND: RefundId = RefundId::from_u128(demo_id(0x80, 3));

/// What was bought, in one line.
pub const LINE: LineId = LineId::from_u128(demo_id(0x33, 1));

const NOTE: NoteId = NoteId::from_u128(demo_id(0x34, 1));
const PAYMENT: PaymentId = PaymentId::from_u128(demo_id(0x40, 3));
/// Plenty, so that the samples can be sent again and again.
const UNITS: u32 = 60;

pub(super) async fn place(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let gift = (24, "GIFT-BOX", "Gift box", 450);
    let mut placed = order(SENT_ORDER, gift, quantity(UNITS)?, true, stamp)?;
    for line in &mut placed.lines {
        line.id = LINE;
    }
    put(wiring, &placed, stamp).await?;
    let payment = pay(wiring, &placed, (PAYMENT, CaptureMethod::Automatic), stamp).await?;
    let paid = placed.paid(PAYMENT, placed.totals.total, stamp.now);
    let paid = needs_moving(paid.map_err(failed)?.moved())?;
    let staff = Actor::Staff(ADMIN.id);
    let shipment = parcel(&paid, ARRIVED, 20, "00340434161094015902")?;
    let first = paid.ship(shipment, staff, stamp.now).map_err(failed)?;
    let status = ShipmentStatus::Delivered;
    let tracking = first.fulfilment(ARRIVED).map_err(failed)?.tracking.clone();
    let arrived = first.move_fulfilment(ARRIVED, status, tracking, staff, stamp.now);
    let arrived = needs_moving(arrived.map_err(failed)?.moved())?;
    let shipment = parcel(&arrived, UNDER_WAY, 5, "00340434161094015919")?;
    let second = arrived.ship(shipment, staff, stamp.now).map_err(failed)?;
    let wish = ReturnRequest {
        id: RETURN,
        lines: units(&second, 2)?,
        reason: valid(Reason::parse("the lid does not close"))?,
    };
    let customer = Actor::Customer(CUSTOMER.id);
    let asked = second
        .request_return(wish, customer, stamp.now)
        .map_err(failed)?;
    let sent = |order: &Order, id| {
        let fulfilment = order.fulfilment(id).map_err(failed)?;
        Ok::<_, OpenError>(FulfilmentFacts::of(order, fulfilment))
    };
    let returned = asked.returned(RETURN).map_err(failed)?;
    let steps = [
        (&paid, Event::OrderConfirmed(OrderFacts::of(&paid, None))),
        (&first, Event::OrderShipped(sent(&first, ARRIVED)?)),
        (&arrived, Event::OrderDelivered(sent(&arrived, ARRIVED)?)),
        (&second, Event::OrderShipped(sent(&second, UNDER_WAY)?)),
        (
            &asked,
            Event::ReturnRequested(ReturnFacts::of(&asked, returned, None)),
        ),
    ];
    let note = Note {
        id: NOTE,
        text: valid(NoteText::parse("The lid of this batch is known to stick."))?,
        author: staff,
        at: stamp.now,
    };
    let noted = asked.noted(&note).map_err(failed)?;
    let orders: Orders<table::Move> = needed(wiring).await?;
    for (order, event) in steps {
        let mut tx = orders.begin(stamp);
        orders.save(&mut tx, order, [event])?;
        unless_there(tx.commit().await)?;
    }
    let mut tx = orders.begin(stamp);
    orders.save(&mut tx, &noted, None)?;
    orders.put_note(&mut tx, noted.id, &note)?;
    unless_there(tx.commit().await)?;

    let request = RefundRequest {
        id: REFUND,
        what: Refunding::Lines(units(&noted, 1)?),
        reason: valid(Reason::parse("a scratched lid"))?,
    };
    let refunded = noted.give_back(&payment, request, staff, stamp.now);
    let Refunded { order, payment } = refunded.map_err(failed)?;
    let payments: Payments<payments::Refund> = needed(wiring).await?;
    let mut tx = orders.begin(stamp);
    orders.save(&mut tx, &order, None)?;
    payments.want_refund(&mut tx, &payment, REFUND)?;
    unless_there(tx.commit().await)
}

fn parcel(
    order: &Order,
    id: FulfilmentId,
    count: u32,
    number: &str,
) -> Result<Shipment, OpenError> {
    Ok(Shipment {
        id,
        lines: units(order, count)?,
        tracking: Some(Tracking {
            carrier: Some(valid(Carrier::parse("DHL"))?),
            number: valid(TrackingNumber::parse(number))?,
            url: None,
        }),
    })
}

fn units(order: &Order, count: u32) -> Result<Vec<Units>, OpenError> {
    let count = quantity(count)?;
    let lines = order.lines.iter();
    Ok(lines
        .map(|line| Units {
            line: line.id,
            quantity: count,
        })
        .collect())
}

fn quantity(units: u32) -> Result<Quantity, OpenError> {
    valid(Quantity::try_from(units))
}

fn needs_moving(moved: Option<Order>) -> Result<Order, OpenError> {
    moved.ok_or_else(|| OpenError::Seed("the demo order did not move".to_owned()))
}
