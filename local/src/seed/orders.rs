//! What the demo customer has ordered: one order that is paid, one that waits to be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::address::{Address, AddressLine, PostalCode};
use domain::clock::Timestamp;
use domain::country::Country;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{EventId, OrderId, PaymentId};
use domain::money::Money;
use domain::order::{Actor, Draft, Entry, Moment, Order};
use domain::payment::{CaptureMethod, Initiator, Payment, Start};
use domain::pricing::{Basket, Item, Quote, Tariff, Wishes};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{PaymentMethod, PersonName, TaxCategory, Title};
use store::Wiring;
use store::event::{Event, PaymentFacts, Stamp};
use store::orders::{self, Orders};
use store::payments::{self, Payments};
use store::provider::{NewCharge, Provider};
use store::stock::Taker;

use super::{CUSTOMER, demo_id, needed, product_id, unless_there, valid};
use crate::error::OpenError;

/// The demo customer's order that is paid.
pub const PAID_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 1));
/// Their order that waits to be paid: it can be paid or cancelled.
pub const PENDING_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 2));
/// Their order whose money is set aside and taken in parts.
const AUTHORIZED_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 5));
/// Their order whose money is set aside, and of which none is taken.
const VOIDABLE_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 4));
/// The payment of the paid order.
pub const PAYMENT: PaymentId = PaymentId::from_u128(demo_id(0x40, 1));
/// The payment that is taken in parts: some of it is, and can be given back.
const PART_PAYMENT: PaymentId = PaymentId::from_u128(demo_id(0x40, 5));
/// The payment that can be given up.
const VOIDABLE_PAYMENT: PaymentId = PaymentId::from_u128(demo_id(0x40, 4));

/// How much of the payment in parts is taken, in cents.
const FIRST_PART: i64 = 1_000;

const METHOD: &str = "pm_test_ok";
/// The pending order waits longer than orders do, so that it can still be tried out some days later.
const WAITS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(super) async fn place(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let gift = (24, "GIFT-BOX", "Gift box", 450);
    let paid = order(PAID_ORDER, gift, Quantity::MIN, true, stamp)?;
    let pending = Order {
        expires_at: stamp.now.plus(WAITS),
        ..order(
            PENDING_ORDER,
            (23, "MAT-FELT-80", "Desk mat", 3_600),
            Quantity::MIN,
            false,
            stamp,
        )?
    };
    let mat = (23, "MAT-FELT-80", "Desk mat", 3_600);
    let part = order(AUTHORIZED_ORDER, mat, Quantity::MIN, false, stamp)?;
    let voidable = order(VOIDABLE_ORDER, mat, Quantity::MIN, false, stamp)?;
    for order in [&paid, &pending, &part, &voidable] {
        put(wiring, order, stamp).await?;
    }
    let (at_once, later) = (CaptureMethod::Automatic, CaptureMethod::Manual);
    pay(wiring, &paid, (PAYMENT, at_once), stamp).await?;
    pay(wiring, &voidable, (VOIDABLE_PAYMENT, later), stamp).await?;
    let set_aside = pay(wiring, &part, (PART_PAYMENT, later), stamp).await?;
    take(wiring, set_aside, stamp).await?;
    super::fulfilled::place(wiring, stamp).await
}

/// Writes an order with the stock it takes.
pub(super) async fn put(wiring: &Wiring, order: &Order, stamp: &Stamp) -> Result<(), OpenError> {
    let orders: Orders<orders::Create> = needed(wiring).await?;
    let stock: Taker = needed(wiring).await?;
    let mut tx = orders.begin(stamp);
    orders.create(&mut tx, order)?;
    stock.take(&mut tx, order, &stock.plan(order))?;
    unless_there(tx.commit().await)
}

/// An order that was placed when its id says so, and is held and charged from now on.
pub(super) fn order(
    id: OrderId,
    (number, sku, name, cents): (u16, &str, &str, i64),
    quantity: Quantity,
    charged: bool,
    stamp: &Stamp,
) -> Result<Order, OpenError> {
    let euro = Currency::EUR;
    let method = charged.then(|| valid(PaymentMethod::parse(METHOD)));
    let item = Item {
        sku: valid(Sku::parse(sku))?,
        product: product_id(number),
        categories: BTreeSet::new(),
        name: valid(Title::parse(name))?,
        options: BTreeMap::new(),
        quantity,
        unit_price: Money::new(cents, euro).map_err(failed)?,
        weight_grams: 0,
        tax_category: TaxCategory::default(),
    };
    let basket = Basket::new(euro, vec![item]).map_err(failed)?;
    let quote = Quote::of(&basket, &Wishes::none(stamp.now), &Tariff::default());
    let draft = Draft {
        id,
        customer: Some(CUSTOMER.id),
        email: valid(Email::parse(CUSTOMER.email))?,
        shipping_address: address()?,
        payment_method: method.transpose()?,
        quote: quote.map_err(failed)?,
    };
    let mut order = Order::place(draft, stamp.now, stamp.entropy.as_ref());
    let millis = i64::try_from(id.as_uuid().as_u128() >> 80).map_err(failed)?;
    order.created_at = Timestamp::from_millis(millis).unwrap_or(stamp.now);
    for entry in &mut order.timeline {
        entry.at = order.created_at;
    }
    if charged {
        order.timeline.push(Entry {
            at: stamp.now,
            kind: Moment::PaymentRequested,
            actor: Actor::System,
            data: None,
        });
    }
    Ok(order)
}

fn address() -> Result<Address, OpenError> {
    Ok(Address {
        name: valid(PersonName::parse(CUSTOMER.name))?,
        line1: valid(AddressLine::parse("Torstrasse 1"))?,
        line2: None,
        city: valid(AddressLine::parse("Berlin"))?,
        region: None,
        postal_code: valid(PostalCode::parse("10119"))?,
        country: valid(Country::parse("DE"))?,
    })
}

/// Charges an order as the shop does. The news of it is left to travel as any other.
pub(super) async fn pay(
    wiring: &Wiring,
    order: &Order,
    (id, capture_method): (PaymentId, CaptureMethod),
    stamp: &Stamp,
) -> Result<Payment, OpenError> {
    let payments: Payments<payments::Charge> = needed(wiring).await?;
    let provider: Provider = needed(wiring).await?;
    let slot = payments.slot(order.id).await?;
    if slot.payment.is_none() {
        let start = Start {
            id,
            order: order.id,
            amount: order.totals.total,
            method: valid(PaymentMethod::parse(METHOD))?,
            capture_method,
            initiator: Initiator::Server,
            attempt: 1,
            owner: EventId::from_u128(demo_id(0x50, 1)),
        };
        let payment = Payment::start(start, stamp.now).map_err(failed)?;
        let mut tx = payments.begin(stamp);
        payments.start(&mut tx, &payment, &slot)?;
        unless_there(tx.commit().await)?;
    }
    let payment = payments.get_now(id).await?;
    let charge = NewCharge::of(&payment);
    let name = match &payment.reference {
        Some(name) => name.clone(),
        None => provider.open(&charge).await.map_err(failed)?,
    };
    let payment = match payment.reference {
        Some(_) => payment,
        None => {
            save(
                &payments,
                payment.announced(name.clone(), stamp.now),
                None,
                stamp,
            )
            .await?
        }
    };
    let report = provider.charge(&name, &charge).await.map_err(failed)?;
    let moved = payment.apply(&report, stamp.now).map_err(failed)?;
    let Some(charged) = moved.moved() else {
        return Ok(payment);
    };
    let news = match capture_method {
        CaptureMethod::Automatic => Event::PaymentSucceeded(PaymentFacts::of(&charged)),
        CaptureMethod::Manual => Event::PaymentAuthorized(PaymentFacts::of(&charged)),
    };
    save(&payments, charged, Some(news), stamp).await
}

/// Takes the first part of what is set aside.
async fn take(wiring: &Wiring, payment: Payment, stamp: &Stamp) -> Result<(), OpenError> {
    let payments: Payments<payments::Charge> = needed(wiring).await?;
    let provider: Provider = needed(wiring).await?;
    let (Some(name), true) = (payment.reference.clone(), payment.captures == 0) else {
        return Ok(());
    };
    let amount = Money::new(FIRST_PART, Currency::EUR).map_err(failed)?;
    let begun = payment
        .begin_capture(Some(amount), stamp.now)
        .map_err(failed)?;
    let begun = save(&payments, begun, None, stamp).await?;
    let key = format!("{}-capture-1", begun.provider_key());
    let report = provider.capture(&name, amount, &key).await;
    let moved = begun.apply(&report.map_err(failed)?, stamp.now);
    if let Some(taken) = moved.map_err(failed)?.moved() {
        let news = Event::PaymentCaptured(PaymentFacts::of(&taken));
        save(&payments, taken, Some(news), stamp).await?;
    }
    Ok(())
}

async fn save(
    payments: &Payments<payments::Charge>,
    payment: Payment,
    news: Option<Event>,
    stamp: &Stamp,
) -> Result<Payment, OpenError> {
    let mut tx = payments.begin(stamp);
    payments.save(&mut tx, &payment, news)?;
    unless_there(tx.commit().await)?;
    Ok(payment)
}

pub(super) fn failed(error: impl std::fmt::Display) -> OpenError {
    OpenError::Seed(error.to_string())
}
