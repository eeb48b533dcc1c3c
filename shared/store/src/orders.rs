//! The orders table.
//!
//! | item | pk | sk | indexes |
//! |---|---|---|---|
//! | order, its fulfilments, returns and refunds with it | `order/<id>` | `order` | `byCustomer`: `customer/<id>/<status>`, `<id>`; `everyOrder`: `every/<status>/<shard>`, `<id>`; `due`: `due/<shard>`, `<due at>/<id>` while unpaid |
//! | note of staff | `order/<id>` | `note/<id>` | |
//! | outbox | `order/<id>` | `event/<version>/<event>` | |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | create | one transaction with the stock it takes: 2 write units per KB of order, 2 for the event, 2 for the record, 1 per index |
//! | read | half a read unit per 4 KB |
//! | page of n of a customer's orders | a query of keys where a status is named and 6 where none is, half a read unit each; one batch read: half a read unit per order |
//! | page of n of all orders | a query per shard where a status is named and 6 where none is: 2 or 12 read units (for n up to 40); one batch read |
//! | move on | a consistent read; one transaction: 2 write units per KB of order, 2 for the event |
//! | write a note down | the same, and 2 write units per KB of note |
//! | page of n notes | one query: half a read unit per 4 KB |
//! | due orders | a query per shard; each read as it is moved on |
//!
//! Indexes hold keys alone, so that an order's progress costs no index write, but where it changes its
//! status, and with it its place in two lists: 4 write units; and where it is paid or called off, and
//! leaves `due`. The moment of placing needs no index of its own: ids sort by it.

mod facts;
mod goods;
mod item;
mod list;
mod notes;
mod priced;
mod refunds;

pub use list::Wanted;

use domain::clock::Timestamp;
use domain::id::OrderId;
use domain::order::Order;

use crate::db::{Db, Item, from_item, shard, size, text};
use crate::error::StoreError;
use crate::event::{Event, OrderFacts};
use crate::grant::{BATCH_GET, GET, Grant, PUT, QUERY};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::squeezed::{content, squeeze};
use crate::tables::{DUE, ORDERS};
use crate::tx::{Terms, Tx, stored};
use item::{HeadItem, OrderItem};

/// The orders table, as far as `M` allows.
pub type Orders<M> = Handle<OrdersRoom, M>;

modes! { OrdersRoom = ORDERS;
    /// Creates orders.
    Create = [Grant::table(&ORDERS, &[BATCH_GET, GET, PUT])];
    /// Reads one order.
    Read = [Grant::table(&ORDERS, &[GET])];
    /// Lists orders.
    List = [
        Grant::table(&ORDERS, &[BATCH_GET]),
        Grant::query(&ORDERS, "byCustomer"),
        Grant::query(&ORDERS, "everyOrder"),
    ];
    /// Moves orders on, and writes down what staff notes about them.
    Move = [Grant::table(&ORDERS, &[GET, PUT])];
    /// Reads the notes about an order.
    ReadNotes = [Grant::table(&ORDERS, &[GET, QUERY])];
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

const ORDER: &str = "order";

/// How much an order may take when it is placed, of the 400 KB of an item: what becomes of it needs
/// room too.
const MOST_PLACED: usize = 200_000;
/// How much it may take when something is added to it: what is there must still be able to move.
const MOST_GROWN: usize = 300_000;
/// How much it may take at all.
const MOST: usize = 400_000;

pub(crate) fn order_pk(id: OrderId) -> String {
    format!("order/{id}")
}

/// Whether there is such an order, this moment.
pub(crate) async fn exists(db: &Db, id: OrderId) -> Result<bool, StoreError> {
    Ok(db.get_now(&order_pk(id), ORDER).await?.is_some())
}

impl Orders<Create> {
    /// Stages a new order with the news of it.
    ///
    /// # Errors
    /// [`StoreError::Overgrown`] if it says too much, [`StoreError::Corrupt`] if it cannot be written.
    pub fn create(&self, tx: &mut Tx, order: &Order) -> Result<(), StoreError> {
        put(&self.db, tx, order, MOST_PLACED, Terms::absent())?;
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

impl<M: Moves> Orders<M> {
    /// Stages an order that something was added to, a fulfilment say, with the news of it.
    ///
    /// # Errors
    /// [`StoreError::Overgrown`] if there is no room for it; as [`Orders::save`] besides.
    pub fn extend(
        &self,
        tx: &mut Tx,
        order: &Order,
        news: impl IntoIterator<Item = Event>,
    ) -> Result<(), StoreError> {
        self.put(tx, order, MOST_GROWN, news)
    }

    /// Stages an order over the version before it, with whatever news there are of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the order changed meanwhile.
    pub fn save(
        &self,
        tx: &mut Tx,
        order: &Order,
        news: impl IntoIterator<Item = Event>,
    ) -> Result<(), StoreError> {
        self.put(tx, order, MOST, news)
    }

    fn put(
        &self,
        tx: &mut Tx,
        order: &Order,
        most: usize,
        news: impl IntoIterator<Item = Event>,
    ) -> Result<(), StoreError> {
        put(&self.db, tx, order, most, Terms::version(order.version - 1))?;
        let (table, pk) = (self.db.table(), order_pk(order.id));
        news.into_iter()
            .try_for_each(|event| tx.emit(table, &pk, order.version, event))
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

fn put(db: &Db, tx: &mut Tx, order: &Order, most: usize, terms: Terms) -> Result<(), StoreError> {
    let mut item = stored(order_pk(order.id), ORDER, "order", &HeadItem::of(order))?;
    let length = squeeze(&mut item, &OrderItem::from(order))?;
    list::place(&mut item, order);
    if let Some(due_at) = order.due_at() {
        let shard = shard(*order.id.as_uuid());
        item.insert(DUE.pk.to_owned(), text(format!("due/{shard}")));
        let due = format!("{due_at}/{}", order.id);
        item.insert(DUE.sk.to_owned(), text(due));
    }
    if length > most || size(&item) > MOST {
        return Err(StoreError::Overgrown);
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn order(item: Item) -> Result<Order, StoreError> {
    // Orders that were not written for long have their content among the attributes.
    let content = content::<OrderItem>(&item)?;
    content.map_or_else(|| from_item(item), Ok)?.into_order()
}
