//! The only room that knows HTTP and Lambda events.
//!
//! It owns routes and consumers as types, authentication, request reading, errors on the wire,
//! idempotency keys, cursors, logs and the Lambda runtime. It may depend on `domain` and `store`.
//! It must never know a table's attribute, or what a particular route is for.

pub mod api_key;
pub mod as_sent;
pub mod bearers;
pub mod bounds;
pub mod caller;
pub mod consumer;
pub mod endpoint;
pub mod fields;
pub mod function;
pub mod idempotency;
pub mod input;
pub mod limits;
pub mod log;
mod negotiation;
pub mod origin;
pub mod paging;
mod patch;
pub mod problem;
pub mod reply;
pub mod route;
mod runner;
pub mod seal;
pub mod serve;
pub mod shape;
pub mod system;
pub mod token;
pub mod trace;

pub use as_sent::AsSent;
pub use caller::Caller;
pub use consumer::{Consumer, Delivery, Source, Tick};
pub use endpoint::{Document, Endpoint, Nothing, Rq};
pub use function::Function;
pub use problem::{Code, Failure};
pub use reply::Reply;
pub use route::{Auth, Idempotency, Route};
