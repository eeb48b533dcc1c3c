//! Levels, movements and holds as they are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{MovementId, OrderId, UserId};
use domain::sku::Sku;
use domain::stock::shard::{Shard, Share};
use domain::stock::{Hold, HoldState, Level, Movement, MovementKind};
use domain::text::Reason;

use crate::error::StoreError;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LevelItem {
    v: u8,
    sku: Sku,
    on_hand: i64,
    reserved: u32,
    available: i64,
    taken: u64,
    backorder: bool,
    version: u64,
}

/// A shard of a SKU that is, or was, spread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShardItem {
    pub(super) shard: u16,
    pub(super) on_hand: i64,
    pub(super) reserved: u32,
    pub(super) available: i64,
    pub(super) taken: u64,
    pub(super) version: u64,
    /// Counts whatever made more of it available.
    pub(super) raised: u64,
    /// Whether it can be taken from; what is closed is about to be gathered.
    pub(super) open: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MovementItem {
    v: u8,
    id: MovementId,
    sku: Sku,
    #[serde(rename = "cause")]
    kind: MovementKind,
    delta: i64,
    reason: Reason,
    order: Option<OrderId>,
    actor: Option<UserId>,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HoldItem {
    v: u8,
    order: OrderId,
    lines: BTreeMap<Sku, u32>,
    /// The units that were taken from shards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<ShareItem>,
    state: HoldState,
    due_at: Timestamp,
}

/// Units of a hold that were taken from a shard.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShareItem {
    sku: Sku,
    generation: u64,
    shard: u16,
    units: u32,
}

impl From<Share> for ShareItem {
    fn from(share: Share) -> Self {
        let Share {
            sku,
            generation,
            shard,
            units,
        } = share;
        Self {
            sku,
            generation,
            shard: shard.number(),
            units,
        }
    }
}

impl TryFrom<ShareItem> for Share {
    type Error = StoreError;

    fn try_from(item: ShareItem) -> Result<Self, StoreError> {
        let ShareItem {
            sku,
            generation,
            shard,
            units,
        } = item;
        Ok(Self {
            sku,
            generation,
            shard: Shard::new(shard)
                .ok_or_else(|| StoreError::corrupt(format!("there is no shard {shard}")))?,
            units,
        })
    }
}

impl From<&Level> for LevelItem {
    fn from(level: &Level) -> Self {
        let available = level.available();
        let Level {
            sku,
            on_hand,
            reserved,
            taken,
            backorder,
            version,
        } = level.clone();
        Self {
            v: 1,
            sku,
            on_hand,
            reserved,
            available,
            taken,
            backorder,
            version,
        }
    }
}

impl From<LevelItem> for Level {
    fn from(item: LevelItem) -> Self {
        let LevelItem {
            v: _,
            sku,
            on_hand,
            reserved,
            available: _,
            taken,
            backorder,
            version,
        } = item;
        Self {
            sku,
            on_hand,
            reserved,
            taken,
            backorder,
            version,
        }
    }
}

impl From<&Movement> for MovementItem {
    fn from(movement: &Movement) -> Self {
        let Movement {
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        } = movement.clone();
        Self {
            v: 1,
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        }
    }
}

impl From<MovementItem> for Movement {
    fn from(item: MovementItem) -> Self {
        let MovementItem {
            v: _,
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        } = item;
        Self {
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        }
    }
}

impl From<&Hold> for HoldItem {
    fn from(hold: &Hold) -> Self {
        let Hold {
            order,
            lines,
            shares,
            state,
            due_at,
        } = hold.clone();
        Self {
            v: 1,
            order,
            lines: lines.into_iter().collect(),
            shares: shares.into_iter().map(ShareItem::from).collect(),
            state,
            due_at,
        }
    }
}

impl TryFrom<HoldItem> for Hold {
    type Error = StoreError;

    fn try_from(item: HoldItem) -> Result<Self, StoreError> {
        let HoldItem {
            v: _,
            order,
            lines,
            shares,
            state,
            due_at,
        } = item;
        Ok(Self {
            order,
            lines: lines.into_iter().collect(),
            shares: shares
                .into_iter()
                .map(Share::try_from)
                .collect::<Result<_, _>>()?,
            state,
            due_at,
        })
    }
}
