//! A consumer as a type: where its messages come from, what it needs, what it does with one.

use domain::machine::Moves;
use store::Needs;
use store::event::{Envelope, Event, Stamp};
use store::queues::Queue;
use store::tables::Table;

use crate::problem::Failure;

/// Where messages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A queue, in batches.
    Queue {
        /// Which.
        queue: &'static Queue,
        /// The most messages of a batch.
        batch: u16,
    },
    /// The outbox inserts of these tables' streams, in order per aggregate.
    Outboxes(&'static [&'static Table]),
    /// The clock: once a minute.
    EveryMinute,
}

/// One consumer.
pub trait Consumer: Sized + Send + Sync + 'static {
    /// Where its messages come from.
    const SOURCE: Source;
    /// What it does, in one line.
    const SUMMARY: &'static str;
    /// The function's memory in MB.
    const MEMORY_MB: u16 = 256;
    /// What it moves from one status to another.
    const MOVES: &'static [Moves] = &[];
    /// The handles it works with; they also make its policy.
    type Needs: Needs;
    /// What it is given: a [`Delivery`] from a queue or an outbox, a [`Tick`] from the clock.
    type Message: Message;

    /// Deals with one message. It may come again, late, or out of order; a failure brings it back.
    fn handle(
        needs: &Self::Needs,
        message: &Self::Message,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What a consumer can be given.
pub trait Message: Sized + Send + Sync {
    /// Makes the message of what has come.
    ///
    /// # Errors
    /// If it is no event that this code knows.
    fn make(arrival: Arrival) -> Result<Self, Failure>;

    /// The trace it belongs to.
    fn trace(&self) -> &str;
}

/// What has come.
pub enum Arrival {
    /// An event in its envelope, as JSON.
    Event(String, Stamp),
    /// A minute of the clock.
    Minute(Stamp),
}

/// An event that has come.
pub struct Delivery {
    /// The event's envelope.
    pub envelope: Envelope,
    /// The JSON it came as, to be passed on unchanged.
    pub json: String,
    /// When it came, and the trace it belongs to.
    pub stamp: Stamp,
}

impl Delivery {
    /// The event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.envelope.event
    }
}

impl Message for Delivery {
    fn make(arrival: Arrival) -> Result<Self, Failure> {
        match arrival {
            Arrival::Event(json, stamp) => {
                let envelope = Envelope::from_json(&json).map_err(Failure::internal)?;
                let trace =
                    crate::trace::traceparent(Some(&envelope.traceparent), stamp.entropy.as_ref());
                Ok(Self {
                    envelope,
                    json,
                    stamp: Stamp { trace, ..stamp },
                })
            }
            Arrival::Minute(_) => Err(Failure::internal("the clock brings no event")),
        }
    }

    fn trace(&self) -> &str {
        &self.stamp.trace
    }
}

/// A minute has passed.
pub struct Tick {
    /// When, and the trace that what follows belongs to.
    pub stamp: Stamp,
}

impl Message for Tick {
    fn make(arrival: Arrival) -> Result<Self, Failure> {
        match arrival {
            Arrival::Minute(stamp) => Ok(Self { stamp }),
            Arrival::Event(..) => Err(Failure::internal("an event is no minute")),
        }
    }

    fn trace(&self) -> &str {
        &self.stamp.trace
    }
}
