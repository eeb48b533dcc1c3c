//! A stock level on the wire: all of it for staff, what can be bought for everybody else.

use domain::sku::Sku;
use domain::stock::Level;
use edge::Reply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::stock::Spread;

/// The path of one SKU.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SkuPath {
    /// The SKU.
    pub(crate) sku: Sku,
}

/// How many units of a SKU there are.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StockLevel")]
pub(crate) struct LevelView {
    /// Whose level it is.
    sku: Sku,
    /// Units in the house; below zero only with backorder.
    on_hand: i64,
    /// Units held for orders that are not settled.
    reserved: u32,
    /// Units that can still be sold; below zero only with backorder.
    available: i64,
    /// Whether orders are taken for what is not in the house.
    backorder: bool,
    /// Over how many shards it is spread, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    shards: Option<u16>,
    /// Counts the changes, from 1; the ETag is made of it.
    pub(crate) version: u64,
}

/// How many units of a SKU can be bought.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Availability {
    /// What can be bought.
    sku: Sku,
    /// Units, never below zero.
    #[schemars(range(min = 0))]
    available: i64,
}

impl LevelView {
    /// The level of a SKU that may be spread.
    pub(crate) fn of(level: Level, spread: Spread) -> Self {
        let available = level.available();
        let Level {
            sku,
            on_hand,
            reserved,
            taken: _,
            backorder,
            version,
        } = level;
        Self {
            sku,
            on_hand,
            reserved,
            available,
            backorder,
            shards: spread.is_spread().then_some(spread.shards),
            version,
        }
    }

    /// It as an answer.
    pub(crate) fn reply(self) -> Reply<Self> {
        let version = self.version;
        Reply::of(self).version(version)
    }
}

impl From<Level> for Availability {
    fn from(level: Level) -> Self {
        Self {
            available: level.available().max(0),
            sku: level.sku,
        }
    }
}
