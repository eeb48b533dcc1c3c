//! The payments table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | payment | `payment/<id>` | `payment` | `due/<shard>`, `<due at>/<id>` until its outcome is known |
//! | slot: the one live payment of an order | `order/<order>` | `slot` | |
//! | outbox | `payment/<id>` | `event/<version>/<event>` | |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | read a payment | half a read unit |
//! | start | one transaction: payment, slot, record: 6 write units, 1 for the index; a consistent read |
//! | put down an outcome | one transaction: payment, slot, event: 6 write units, 1 for the index |
//! | due payments | a query per shard; each read as it is driven on |
//!
//! The slot is what keeps an order from being charged twice: a payment starts only while the slot
//! is free and open, in the transaction that takes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{EventId, OrderId, PaymentId};
use domain::money::Money;
use domain::payment::{Decline, Initiator, Lease, NextAction, Payment, PaymentState};
use domain::text::PaymentMethod;

use crate::db::{Db, Item, from_item, key, number, read_text, shard, text};
use crate::error::{StoreError, Unique};
use crate::event::{Event, PaymentFacts};
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
    /// Finds the payments that are due, and puts down their outcomes.
    Sweep = [
        Grant::table(&PAYMENTS, &[GET, PUT, UPDATE]),
        Grant::query(&PAYMENTS, "due"),
    ];
}

impl Remembers for Charge {}

/// Marks the modes that read payments as they stand this moment and put down outcomes.
pub trait Settles: Mode<Room = PaymentsRoom> {}
impl Settles for Charge {}
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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentItem {
    v: u8,
    id: PaymentId,
    order: OrderId,
    status: PaymentState,
    amount: Money,
    captured: Money,
    refunded: Money,
    method: PaymentMethod,
    failure: Option<Decline>,
    next_action: Option<NextAction>,
    initiator: Initiator,
    attempt: u32,
    lease: Option<LeaseItem>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct LeaseItem {
    owner: EventId,
    until: Timestamp,
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
/// How long an open outcome may stay open before a sweeper asks the provider.
const PATIENCE: Duration = Duration::from_secs(60);

fn payment_pk(id: PaymentId) -> String {
    format!("payment/{id}")
}

fn slot_pk(order: OrderId) -> String {
    format!("order/{order}")
}

impl From<&Payment> for PaymentItem {
    fn from(payment: &Payment) -> Self {
        let Payment {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            failure,
            next_action,
            initiator,
            attempt,
            lease,
            version,
            created_at,
            updated_at,
        } = payment.clone();
        Self {
            v: 1,
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            failure,
            next_action,
            initiator,
            attempt,
            lease: lease.map(|Lease { owner, until }| LeaseItem { owner, until }),
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<PaymentItem> for Payment {
    fn from(item: PaymentItem) -> Self {
        let PaymentItem {
            v: _,
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            failure,
            next_action,
            initiator,
            attempt,
            lease,
            version,
            created_at,
            updated_at,
        } = item;
        Self {
            id,
            order,
            status,
            amount,
            captured,
            refunded,
            method,
            failure,
            next_action,
            initiator,
            attempt,
            lease: lease.map(|LeaseItem { owner, until }| Lease { owner, until }),
            version,
            created_at,
            updated_at,
        }
    }
}

impl PaymentFacts {
    /// What others need to know of a payment.
    #[must_use]
    pub fn of(payment: &Payment) -> Self {
        Self {
            payment_id: payment.id,
            order_id: payment.order,
            amount: payment.amount,
            refunded: payment.refunded,
            decline: payment.failure,
            by_server: payment.initiator == Initiator::Server,
        }
    }
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
        let Some(item) = self.db.get_now(&slot_pk(order), SLOT).await? else {
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

    /// Stages a payment over the version before it, with the news of it if there is any. One that is
    /// no longer live frees its order's slot.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the payment changed meanwhile.
    pub fn save(
        &self,
        tx: &mut Tx,
        payment: &Payment,
        event: Option<Event>,
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
        match event {
            Some(event) => tx.emit(
                self.db.table(),
                &payment_pk(payment.id),
                payment.version,
                event,
            ),
            None => Ok(()),
        }
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
}

/// When a sweeper must ask the provider about a payment. One that waits for its customer is left
/// alone: the customer, the provider's report or the order's end will move it.
fn due_at(payment: &Payment) -> Option<Timestamp> {
    match payment.status {
        PaymentState::Processing | PaymentState::Unknown => {
            let since = payment
                .lease
                .map_or(payment.updated_at, |lease| lease.until);
            Some(since.plus(PATIENCE))
        }
        _ => None,
    }
}

fn put(db: &Db, tx: &mut Tx, payment: &Payment, terms: Terms) -> Result<(), StoreError> {
    let pk = payment_pk(payment.id);
    let mut item = stored(pk, PAYMENT, "payment", &PaymentItem::from(payment))?;
    if let Some(due_at) = due_at(payment) {
        let shard = shard(*payment.id.as_uuid());
        item.insert(DUE.pk.to_owned(), text(format!("due/{shard}")));
        item.insert(DUE.sk.to_owned(), text(format!("{due_at}/{}", payment.id)));
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
