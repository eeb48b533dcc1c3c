//! The shop that is operated: the local store, or a stack in AWS.

use domain::clock::{Clock, Timestamp};
use store::aws::Aws;
use store::env::Env;
use store::operating::{Listing, Names, Operations};

use crate::cli::At;
use crate::failure::Failure;
use crate::{local_store, names};

/// A shop.
pub(crate) struct Shop {
    pub(crate) operations: Operations,
    /// Its time, which is not the machine's where somebody has moved that of a local store.
    pub(crate) now: Timestamp,
}

impl Shop {
    /// Finds a shop's tables and queues.
    pub(crate) async fn open(at: &At, env: &Env, clock: &dyn Clock) -> Result<Self, Failure> {
        match at {
            At::Local(url) => local_store::open(url).await,
            At::Stack { name, chosen } => {
                let aws = Aws::from_env(env)?;
                let listing = Listing::of(&aws, name).await?;
                let names = Names::new(|thing| names::find(thing, name, chosen, &listing));
                Ok(Self {
                    operations: Operations::new(&aws, names),
                    now: clock.now(),
                })
            }
        }
    }
}
