//! The events of an order, out of the outboxes that keep them for a week, and sent once more.

use domain::id::OrderId;

use super::{OperatingError, Operations, Thing, failed};
use crate::db::{Db, Range, read_text};
use crate::error::StoreError;
use crate::event::Envelope;
use crate::queues::{self, Queue};
use crate::tables::{ORDERS, PAYMENTS};
use crate::tx::OUTBOX;
use crate::{orders, payments};

/// How many events one query reads.
const PAGE: u16 = 100;

/// An event that an outbox keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The event.
    pub envelope: Envelope,
    /// The message that it is sent as.
    json: String,
}

impl Kept {
    /// The queues that subscribe to its kind.
    pub fn subscribers(&self) -> impl Iterator<Item = &'static Queue> {
        queues::subscribers(self.envelope.event.topic())
    }
}

impl Operations {
    /// The events of an order and of the payment that was started last for it, the oldest first.
    ///
    /// # Errors
    /// [`OperatingError::NoSuchOrder`], [`OperatingError::Unnamed`], [`OperatingError::Failed`].
    pub async fn events_of(&self, order: OrderId) -> Result<Vec<Kept>, OperatingError> {
        let (in_orders, in_payments) = (self.table(&ORDERS)?, self.table(&PAYMENTS)?);
        let reading = || format!("reading the events of order {order}");
        if !orders::exists(&in_orders, order)
            .await
            .map_err(failed(reading()))?
        {
            return Err(OperatingError::NoSuchOrder(order));
        }
        let mut events = outbox(&in_orders, &orders::order_pk(order))
            .await
            .map_err(failed(reading()))?;
        let slot = payments::slot(&in_payments, order)
            .await
            .map_err(failed(format!("reading the payment of order {order}")))?;
        if let Some(payment) = slot.payment {
            let of_payment = outbox(&in_payments, &payments::payment_pk(payment))
                .await
                .map_err(failed(format!("reading the events of payment {payment}")))?;
            events.extend(of_payment);
        }
        // Those of one moment stay in the order of their aggregate's versions.
        events.sort_by_key(|kept| kept.envelope.occurred_at);
        Ok(events)
    }

    /// Sends an event to a queue.
    ///
    /// # Errors
    /// [`OperatingError::Unnamed`], [`OperatingError::Failed`].
    pub async fn send(&self, kept: &Kept, queue: &'static Queue) -> Result<(), OperatingError> {
        let event = kept.envelope.id;
        self.sqs
            .send_message()
            .queue_url(self.names.get(Thing::Queue(queue))?)
            .message_body(&kept.json)
            .send()
            .await
            .map_err(failed(format!("sending event {event} to {}", queue.name)))?;
        Ok(())
    }
}

/// All events of an aggregate, the oldest first.
async fn outbox(db: &Db, aggregate: &str) -> Result<Vec<Kept>, StoreError> {
    let mut events = Vec::new();
    let mut after = None;
    loop {
        let found = db
            .query(Range {
                after,
                newest_first: false,
                limit: PAGE,
                ..Range::of(aggregate).below(OUTBOX)
            })
            .await?;
        for item in &found.items {
            let json = read_text(item, "event")
                .ok_or_else(|| StoreError::corrupt("an event without its text"))?;
            events.push(Kept {
                envelope: Envelope::from_json(json).map_err(StoreError::corrupt)?,
                json: json.to_owned(),
            });
        }
        after = found.reached;
        if after.is_none() {
            return Ok(events);
        }
    }
}
