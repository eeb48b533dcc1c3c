//! The whole shop as it is deployed, in one process and in virtual time, with all that can go wrong in it
//! going wrong by chance: functions die between two steps, calls and replies are lost, messages come
//! twice, late and out of order, clocks differ, the payment provider falls silent.
//!
//! Chance is drawn from a seed, so that a run that breaks a rule can be had again. It owns the actors who
//! shop, the weather they shop in and the rules that hold in any weather. It may depend on the local
//! store and what is beneath it. It must never look at how a rule is kept: it asks the shop and the
//! payment provider what they know, as anybody could.

#![expect(
    clippy::expect_used,
    reason = "a run that cannot be made is a fault of the simulation, and ends it"
)]

/// A run is little else than many small pieces of memory.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod actors;
mod chance;
mod client;
mod limits;
mod mutants;
mod rules;
mod run;
mod sale;
mod trace;
mod versions;
mod weather;

pub use limits::{Borne, Limits, Load, Unit};
pub use mutants::{MUTANTS, Mutant};
pub use rules::Broken;
pub use run::{Outcome, Plan, run, shrink};
pub use sale::{Sale, Sold};
pub use weather::{Kind, Point, Points};
