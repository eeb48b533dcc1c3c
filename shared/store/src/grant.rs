//! Grants: the exact actions a handle may take on exact resources. The policies of the templates
//! and the local store's enforcement are both made of these.

use crate::queues::Queue;
use crate::tables::Table;

/// Actions allowed on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The IAM actions.
    pub actions: &'static [&'static str],
    /// What they may be taken on.
    pub on: Resource,
}

/// Something that a policy can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A table.
    Table(&'static Table),
    /// An index of a table.
    Index(&'static Table, &'static str),
    /// A queue.
    Queue(&'static Queue),
    /// The secret that signs access tokens.
    SigningSecret,
    /// The secret shared with the payment provider.
    ProviderSecret,
    /// The identity that mail is sent from.
    MailIdentity,
}

impl Grant {
    /// `actions` on a table.
    #[must_use]
    pub const fn table(table: &'static Table, actions: &'static [&'static str]) -> Self {
        Self {
            actions,
            on: Resource::Table(table),
        }
    }

    /// Querying an index.
    #[must_use]
    pub const fn query(table: &'static Table, index: &'static str) -> Self {
        Self {
            actions: &["dynamodb:Query"],
            on: Resource::Index(table, index),
        }
    }

    /// Sending to a queue.
    #[must_use]
    pub const fn send(queue: &'static Queue) -> Self {
        Self {
            actions: &["sqs:SendMessage"],
            on: Resource::Queue(queue),
        }
    }
}

/// Reads one item.
pub const GET: &str = "dynamodb:GetItem";
/// Reads up to a hundred items.
pub const BATCH_GET: &str = "dynamodb:BatchGetItem";
/// Reads one partition.
pub const QUERY: &str = "dynamodb:Query";
/// Writes a whole item.
pub const PUT: &str = "dynamodb:PutItem";
/// Changes attributes of an item.
pub const UPDATE: &str = "dynamodb:UpdateItem";
/// Deletes an item.
pub const DELETE: &str = "dynamodb:DeleteItem";
/// Makes a transaction depend on an item it does not change.
pub const CHECK: &str = "dynamodb:ConditionCheckItem";
