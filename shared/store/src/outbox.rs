//! The way out of the outbox: to the queue of every subscriber.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use futures_util::future::try_join_all;

use crate::db::unavailable;
use crate::error::StoreError;
use crate::event::Topic;
use crate::grant::Grant;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::queues::{QUEUES, Queue, subscribers};

/// Sends events to their subscribers.
pub struct Publisher {
    client: aws_sdk_sqs::Client,
    urls: BTreeMap<&'static str, String>,
}

impl Publisher {
    /// Sends an event, as JSON, to every queue that subscribes to its kind.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some queues may have it, so that it comes to them again.
    pub async fn publish(&self, topic: Topic, json: &str) -> Result<(), StoreError> {
        let sends = subscribers(topic).map(|queue| {
            self.client
                .send_message()
                .set_queue_url(self.urls.get(queue.name).cloned())
                .message_body(json)
                .send()
                .boxed()
        });
        try_join_all(sends).await.map_err(unavailable)?;
        Ok(())
    }
}

impl Need for Publisher {
    fn declare(declaration: &mut Declaration) {
        for queue in relayed() {
            declaration.var(queue.var);
            declaration.grant(Grant::send(queue));
        }
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let mut urls = BTreeMap::new();
        for queue in relayed() {
            urls.insert(queue.name, wiring.env.get(queue.var)?.to_owned());
        }
        Ok(Self {
            client: wiring.aws.sqs(),
            urls,
        })
    }
}

/// The queues that some event goes to.
fn relayed() -> impl Iterator<Item = &'static Queue> {
    QUEUES
        .into_iter()
        .filter(|queue| !queue.subscribes.is_empty())
}
