//! Fulfilments: parcels on their way to the customer.

use super::goods::{GoodsError, Units, counted};
use super::line::Line;
use super::timeline::{self, Actor, Entry, Moment};
use super::tracking::Tracking;
use super::{Order, OrderStatus};
use crate::clock::Timestamp;
use crate::id::{FulfilmentId, LineId};
use crate::machine::Machine;
use crate::transition::Transition;
use crate::value::word_enum;

/// How many fulfilments an order may have, those that never left among them.
pub const MAX_FULFILMENTS: usize = 50;

word_enum! {
    /// Where a fulfilment is.
    pub enum ShipmentStatus {
        /// On its way.
        Shipped => "shipped",
        /// With the customer.
        Delivered => "delivered",
        /// It never left the house: its units can be sent again.
        Cancelled => "cancelled",
    }
}

impl Machine for ShipmentStatus {
    const NAME: &'static str = "fulfilment";
    const STARTS: &'static [Self] = &[Self::Shipped];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Shipped, Self::Delivered),
        (Self::Shipped, Self::Cancelled),
    ];
}

/// Some units of an order on their way to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fulfilment {
    /// Names the fulfilment.
    pub id: FulfilmentId,
    /// What is in it, each line once.
    pub lines: Vec<Units>,
    /// Where it can be followed.
    pub tracking: Option<Tracking>,
    /// Where it is.
    pub status: ShipmentStatus,
    /// When it was sent.
    pub shipped_at: Timestamp,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it turned out that it had never left.
    pub cancelled_at: Option<Timestamp>,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Names the fulfilment to be.
    pub id: FulfilmentId,
    /// What is in it; equal lines are taken together.
    pub lines: Vec<Units>,
    /// Where it can be followed.
    pub tracking: Option<Tracking>,
}

impl Fulfilment {
    /// How many units of which lines are in it.
    pub(super) fn units(&self) -> impl Iterator<Item = (LineId, u32)> {
        self.lines
            .iter()
            .map(|units| (units.line, units.quantity.get()))
    }

    fn counted(&self) -> String {
        counted(self.units().map(|(_, units)| units).sum())
    }
}

impl Order {
    /// A fulfilment of the order.
    pub fn fulfilment(&self, id: FulfilmentId) -> Result<&Fulfilment, GoodsError> {
        let mut all = self.fulfilments.iter();
        all.find(|one| one.id == id).ok_or(GoodsError::Unknown)
    }

    /// Some of the goods leave the house.
    pub fn ship(
        &self,
        shipment: Shipment,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Self, GoodsError> {
        self.standing(&[OrderStatus::Confirmed])?;
        if self.fulfilments.len() >= MAX_FULFILMENTS {
            let max = MAX_FULFILMENTS;
            return Err(GoodsError::too_many("lines", "fulfilments", max));
        }
        let Shipment {
            id,
            lines,
            tracking,
        } = shipment;
        let fulfilment = Fulfilment {
            id,
            lines: self.asked(&lines, Line::unsent, "sent")?,
            tracking,
            status: ShipmentStatus::Shipped,
            shipped_at: now,
            delivered_at: None,
            cancelled_at: None,
        };
        let data = match &fulfilment.tracking {
            None => fulfilment.counted(),
            Some(Tracking {
                carrier, number, ..
            }) => {
                let carrier = carrier
                    .as_ref()
                    .map_or("tracking", |carrier| carrier.as_str());
                format!("{}, {carrier} {number}", fulfilment.counted())
            }
        };
        let lines = self.lines_with(fulfilment.units(), |line, units| line.shipped += units);
        let mut shipped = self
            .with_entry(Moment::Shipped, actor, Some(data), now)
            .with_lines(lines);
        shipped.fulfilments.push(fulfilment);
        Ok(shipped)
    }

    /// A fulfilment gets where it is said to be. The order is complete once all of its goods that were
    /// not called off have arrived.
    pub fn move_fulfilment(
        &self,
        id: FulfilmentId,
        status: ShipmentStatus,
        tracking: Option<Tracking>,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Transition<Self>, GoodsError> {
        let old = self.fulfilment(id)?;
        if old.status == status && old.tracking == tracking {
            return Ok(Transition::Unchanged);
        }
        let retold = Fulfilment {
            tracking,
            ..old.clone()
        };
        if old.status == status {
            let noted = Self {
                version: self.version + 1,
                updated_at: now,
                ..self.clone()
            };
            return Ok(Transition::Moved(noted.with_fulfilment(retold)));
        }
        let status = old.status.to(status).map_err(GoodsError::Fulfilment)?;
        let delivered = status == ShipmentStatus::Delivered;
        let (moment, lines) = if delivered {
            let lines = self.lines_with(old.units(), |line, units| line.delivered += units);
            (Moment::Delivered, lines)
        } else {
            let lines = self.lines_with(old.units(), |line, units| line.shipped -= units);
            (Moment::FulfilmentCancelled, lines)
        };
        let moved = self
            .with_entry(moment, actor, Some(old.counted()), now)
            .with_lines(lines)
            .with_fulfilment(Fulfilment {
                status,
                delivered_at: delivered.then_some(now),
                cancelled_at: (!delivered).then_some(now),
                ..retold
            });
        Ok(Transition::Moved(moved.completed_if_all_arrived(now)))
    }

    fn with_fulfilment(mut self, new: Fulfilment) -> Self {
        if let Some(old) = self.fulfilments.iter_mut().find(|old| old.id == new.id) {
            *old = new;
        }
        self
    }

    fn completed_if_all_arrived(self, now: Timestamp) -> Self {
        let all_arrived = self.lines.iter().all(Line::has_arrived);
        if !all_arrived || self.status.to(OrderStatus::Completed).is_err() {
            return self;
        }
        let completed = Entry {
            at: now,
            kind: Moment::Completed,
            actor: Actor::System,
            data: None,
        };
        Self {
            status: OrderStatus::Completed,
            timeline: timeline::with(&self.timeline, completed),
            ..self
        }
    }
}

impl Line {
    /// Units that can still be sent.
    fn unsent(&self) -> u32 {
        let gone = self.shipped.saturating_add(self.cancelled);
        self.quantity.get().saturating_sub(gone)
    }

    /// Whether all units that were not called off are with the customer.
    fn has_arrived(&self) -> bool {
        self.delivered.saturating_add(self.cancelled) >= self.quantity.get()
    }
}
