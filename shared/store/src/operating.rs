//! What operators do by hand: they look at dead letters and send them back, see what is overdue, and
//! send the events of an order again.
//!
//! | action | calls |
//! |---|---|
//! | count dead letters | `sqs:GetQueueAttributes` on each queue of them |
//! | look at n dead letters | `sqs:GetQueueAttributes`; n / 10 of `sqs:ReceiveMessage` and of `sqs:ChangeMessageVisibility` |
//! | send them back | `sqs:GetQueueAttributes`, `sqs:StartMessageMoveTask`; one of `sqs:ListMessageMoveTasks` before, and one a second until it is done |
//! | n things that are overdue | `dynamodb:Query` on the shards of each index `due`: half a read unit each; `dynamodb:BatchGetItem`: a read unit per 4 KB of each |
//! | replay an order | `dynamodb:GetItem` on order and slot, `dynamodb:Query` on the outbox of each; `sqs:SendMessage` for each event and subscriber |
//! | find the names of a stack | `dynamodb:ListTables`, `sqs:ListQueues` |
//!
//! No function does any of this, so that nothing here declares a grant: whoever does brings credentials
//! of their own.

mod dead_letters;
mod listing;
mod names;
mod overdue;
mod replay;

use std::error::Error;
use std::fmt;

use domain::id::OrderId;

pub use dead_letters::{DeadEnd, DeadLetter, Looked};
pub use listing::Listing;
pub use names::{Names, Thing};
pub use overdue::{Duty, Overdue};
pub use replay::Kept;

use crate::aws::Aws;
use crate::db::Db;
use crate::tables::Table;

/// The tables and queues of one shop, for whoever operates it.
pub struct Operations {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    names: Names,
}

/// Why something was not done.
#[derive(Debug)]
pub enum OperatingError {
    /// What a table or queue is called is not known, and why.
    Unnamed(String),
    /// There is no such order.
    NoSuchOrder(OrderId),
    /// What was tried, and why it failed.
    Failed {
        /// What was tried, such as `reading the orders table`.
        what: String,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Operations {
    /// The shop whose tables and queues are called so.
    #[must_use]
    pub fn new(aws: &Aws, names: Names) -> Self {
        Self {
            dynamodb: aws.dynamodb(),
            sqs: aws.sqs(),
            names,
        }
    }

    fn table(&self, table: &'static Table) -> Result<Db, OperatingError> {
        let name = self.names.get(Thing::Table(table))?;
        Ok(Db::new(self.dynamodb.clone(), name))
    }
}

/// Says what it was that failed.
fn failed<E: Into<Box<dyn Error + Send + Sync>>>(
    what: impl Into<String>,
) -> impl FnOnce(E) -> OperatingError {
    let what = what.into();
    move |error| OperatingError::Failed {
        what,
        source: error.into(),
    }
}

impl fmt::Display for OperatingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed(why) => f.write_str(why),
            Self::NoSuchOrder(order) => write!(f, "there is no order {order}"),
            Self::Failed { what, .. } => write!(f, "{what} failed"),
        }
    }
}

impl Error for OperatingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source.as_ref()),
            Self::Unnamed(_) | Self::NoSuchOrder(_) => None,
        }
    }
}
