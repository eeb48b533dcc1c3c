//! An operator's day, at a local store whose services are reached over sockets.
#![cfg(test)]

mod dead_letters;
mod faults;
mod process;
mod shop;
mod stuck;
