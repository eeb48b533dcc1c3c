//! Returns: goods that come back from the customer.

use super::goods::{GoodsError, Units, counted};
use super::line::Line;
use super::timeline::{Actor, Moment};
use super::{Order, OrderStatus};
use crate::clock::Timestamp;
use crate::id::{LineId, ReturnId};
use crate::machine::{Forbidden, Machine};
use crate::quantity::Quantity;
use crate::text::Reason;
use crate::transition::Transition;
use crate::value::word_enum;

/// How many returns an order may have, those that came to nothing among them.
pub const MAX_RETURNS: usize = 50;

word_enum! {
    /// Where a return stands.
    pub enum ReturnStatus {
        /// The customer wants to send something back.
        Requested => "requested",
        /// They may.
        Approved => "approved",
        /// They may not.
        Rejected => "rejected",
        /// They no longer want to.
        Cancelled => "cancelled",
        /// Some of it came.
        PartiallyReceived => "partiallyReceived",
        /// All of it came.
        Received => "received",
        /// The rest of it never came.
        Closed => "closed",
    }
}

impl Machine for ReturnStatus {
    const NAME: &'static str = "return";
    const STARTS: &'static [Self] = &[Self::Requested];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Requested, Self::Approved),
        (Self::Requested, Self::Rejected),
        (Self::Requested, Self::Cancelled),
        (Self::Approved, Self::PartiallyReceived),
        (Self::Approved, Self::Received),
        (Self::Approved, Self::Cancelled),
        (Self::PartiallyReceived, Self::PartiallyReceived),
        (Self::PartiallyReceived, Self::Received),
        (Self::PartiallyReceived, Self::Closed),
    ];
}

word_enum! {
    /// What becomes of units that came back.
    pub enum Disposition {
        /// They can be sold again.
        Restock => "restock",
        /// They cannot.
        WriteOff => "writeOff",
    }
}

/// Some goods that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Names the return.
    pub id: ReturnId,
    /// What comes back, each line once.
    pub lines: Vec<ReturnLine>,
    /// Why, in the words of whoever asked for it.
    pub reason: Reason,
    /// Where it stands.
    pub status: ReturnStatus,
    /// How often something of it came.
    pub receipts: u32,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// What comes back of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnLine {
    /// Of which line.
    pub line: LineId,
    /// How many units are to come.
    pub quantity: Quantity,
    /// Units that came and can be sold again.
    pub restocked: u32,
    /// Units that came and cannot.
    pub written_off: u32,
}

/// What is to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRequest {
    /// Names the return to be.
    pub id: ReturnId,
    /// What is to come back; equal lines are taken together.
    pub lines: Vec<Units>,
    /// Why.
    pub reason: Reason,
}

/// Units that came, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Which.
    pub units: Units,
    /// What becomes of them.
    pub disposition: Disposition,
}

/// Goods that came in one go, for those who keep the stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Of which return.
    pub of: ReturnId,
    /// Counts the receipts of a return, from 1.
    pub number: u32,
    /// What came, each line once.
    pub lines: Vec<ReceivedLine>,
}

/// What came of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedLine {
    /// Of which line.
    pub line: LineId,
    /// Units that can be sold again.
    pub restocked: u32,
    /// Units that cannot.
    pub written_off: u32,
}

/// An order whose return has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedReturn {
    /// The order.
    pub order: Order,
    /// What came, if something did.
    pub receipt: Option<Receipt>,
}

impl ReturnLine {
    /// Units that came.
    #[must_use]
    pub fn received(&self) -> u32 {
        self.restocked + self.written_off
    }

    fn outstanding(&self) -> u32 {
        self.quantity.get().saturating_sub(self.received())
    }
}

impl Return {
    /// How many units of a line it lays claim to: all while they may still come, afterwards those
    /// that did.
    fn claim(&self, line: LineId) -> u32 {
        let claimed = |part: &ReturnLine| match self.status {
            ReturnStatus::Requested | ReturnStatus::Approved | ReturnStatus::PartiallyReceived => {
                part.quantity.get()
            }
            ReturnStatus::Received | ReturnStatus::Closed => part.received(),
            ReturnStatus::Rejected | ReturnStatus::Cancelled => 0,
        };
        let mut parts = self.lines.iter();
        parts.find(|part| part.line == line).map_or(0, claimed)
    }

    fn outstanding(&self) -> u32 {
        self.lines.iter().map(ReturnLine::outstanding).sum()
    }

    /// What came, by line; all that is outstanding, fit to be sold again, where nothing is named.
    fn receipt(&self, arrived: &[Arrived], order: &Order) -> Result<Receipt, GoodsError> {
        let left = |line: &Line| self.lines_left(line.id);
        let lines = if arrived.is_empty() {
            let all = self.lines.iter().map(|part| ReceivedLine {
                line: part.line,
                restocked: part.outstanding(),
                written_off: 0,
            });
            all.filter(|part| part.restocked > 0).collect()
        } else {
            let units: Vec<Units> = arrived.iter().map(|part| part.units).collect();
            let each = order.asked(&units, left, "received")?;
            let sum = |line: LineId, disposition: Disposition| {
                let same = arrived
                    .iter()
                    .filter(|part| part.units.line == line && part.disposition == disposition);
                same.map(|part| part.units.quantity.get()).sum()
            };
            let lines = each.iter().map(|units| ReceivedLine {
                line: units.line,
                restocked: sum(units.line, Disposition::Restock),
                written_off: sum(units.line, Disposition::WriteOff),
            });
            lines.collect()
        };
        Ok(Receipt {
            of: self.id,
            number: self.receipts + 1,
            lines,
        })
    }

    fn lines_left(&self, line: LineId) -> u32 {
        let mut parts = self.lines.iter();
        parts
            .find(|part| part.line == line)
            .map_or(0, ReturnLine::outstanding)
    }

    fn with(&self, receipt: &Receipt) -> Self {
        let lines = self.lines.iter().map(|part| {
            let mut came = receipt.lines.iter();
            let came = came.find(|came| came.line == part.line);
            ReturnLine {
                restocked: part.restocked + came.map_or(0, |came| came.restocked),
                written_off: part.written_off + came.map_or(0, |came| came.written_off),
                ..*part
            }
        });
        Self {
            lines: lines.collect(),
            receipts: receipt.number,
            ..self.clone()
        }
    }
}

impl Receipt {
    fn units(&self) -> impl Iterator<Item = (LineId, u32)> {
        self.lines
            .iter()
            .map(|came| (came.line, came.restocked + came.written_off))
    }

    fn told(&self) -> String {
        let came = self.units().map(|(_, units)| units).sum();
        match self.lines.iter().map(|came| came.written_off).sum::<u32>() {
            0 => counted(came),
            lost => format!("{}, {lost} written off", counted(came)),
        }
    }
}

impl Order {
    /// A return of the order.
    pub fn returned(&self, id: ReturnId) -> Result<&Return, GoodsError> {
        let mut all = self.returns.iter();
        all.find(|one| one.id == id).ok_or(GoodsError::Unknown)
    }

    /// Somebody wants to send goods back that have arrived.
    pub fn request_return(
        &self,
        request: ReturnRequest,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Self, GoodsError> {
        self.standing(&[OrderStatus::Confirmed, OrderStatus::Completed])?;
        if self.returns.len() >= MAX_RETURNS {
            return Err(GoodsError::too_many("lines", "returns", MAX_RETURNS));
        }
        let ReturnRequest { id, lines, reason } = request;
        let left = |line: &Line| {
            let claimed: u32 = self.returns.iter().map(|one| one.claim(line.id)).sum();
            line.delivered.saturating_sub(claimed)
        };
        let lines = self.asked(&lines, left, "returned")?;
        let new = Return {
            id,
            lines: lines
                .into_iter()
                .map(|Units { line, quantity }| ReturnLine {
                    line,
                    quantity,
                    restocked: 0,
                    written_off: 0,
                })
                .collect(),
            reason,
            status: ReturnStatus::Requested,
            receipts: 0,
            requested_at: now,
            updated_at: now,
        };
        let data = Some(new.reason.to_string());
        let mut requested = self.with_entry(Moment::ReturnRequested, actor, data, now);
        requested.returns.push(new);
        Ok(requested)
    }

    /// A return gets where it is said to be, with what came of it, if anything did.
    pub fn move_return(
        &self,
        id: ReturnId,
        to: ReturnStatus,
        arrived: &[Arrived],
        actor: Actor,
        now: Timestamp,
    ) -> Result<Transition<MovedReturn>, GoodsError> {
        let old = self.returned(id)?;
        if old.status == to && arrived.is_empty() {
            return Ok(Transition::Unchanged);
        }
        let status = old.status.to(to).map_err(GoodsError::Return)?;
        let moment = match status {
            ReturnStatus::Approved => Moment::ReturnApproved,
            ReturnStatus::Rejected => Moment::ReturnRejected,
            ReturnStatus::Cancelled => Moment::ReturnCancelled,
            ReturnStatus::Closed => Moment::ReturnClosed,
            ReturnStatus::PartiallyReceived | ReturnStatus::Received => {
                return self.receive(old, status, arrived, actor, now);
            }
            // No table leads back.
            ReturnStatus::Requested => {
                let from = old.status;
                return Err(GoodsError::Return(Forbidden { from, to }));
            }
        };
        if !arrived.is_empty() {
            let rule = "are named only as they are received";
            return Err(GoodsError::fault("lines", rule));
        }
        let data = match status {
            ReturnStatus::Closed => Some(format!("{} never came", counted(old.outstanding()))),
            _ => None,
        };
        let new = Return {
            status,
            updated_at: now,
            ..old.clone()
        };
        let order = self.with_entry(moment, actor, data, now);
        Ok(Transition::Moved(MovedReturn {
            order: order.with_return(new),
            receipt: None,
        }))
    }

    fn receive(
        &self,
        old: &Return,
        status: ReturnStatus,
        arrived: &[Arrived],
        actor: Actor,
        now: Timestamp,
    ) -> Result<Transition<MovedReturn>, GoodsError> {
        let whole = status == ReturnStatus::Received;
        if arrived.is_empty() && !whole {
            return Err(GoodsError::fault("lines", "must name what was received"));
        }
        let receipt = old.receipt(arrived, self)?;
        let new = Return {
            status,
            updated_at: now,
            ..old.with(&receipt)
        };
        match (whole, new.outstanding()) {
            (true, 0) => {}
            (true, left) => {
                let rule = format!("leave {} outstanding: partiallyReceived", counted(left));
                return Err(GoodsError::fault("lines", rule));
            }
            (false, 0) => {
                return Err(GoodsError::fault(
                    "lines",
                    "leave nothing outstanding: received",
                ));
            }
            (false, _) => {}
        }
        let lines = self.lines_with(receipt.units(), |line, units| line.returned += units);
        let told = Some(receipt.told());
        let order = self
            .with_entry(Moment::ReturnReceived, actor, told, now)
            .with_lines(lines)
            .with_return(new);
        Ok(Transition::Moved(MovedReturn {
            order,
            receipt: Some(receipt),
        }))
    }

    fn with_return(mut self, new: Return) -> Self {
        if let Some(old) = self.returns.iter_mut().find(|old| old.id == new.id) {
            *old = new;
        }
        self
    }
}
