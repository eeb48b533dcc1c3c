//! The orders table.
//!
//! | item | pk | sk | indexes |
//! |---|---|---|---|
//! | order | `order/<id>` | `order` | `byCustomer`: `customer/<id>`, `<id>`; `everyOrder`: `every/<shard>`, `<id>`; `due`: `due/<shard>`, `<due at>/<id>` while unpaid |
//! | outbox | `order/<id>` | `event/<version>/<event>` | |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | create | one transaction with the stock it takes: 2 write units per KB of order, 2 for the event, 2 for the record, 1 per index |
//! | read | half a read unit per 4 KB |
//! | page of n of a customer's orders, newest first | one query of keys, one batch read: half a read unit per order |
//! | page of n of all orders | a query per shard, one batch read |
//! | move on | a consistent read; one transaction: 2 write units per KB of order, 2 for the event |
//! | due orders | a query per shard; each read as it is moved on |
//!
//! Indexes hold keys alone, so that an order's progress costs no index write, but for `due`, which
//! an order leaves when it is paid or called off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::address::Address;
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{LineId, OrderId, PaymentId, UserId};
use domain::money::Money;
use domain::order::{
    Actor, Entry, FulfilmentStatus, Line, Moment, Order, OrderNumber, OrderStatus, PaymentStatus,
    Totals,
};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{OptionName, OptionValue, PaymentMethod, Title};

use crate::db::{Db, Item, Range, from_item, shard, text};
use crate::error::StoreError;
use crate::event::{Event, LineFacts, OrderFacts};
use crate::grant::{BATCH_GET, GET, Grant, PUT};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::{BY_CUSTOMER, DUE, EVERY_ORDER, ORDERS, SHARDS};
use crate::tx::{Terms, Tx, stored};

/// The orders table, as far as `M` allows.
pub type Orders<M> = Handle<OrdersRoom, M>;

modes! { OrdersRoom = ORDERS;
    /// Creates orders.
    Create = [Grant::table(&ORDERS, &[GET, PUT])];
    /// Reads one order.
    Read = [Grant::table(&ORDERS, &[GET])];
    /// Lists orders.
    List = [
        Grant::table(&ORDERS, &[BATCH_GET]),
        Grant::query(&ORDERS, "byCustomer"),
        Grant::query(&ORDERS, "everyOrder"),
    ];
    /// Moves orders on.
    Move = [Grant::table(&ORDERS, &[GET, PUT])];
    /// Finds the orders that are due, and moves them on.
    Sweep = [
        Grant::table(&ORDERS, &[GET, PUT]),
        Grant::query(&ORDERS, "due"),
    ];
}

impl Remembers for Create {}
impl Remembers for Move {}

/// Marks the modes that move orders on.
pub trait Moves: Mode<Room = OrdersRoom> {}
impl Moves for Move {}
impl Moves for Sweep {}

/// Marks the modes that read one order.
pub trait Reads: Mode<Room = OrdersRoom> {}
impl Reads for Create {}
impl Reads for Read {}
impl Reads for Move {}
impl Reads for Sweep {}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderItem {
    v: u8,
    id: OrderId,
    number: OrderNumber,
    customer: Option<UserId>,
    email: Email,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    currency: Currency,
    lines: Vec<LineItem>,
    shipping_address: Address,
    totals: TotalsItem,
    payment_method: Option<PaymentMethod>,
    payment: Option<PaymentId>,
    timeline: Vec<EntryItem>,
    expires_at: Timestamp,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    id: LineId,
    sku: Sku,
    name: Title,
    options: BTreeMap<OptionName, OptionValue>,
    quantity: Quantity,
    unit_price: i64,
    discount: i64,
    tax: i64,
    total: i64,
    shipped: u32,
    delivered: u32,
    returned: u32,
    refunded: u32,
    cancelled: u32,
}

/// Amounts in the order's currency.
#[derive(Serialize, Deserialize)]
struct TotalsItem {
    items: i64,
    discount: i64,
    shipping: i64,
    tax: i64,
    total: i64,
    captured: i64,
    refunded: i64,
}

#[derive(Serialize, Deserialize)]
struct EntryItem {
    at: Timestamp,
    what: Moment,
    actor: Actor,
    data: Option<String>,
}

const ORDER: &str = "order";

fn order_pk(id: OrderId) -> String {
    format!("order/{id}")
}

impl From<&Order> for OrderItem {
    fn from(order: &Order) -> Self {
        let Order {
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines,
            shipping_address,
            totals,
            payment_method,
            payment,
            timeline,
            expires_at,
            version,
            created_at,
            updated_at,
        } = order.clone();
        Self {
            v: 1,
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: lines.into_iter().map(LineItem::from).collect(),
            shipping_address,
            totals: TotalsItem::from(totals),
            payment_method,
            payment,
            timeline: timeline.into_iter().map(EntryItem::from).collect(),
            expires_at,
            version,
            created_at,
            updated_at,
        }
    }
}

impl OrderItem {
    fn into_order(self) -> Result<Order, StoreError> {
        let Self {
            v: _,
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines,
            shipping_address,
            totals,
            payment_method,
            payment,
            timeline,
            expires_at,
            version,
            created_at,
            updated_at,
        } = self;
        Ok(Order {
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: lines
                .into_iter()
                .map(|line| line.into_line(currency))
                .collect::<Result<_, _>>()?,
            shipping_address,
            totals: totals.into_totals(currency)?,
            payment_method,
            payment,
            timeline: timeline.into_iter().map(Entry::from).collect(),
            expires_at,
            version,
            created_at,
            updated_at,
        })
    }
}

impl From<Line> for LineItem {
    fn from(line: Line) -> Self {
        let Line {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            tax,
            total,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        } = line;
        Self {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price: unit_price.amount(),
            discount: discount.amount(),
            tax: tax.amount(),
            total: total.amount(),
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        }
    }
}

impl LineItem {
    fn into_line(self, currency: Currency) -> Result<Line, StoreError> {
        let Self {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            tax,
            total,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        } = self;
        Ok(Line {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price: money(unit_price, currency)?,
            discount: money(discount, currency)?,
            tax: money(tax, currency)?,
            total: money(total, currency)?,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        })
    }
}

impl From<Totals> for TotalsItem {
    fn from(totals: Totals) -> Self {
        let Totals {
            items,
            discount,
            shipping,
            tax,
            total,
            captured,
            refunded,
        } = totals;
        Self {
            items: items.amount(),
            discount: discount.amount(),
            shipping: shipping.amount(),
            tax: tax.amount(),
            total: total.amount(),
            captured: captured.amount(),
            refunded: refunded.amount(),
        }
    }
}

impl TotalsItem {
    fn into_totals(self, currency: Currency) -> Result<Totals, StoreError> {
        let Self {
            items,
            discount,
            shipping,
            tax,
            total,
            captured,
            refunded,
        } = self;
        Ok(Totals {
            items: money(items, currency)?,
            discount: money(discount, currency)?,
            shipping: money(shipping, currency)?,
            tax: money(tax, currency)?,
            total: money(total, currency)?,
            captured: money(captured, currency)?,
            refunded: money(refunded, currency)?,
        })
    }
}

impl From<Entry> for EntryItem {
    fn from(entry: Entry) -> Self {
        let Entry {
            at,
            kind,
            actor,
            data,
        } = entry;
        Self {
            at,
            what: kind,
            actor,
            data,
        }
    }
}

impl From<EntryItem> for Entry {
    fn from(item: EntryItem) -> Self {
        let EntryItem {
            at,
            what,
            actor,
            data,
        } = item;
        Self {
            at,
            kind: what,
            actor,
            data,
        }
    }
}

fn money(amount: i64, currency: Currency) -> Result<Money, StoreError> {
    Money::new(amount, currency).map_err(StoreError::corrupt)
}

impl OrderFacts {
    /// What others need to know of an order.
    #[must_use]
    pub fn of(order: &Order, reason: Option<&str>) -> Self {
        Self {
            order_id: order.id,
            number: order.number.to_string(),
            customer_id: order.customer,
            email: order.email.clone(),
            total: order.totals.total,
            payment_method: order.payment_method.clone(),
            lines: order
                .lines
                .iter()
                .map(|line| LineFacts {
                    sku: line.sku.clone(),
                    name: line.name.to_string(),
                    quantity: line.quantity.get(),
                })
                .collect(),
            reason: reason.map(str::to_owned),
        }
    }
}

impl Orders<Create> {
    /// Stages a new order with the news of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn create(&self, tx: &mut Tx, order: &Order) -> Result<(), StoreError> {
        put(&self.db, tx, order, Terms::absent())?;
        let event = Event::OrderCreated(OrderFacts::of(order, None));
        tx.emit(self.db.table(), &order_pk(order.id), order.version, event)
    }
}

impl<M: Reads> Orders<M> {
    /// An order, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get_now(&self, id: OrderId) -> Result<Order, StoreError> {
        let item = self.db.get_now(&order_pk(id), ORDER).await?;
        order(item.ok_or(StoreError::NotFound)?)
    }

    /// An order, eventually consistent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: OrderId) -> Result<Order, StoreError> {
        let item = self.db.get(&order_pk(id), ORDER).await?;
        order(item.ok_or(StoreError::NotFound)?)
    }
}

impl Orders<List> {
    /// A page of a customer's orders, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of_customer(
        &self,
        customer: UserId,
        bounds: &Bounds,
    ) -> Result<Page<Order>, StoreError> {
        let range = Range::on(&BY_CUSTOMER, format!("customer/{customer}"));
        self.db.page(&[range], bounds).await?.try_map(order)
    }

    /// A page of all orders, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn all(&self, bounds: &Bounds) -> Result<Page<Order>, StoreError> {
        let ranges: Vec<Range<'_>> = (0..SHARDS)
            .map(|shard| Range::on(&EVERY_ORDER, format!("every/{shard}")))
            .collect();
        self.db.page(&ranges, bounds).await?.try_map(order)
    }
}

impl<M: Moves> Orders<M> {
    /// Stages an order over the version before it, with the news of it if there is any.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the order changed meanwhile.
    pub fn save(&self, tx: &mut Tx, order: &Order, event: Option<Event>) -> Result<(), StoreError> {
        put(&self.db, tx, order, Terms::version(order.version - 1))?;
        match event {
            Some(event) => tx.emit(self.db.table(), &order_pk(order.id), order.version, event),
            None => Ok(()),
        }
    }
}

impl Orders<Sweep> {
    /// Up to `limit` orders per shard that are due by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<OrderId>, StoreError> {
        self.db
            .due(now, limit)
            .await?
            .iter()
            .map(|id| id.parse().map_err(StoreError::corrupt))
            .collect()
    }
}

fn put(db: &Db, tx: &mut Tx, order: &Order, terms: Terms) -> Result<(), StoreError> {
    let mut item = stored(order_pk(order.id), ORDER, "order", &OrderItem::from(order))?;
    let shard = shard(*order.id.as_uuid());
    let mut index = |name: &str, value: String| item.insert(name.to_owned(), text(value));
    if let Some(customer) = order.customer {
        index("customerPk", format!("customer/{customer}"));
        index("customerSk", order.id.to_string());
    }
    index("everyPk", format!("every/{shard}"));
    index("everySk", order.id.to_string());
    if let Some(due_at) = order.due_at() {
        index(DUE.pk, format!("due/{shard}"));
        index(DUE.sk, format!("{due_at}/{}", order.id));
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn order(item: Item) -> Result<Order, StoreError> {
    from_item::<OrderItem>(item)?.into_order()
}
