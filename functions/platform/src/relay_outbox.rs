//! Carries events from the outboxes to the queues of their subscribers, in order for each aggregate.

use edge::{Consumer, Delivery, Failure, Source};
use store::outbox::Publisher;
use store::tables::{INVENTORY, ORDERS, PAYMENTS, USERS};

/// Relays events.
pub(crate) struct RelayOutbox;

impl Consumer for RelayOutbox {
    const SOURCE: Source = Source::Outboxes(&[&USERS, &INVENTORY, &ORDERS, &PAYMENTS]);
    const SUMMARY: &'static str = "Carries events from the outboxes to their subscribers";
    type Needs = (Publisher,);
    type Message = Delivery;

    async fn handle((publisher,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        publisher
            .publish(delivery.event().topic(), &delivery.json)
            .await?;
        Ok(())
    }
}
