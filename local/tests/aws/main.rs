//! The embedded AWS services under the real AWS SDK.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a test fails it")]

mod access;
mod dynamodb;
mod faults;
mod http;
mod mail_and_secrets;
mod move_tasks;
mod queues;
mod restart;
mod stage;
mod streams;
