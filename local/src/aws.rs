//! The AWS services of one store, embedded: DynamoDB with its streams, SQS, SES and Secrets Manager.
//!
//! Owns a [`Cloud`] and the two ways into it: a [`Connector`], which puts a real AWS SDK client on
//! top of it inside this process, and [`Cloud::serve`], which answers other processes over HTTP.
//! Both speak AWS's wire protocols; neither checks signatures. It may depend on the domain's clock
//! alone: what tables and queues there are, and who may do what, it is told.

mod access;
mod account;
mod bell;
mod call;
mod cloud;
mod connector;
mod dynamodb;
mod error;
mod faults;
mod journal;
mod mail;
mod messages;
mod meter;
mod move_tasks;
mod place;
mod redrive;
mod refused;
mod reply;
mod secrets;
mod serve;
mod sqs;
mod sqs_calls;
mod streams;
mod tables;
mod token;
mod triggers;

pub use access::{Access, Denial, Gate};
pub use account::{Account, Accounts};
pub use cloud::{Cloud, CloudConfig};
pub use connector::Connector;
pub(crate) use dynamodb::DATA_FILE;
pub use dynamodb::Snapshot;
pub use error::CloudError;
pub use faults::{At, Delivery, Fate, Fault, Faults};
pub use mail::Email;
pub use messages::QueuedMessage;
pub use sqs::{DeadLetters, QueueDepth, QueueSpec};
pub use streams::Chunk;
pub use tables::{IndexSpec, Projection, TableSpec};
pub use token::without_token;
pub use triggers::{HiddenMessage, Received};
