//! What starts the functions that nobody calls: streams, queues and the clock, with AWS's semantics.

pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod streams;

use edge::{Function, Source};
use tokio::sync::Mutex;

use crate::sources::queues::QueueSource;
use crate::sources::streams::StreamSource;
use crate::stack::Stack;

/// Everything that starts functions.
pub(crate) struct Sources {
    pub(crate) streams: Vec<StreamSource>,
    pub(crate) queues: Vec<QueueSource>,
    pub(crate) schedules: Vec<&'static Function>,
}

impl Sources {
    /// The sources of all functions.
    pub(crate) fn of(stack: &Stack) -> Self {
        let mut sources = Self {
            streams: Vec::new(),
            queues: Vec::new(),
            schedules: Vec::new(),
        };
        for function in registry::functions() {
            match function.source() {
                None => {}
                Some(Source::EveryMinute) => sources.schedules.push(function),
                Some(Source::Queue { queue, batch }) => sources.queues.push(QueueSource {
                    function: function.name(),
                    queue,
                    batch: *batch,
                    connector: stack.connector(function),
                }),
                Some(Source::Outboxes(tables)) => {
                    sources
                        .streams
                        .extend(tables.iter().map(|table| StreamSource {
                            function: function.name(),
                            table,
                            connector: stack.connector(function),
                            turn: Mutex::new(()),
                        }));
                }
            }
        }
        sources
    }
}
