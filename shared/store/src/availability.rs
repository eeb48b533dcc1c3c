//! How many of several SKUs can be had this moment, for those who show it and take nothing.
//!
//! | access | cost |
//! |---|---|
//! | availability of n SKUs | one batch: half a read unit each |

use std::collections::{BTreeMap, BTreeSet};

use domain::sku::Sku;

use crate::db::{read_number, read_text};
use crate::error::StoreError;
use crate::grant::{BATCH_GET, Grant};
use crate::handle::{Handle, Mode};
use crate::stock::{LEVEL, StockRoom, level_pk};
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
        let keys = skus.iter().map(|sku| (level_pk(sku), LEVEL.to_owned()));
        let levels = self.db.get_many(keys, false).await?;
        let mut found: BTreeMap<Sku, Option<u32>> =
            skus.iter().map(|sku| (sku.clone(), Some(0))).collect();
        for level in levels {
            let sku = read_text(&level, "sku").and_then(|sku| Sku::parse(sku).ok());
            let Some(sku) = sku else { continue };
            let on_backorder = level
                .get("backorder")
                .and_then(|backorder| backorder.as_bool().ok())
                .is_some_and(|backorder| *backorder);
            // Below zero there is none.
            let available = read_number(&level, "available").unwrap_or(0);
            found.insert(sku, (!on_backorder).then_some(available));
        }
        Ok(found)
    }
}
