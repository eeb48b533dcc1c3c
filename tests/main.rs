//! The tests of the whole shop, at its API: real Lambda events in, the embedded DynamoDB and SQS
//! behind, every function's policy enforced. One binary: a file per endpoint and consumer in `api/`,
//! the ways of people through the shop in `journeys/`.
#![cfg(test)]

mod api;
mod authorization;
mod bought;
mod capacity;
mod contract;
mod conventions;
mod costs;
mod errors;
mod events;
mod examples;
mod faults;
mod forgeries;
mod garbage;
mod guides;
mod journeys;
mod limits;
mod lists;
mod machines;
mod policies;
mod samples;
mod shop;
mod starting;
mod stripe;
mod tokens;
mod versions;
