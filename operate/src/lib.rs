//! What an operator does from a terminal, the same against a stack in AWS and against the local store:
//! dead letters, what is stuck, and the events of an order once more.
//!
//! It owns the command line, finding a shop's tables and queues, and how results are shown. It may
//! depend on `registry`, `edge` for the machine's clock, `store` and `domain`. It must never know a key,
//! a condition or an AWS SDK, nor what a function does.

pub mod cli;
mod failure;
mod local_store;
mod names;
mod report;
mod shop;
mod tasks;

pub use failure::Failure;
pub use report::Report;

use domain::clock::Clock;
use store::env::Env;

use crate::cli::Wish;
use crate::shop::Shop;

/// Does what is wished for, and puts down in `report` what there is to tell, also of what was done
/// before something failed.
///
/// # Errors
/// [`Failure`], which says what failed and why.
pub async fn run(
    wish: Wish,
    env: &Env,
    clock: &dyn Clock,
    report: &mut Report,
) -> Result<(), Failure> {
    let Wish { at, task, json: _ } = wish;
    let shop = Shop::open(&at, env, clock).await?;
    tasks::carry_out(task, &shop, report).await
}
