//! The payments table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | payment | `payment/<id>` | `payment` | `due/<shard>`, `<due at>/<id>` while anything about it is open |
//! | slot: the one live payment of an order | `order/<order>` | `slot` | |
//! | outbox | `payment/<id>` | `event/<version>/<event>` | |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | read a payment | half a read unit |
//! | start | one transaction: payment, slot, record: 6 write units, 1 for the index; a consistent read |
//! | put down what the provider calls it | one transaction: 2 write units, 1 for the index |
//! | put down an outcome | one transaction: payment, slot, event: 6 write units, 1 for the index |
//! | reserve a refund, begin a capture or a void | one transaction: payment, record: 4 write units, 2 for the index |
//! | conclude a request | 1 write unit per KB of its outcome |
//! | due payments | a query per shard; each read as it is driven on |
//! | ask about a payment again later | 1 write unit, 2 for the index |
//!
//! The slot is what keeps an order from being charged twice: a payment starts only while the slot
//! is free and open, in the transaction that takes it.

mod item;

use futures_util::FutureExt;
use serde::Deserialize;

use domain::clock::Timestamp;
use domain::id::{OrderId, PaymentId, RefundId};
use domain::payment::Payment;

use self::item::PaymentItem;

use crate::db::{Db, Item, from_item, key, number, read_text, shard, text};
use crate::error::{StoreError, Unique};
use crate::event::{Event, RefundWish};
use crate::grant::{GET, Grant, PUT, UPDATE};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::tables::{DUE, PAYMENTS};
use crate::tx::{Terms, Tx, stored};

/// The payments table, as far as `M` allows.
pub type Payments<M> = Handle<PaymentsRoom, M>;

modes! { PaymentsRoom = PAYMENTS;
    /// Reads one payment.
    Read = [Grant::table(&PAYMENTS, &[GET])];
    /// Starts payments and puts down their outcomes.
    Charge = [Grant::table(&PAYMENTS, &[GET, PUT, UPDATE])];
    /// Closes slots and puts down outcomes.
    Settle = [Grant::table(&PAYMENTS, &[GET, PUT, UPDATE])];
    /// Takes what is set aside or lets it go, and puts down what became of it.
    Command = [Grant::table(&PAYMENTS, &[GET, PUT, UPDATE])];
    /// Reserves refunds, and puts down what became of them.
    Refund = [Grant::table(&PAYMENTS, &[GET, PUT])];
    /// Finds the payments that are due, and puts down their outcomes.
    Sweep = [
        Grant::table(&PAYMENTS, &[GET, PUT, UPDATE]),
        Grant::query(&PAYMENTS, "due"),
    ];
}

impl Remembers for Charge {}
impl Remembers for Command {}
impl Remembers for Refund {}

/// Marks the modes that read payments as they stand this moment and put down outcomes.
pub trait Settles: Mode<Room = PaymentsRoom> {}
impl Settles for Charge {}
impl Settles for Command {}
impl Settles for Refund {}
impl Settles for Settle {}
impl Settles for Sweep {}

/// The one live payment of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slot {
    /// The payment that was started last.
    pub payment: Option<PaymentId>,
    /// How many were started.
    pub attempts: u32,
    /// Whether the last one is still live.
    pub live: bool,
    /// Whether the order came to nothing, so that none may start any more.
    pub closed: bool,
}

#[derive(Deserialize)]
struct SlotItem {
    payment: Option<PaymentId>,
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    live: bool,
    #[serde(default)]
    closed: bool,
}

const PAYMENT: &str = "payment";
const SLOT: &str = "slot";

pub(crate) fn payment_pk(id: PaymentId) -> String {
    format!("payment/{id}")
}

fn slot_pk(order: OrderId) -> String {
    format!("order/{order}")
}

/// The slot of an order, as it stands this moment.
pub(crate) async fn slot(db: &Db, order: OrderId) -> Result<Slot, StoreError> {
    let Some(item) = db.get_now(&slot_pk(order), SLOT).await? else {
        return Ok(Slot::default());
    };
    let SlotItem {
        payment,
        attempts,
        live,
        closed,
    } = from_item(item)?;
    Ok(Slot {
        payment,
        attempts,
        live,
        closed,
    })
}

impl Payments<Read> {
    /// A payment, eventually consistent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: PaymentId) -> Result<Payment, StoreError> {
        let item = self.db.get(&payment_pk(id), PAYMENT).await?;
        payment(item.ok_or(StoreError::NotFound)?)
    }
}

impl Payments<Charge> {
    /// Stages a payment that starts, and that it takes its order's slot, read as `slot`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`Unique::LivePayment`] if the slot is taken or closed meanwhile.
    pub fn start(&self, tx: &mut Tx, payment: &Payment, slot: &Slot) -> Result<(), StoreError> {
        put(&self.db, tx, payment, Terms::absent())?;
        let read = number(slot.attempts);
        let terms = Terms {
            condition: Some(
                "(attribute_not_exists(pk) OR (attempts = :read AND live = :false) \
                 OR attribute_not_exists(attempts)) AND attribute_not_exists(closed)"
                    .to_owned(),
            ),
            names: vec![("#kind", "kind")],
            values: vec![
                (":read", read),
                (":attempts", number(payment.attempt)),
                (":payment", text(payment.id.to_string())),
                (
                    ":false",
                    aws_sdk_dynamodb::types::AttributeValue::Bool(false),
                ),
                (":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true)),
                (":v", number(1)),
                (":kind", text(SLOT)),
            ],
        };
        tx.update(
            self.db.table(),
            key(&slot_pk(payment.order), SLOT),
            "SET #kind = :kind, v = :v, payment = :payment, attempts = :attempts, live = :true",
            terms,
            |_| StoreError::Taken(Unique::LivePayment),
        );
        Ok(())
    }
}

impl<M: Settles> Payments<M> {
    /// A payment, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get_now(&self, id: PaymentId) -> Result<Payment, StoreError> {
        let item = self.db.get_now(&payment_pk(id), PAYMENT).await?;
        payment(item.ok_or(StoreError::NotFound)?)
    }

    /// The slot of an order, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn slot(&self, order: OrderId) -> Result<Slot, StoreError> {
        slot(&self.db, order).await
    }

    /// Stages a payment over the version before it, with the news of it if there are any. One that is
    /// no longer live frees its order's slot.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the payment changed meanwhile.
    pub fn save(
        &self,
        tx: &mut Tx,
        payment: &Payment,
        news: impl IntoIterator<Item = Event>,
    ) -> Result<(), StoreError> {
        put(&self.db, tx, payment, Terms::version(payment.version - 1))?;
        if !payment.is_live() {
            let terms = Terms {
                condition: Some("payment = :payment".to_owned()),
                names: Vec::new(),
                values: vec![
                    (":payment", text(payment.id.to_string())),
                    (
                        ":false",
                        aws_sdk_dynamodb::types::AttributeValue::Bool(false),
                    ),
                ],
            };
            let slot = key(&slot_pk(payment.order), SLOT);
            tx.update(self.db.table(), slot, "SET live = :false", terms, |_| {
                StoreError::Stale
            });
        }
        for event in news {
            let pk = payment_pk(payment.id);
            tx.emit(self.db.table(), &pk, payment.version, event)?;
        }
        Ok(())
    }
}

impl Payments<Refund> {
    /// Stages a payment on which a refund was reserved ([`Payment::reserve_refund`]), and that the
    /// refund is wanted: `payments-execute-refund` carries it out. For transactions that put down, in
    /// the same breath, what the refund is for.
    ///
    /// # Errors
    /// As [`Payments::save`].
    pub fn want_refund(
        &self,
        tx: &mut Tx,
        payment: &Payment,
        refund: RefundId,
    ) -> Result<(), StoreError> {
        let wish = RefundWish {
            payment_id: payment.id,
            order_id: payment.order,
            refund_id: refund,
        };
        self.save(tx, payment, [Event::RefundRequested(wish)])
    }
}

impl Payments<Settle> {
    /// Closes the slot of an order that came to nothing: no payment may start for it any more.
    /// A payment that is live stays so.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn close(&self, order: OrderId) -> Result<(), StoreError> {
        self.db
            .client()
            .update_item()
            .table_name(self.db.table())
            .set_key(Some(key(&slot_pk(order), SLOT)))
            .update_expression("SET #kind = :kind, v = :v, closed = :true")
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_values(":kind", text(SLOT))
            .expression_attribute_values(":v", number(1))
            .expression_attribute_values(
                ":true",
                aws_sdk_dynamodb::types::AttributeValue::Bool(true),
            )
            .send()
            .boxed()
            .await
            .map_err(crate::db::unavailable)?;
        Ok(())
    }
}

impl Payments<Sweep> {
    /// Up to `limit` payments per shard that are due by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<PaymentId>, StoreError> {
        self.db
            .due(now, limit)
            .await?
            .iter()
            .map(|id| id.parse().map_err(StoreError::corrupt))
            .collect()
    }

    /// Has a payment fall due again later, where the provider had nothing new to tell. Its version
    /// stays as it is, for nothing about it changed.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has changed after all, [`StoreError::Unavailable`].
    pub async fn postpone(&self, payment: &Payment, now: Timestamp) -> Result<(), StoreError> {
        let Some(due_at) = payment.due_again_at(now) else {
            return Ok(());
        };
        let sent = self
            .db
            .client()
            .update_item()
            .table_name(self.db.table())
            .set_key(Some(key(&payment_pk(payment.id), PAYMENT)))
            .update_expression("SET #due = :due")
            .condition_expression("#version = :read")
            .expression_attribute_names("#due", DUE.sk)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":due", text(due_sk(due_at, payment.id)))
            .expression_attribute_values(":read", number(payment.version))
            .send()
            .boxed()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_conditional_check_failed_exception() => {
                    Err(StoreError::Stale)
                }
                _ => Err(crate::db::unavailable(error)),
            },
        }
    }
}

fn due_sk(due_at: Timestamp, id: PaymentId) -> String {
    format!("{due_at}/{id}")
}

fn put(db: &Db, tx: &mut Tx, payment: &Payment, terms: Terms) -> Result<(), StoreError> {
    let pk = payment_pk(payment.id);
    let mut item = stored(pk, PAYMENT, "payment", &PaymentItem::from(payment))?;
    if let Some(due_at) = payment.due_at() {
        let shard = shard(*payment.id.as_uuid());
        item.insert(DUE.pk.to_owned(), text(format!("due/{shard}")));
        item.insert(DUE.sk.to_owned(), text(due_sk(due_at, payment.id)));
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn payment(item: Item) -> Result<Payment, StoreError> {
    if read_text(&item, "kind") != Some(PAYMENT) {
        return Err(StoreError::corrupt("no payment where one was sought"));
    }
    Ok(from_item::<PaymentItem>(item)?.into())
}
