//! What the demo customer has ordered: one order that is paid, one that waits to be.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::address::{Address, AddressLine, PostalCode};
use domain::clock::Timestamp;
use domain::country::Country;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{EventId, OrderId, PaymentId};
use domain::money::Money;
use domain::order::{Draft, Item, Order};
use domain::payment::{Initiator, Payment, Start};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{PaymentMethod, PersonName, Title};
use store::Wiring;
use store::event::{Event, PaymentFacts, Stamp};
use store::orders::{self, Orders};
use store::payments::{self, Payments};
use store::provider::{ChargeRequest, Provider};
use store::stock::{self, Stock};

use super::{CUSTOMER, demo_id, needed, unless_there, valid};
use crate::error::OpenError;

/// The demo customer's order that is paid.
pub const PAID_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 1));
/// Their order that waits to be paid: it can be paid or cancelled.
pub const PENDING_ORDER: OrderId = OrderId::from_u128(demo_id(0x30, 2));
/// The payment of the paid order.
pub const PAYMENT: PaymentId = PaymentId::from_u128(demo_id(0x40, 1));

const METHOD: &str = "pm_test_ok";
/// The pending order waits longer than orders do, so that it can still be tried out some days later.
const WAITS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(super) async fn place(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let paid = order(PAID_ORDER, ("GIFT-BOX", "Gift box", 450), true, stamp)?;
    let pending = Order {
        expires_at: stamp.now.plus(WAITS),
        ..order(
            PENDING_ORDER,
            ("MAT-FELT-80", "Desk mat", 3_600),
            false,
            stamp,
        )?
    };
    let orders: Orders<orders::Create> = needed(wiring).await?;
    let stock: Stock<stock::Take> = needed(wiring).await?;
    for order in [&paid, &pending] {
        let mut tx = orders.begin(stamp);
        orders.create(&mut tx, order)?;
        stock.take(&mut tx, order)?;
        unless_there(tx.commit().await)?;
    }
    pay(wiring, &paid, stamp).await
}

fn order(
    id: OrderId,
    (sku, name, cents): (&str, &str, i64),
    charged: bool,
    stamp: &Stamp,
) -> Result<Order, OpenError> {
    let euro = Currency::EUR;
    let method = charged.then(|| valid(PaymentMethod::parse(METHOD)));
    let draft = Draft {
        id,
        customer: Some(CUSTOMER.id),
        email: valid(Email::parse(CUSTOMER.email))?,
        shipping_address: address()?,
        currency: euro,
        payment_method: method.transpose()?,
        items: vec![Item {
            sku: valid(Sku::parse(sku))?,
            name: valid(Title::parse(name))?,
            options: BTreeMap::new(),
            quantity: Quantity::MIN,
            unit_price: Money::new(cents, euro).map_err(failed)?,
        }],
    };
    Order::place(draft, stamp.now, stamp.entropy.as_ref()).map_err(failed)
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
async fn pay(wiring: &Wiring, order: &Order, stamp: &Stamp) -> Result<(), OpenError> {
    let payments: Payments<payments::Charge> = needed(wiring).await?;
    let provider: Provider = needed(wiring).await?;
    let method = valid(PaymentMethod::parse(METHOD))?;
    let slot = payments.slot(order.id).await?;
    if slot.payment.is_none() {
        let payment = start(order, method.clone(), stamp.now)?;
        let mut tx = payments.begin(stamp);
        payments.start(&mut tx, &payment, &slot)?;
        unless_there(tx.commit().await)?;
    }
    let payment = payments.get_now(PAYMENT).await?;
    let request = ChargeRequest {
        key: payment.provider_key(),
        order: order.id,
        amount: payment.amount,
        method,
    };
    let report = provider.charge(&request).await.map_err(failed)?;
    let moved = payment.apply(report, stamp.now).map_err(failed)?;
    let Some(captured) = moved.moved() else {
        return Ok(());
    };
    let mut tx = payments.begin(stamp);
    let news = Event::PaymentSucceeded(PaymentFacts::of(&captured));
    payments.save(&mut tx, &captured, Some(news))?;
    unless_there(tx.commit().await)
}

fn start(order: &Order, method: PaymentMethod, now: Timestamp) -> Result<Payment, OpenError> {
    let start = Start {
        id: PAYMENT,
        order: order.id,
        amount: order.totals.total,
        method,
        initiator: Initiator::Server,
        attempt: 1,
        owner: EventId::from_u128(demo_id(0x50, 1)),
    };
    Payment::start(start, now).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> OpenError {
    OpenError::Seed(error.to_string())
}
