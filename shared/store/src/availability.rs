//! How many of several SKUs can be had this moment, for those who show it and take nothing.
//!
//! | access | cost |
//! |---|---|
//! | availability of n SKUs | one batch: half a read unit each; for each that is spread, as much again for every shard |

use std::collections::{BTreeMap, BTreeSet};

use domain::sku::Sku;

use crate::error::StoreError;
use crate::grant::{BATCH_GET, Grant};
use crate::handle::{Handle, Mode};
use crate::reads::{Answers, Reads};
use crate::stock::{Counted, LEVEL, Seen, StockRoom, counted, level_pk, shards_of};
use crate::tables::INVENTORY;

/// Stock levels as they are shown.
pub type Availability = Handle<StockRoom, Show>;

/// Reads how many of several SKUs can be had.
pub enum Show {}

impl Mode for Show {
    type Room = StockRoom;
    const GRANTS: &'static [Grant] = &[Grant::table(&INVENTORY, &[BATCH_GET])];
}

impl Availability {
    /// How many of each SKU can be had; nothing where there is no bound. Of what was never counted
    /// there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn of(&self, skus: &BTreeSet<Sku>) -> Result<BTreeMap<Sku, Option<u32>>, StoreError> {
        let mut reads = self.reads();
        self.want(&mut reads, skus);
        self.answered(&mut reads.send().await?, skus).await
    }

    /// Wants to know that among other things.
    pub fn want(&self, reads: &mut Reads, skus: &BTreeSet<Sku>) {
        for sku in skus {
            self.db.want(reads, &level_pk(sku), LEVEL);
        }
    }

    /// What was found out about it, and for SKUs that are spread is found out now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn answered(
        &self,
        answers: &mut Answers,
        skus: &BTreeSet<Sku>,
    ) -> Result<BTreeMap<Sku, Option<u32>>, StoreError> {
        let mut found = BTreeMap::new();
        for sku in skus {
            let Some(level) = self.db.found(answers, &level_pk(sku), LEVEL) else {
                found.insert(sku.clone(), Some(0));
                continue;
            };
            let main = counted(level)?;
            let available = match (main.level.backorder, main.spread.is_spread()) {
                (true, _) => None,
                (false, false) => Some(main.level.available()),
                (false, true) => Some(self.with_shards(main).await?),
            };
            // Below zero there is none.
            let units = |available: i64| u32::try_from(available.max(0)).unwrap_or(u32::MAX);
            found.insert(sku.clone(), available.map(units));
        }
        Ok(found)
    }

    async fn with_shards(&self, main: Counted) -> Result<i64, StoreError> {
        let shards = shards_of(&self.db, &main, false).await?;
        Ok(Seen::new(main, shards).whole().available())
    }
}
