//! The local store: every function of the shop in one process, on embedded DynamoDB, SQS, mail and
//! secrets.
//!
//! It owns the gateway, the pollers of streams and queues, the schedules, the demo data, the console
//! and the command line, and enforces each function's policy on its every call to AWS. It may depend
//! on everything but the tests. It must never know what a function does.

pub mod aws;
pub mod cli;
mod clock;
mod console;
mod copied;
mod directory;
mod entropy;
mod error;
mod failures;
mod functions;
mod gateway;
mod life;
mod local_store;
mod mock;
pub mod options;
mod requests;
mod running;
pub mod seed;
mod server;
mod sources;
mod stack;
mod watch;

pub use clock::RuntimeClock;
pub use entropy::SeededEntropy;
pub use error::{InvokeError, OpenError};
pub use failures::{Failures, Listener};
pub use gateway::Response;
pub use local_store::Store;
pub use options::{Beginning, Options};
