//! The local store as a whole: real Lambda events, real policies, streams, queues and schedules with
//! AWS's semantics, restarts, and the console.
#![cfg(test)]

mod clock;
mod console;
mod gateway;
mod mock;
mod policy;
mod purchase;
mod queues;
mod restart;
mod seed;
mod server;
mod stage;
mod streams;
