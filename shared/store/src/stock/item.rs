//! Levels, movements and holds as they are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{MovementId, OrderId, UserId};
use domain::sku::Sku;
use domain::stock::{Hold, HoldState, Level, Movement, MovementKind};
use domain::text::Reason;

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
    state: HoldState,
    due_at: Timestamp,
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
            state,
            due_at,
        } = hold.clone();
        Self {
            v: 1,
            order,
            lines: lines.into_iter().collect(),
            state,
            due_at,
        }
    }
}

impl From<HoldItem> for Hold {
    fn from(item: HoldItem) -> Self {
        let HoldItem {
            v: _,
            order,
            lines,
            state,
            due_at,
        } = item;
        Self {
            order,
            lines: lines.into_iter().collect(),
            state,
            due_at,
        }
    }
}
