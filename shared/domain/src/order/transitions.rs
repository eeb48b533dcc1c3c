//! Every way in which an order moves on, but for what its payment does: see `paying`.
//!
//! Events come late, twice and out of order: what an order has moved past leaves it unchanged.
//! Commands of people are refused where they cannot be followed.

use super::line::Line;
use super::timeline::{self, Actor, Entry, Moment};
use super::{Order, OrderError, OrderStatus, PaymentStatus};
use crate::clock::Timestamp;
use crate::machine::{Forbidden, Machine};
use crate::transition::Transition;

pub(super) type Moved = Result<Transition<Order>, OrderError>;

impl Order {
    /// The payments service was asked (again) to charge it.
    pub fn payment_requested(&self, now: Timestamp) -> Moved {
        if self.status != OrderStatus::PendingPayment
            || self.payment_status != PaymentStatus::Unpaid
        {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(self.with_entry(
            Moment::PaymentRequested,
            Actor::System,
            None,
            now,
        )))
    }

    /// Somebody calls the order off; possible until anything was sent.
    ///
    /// Whatever was paid stays on the books until the payments service has given it back.
    pub fn cancel(&self, actor: Actor, reason: Option<&str>, now: Timestamp) -> Moved {
        let nothing_sent = self.lines.iter().all(|line| line.shipped == 0);
        self.status
            .to(OrderStatus::Cancelled)
            .map_err(|Forbidden { from, to }| OrderError::InvalidState { from, to })?;
        if !nothing_sent {
            return Err(OrderError::Sent { from: self.status });
        }
        let cancelled =
            self.with_entry(Moment::Cancelled, actor, reason.map(ToOwned::to_owned), now);
        Ok(Transition::Moved(
            cancelled.called_off(OrderStatus::Cancelled),
        ))
    }

    /// The hold has run out, if it has.
    pub fn expire(&self, now: Timestamp) -> Moved {
        if self.status != OrderStatus::PendingPayment || now < self.expires_at {
            return Ok(Transition::Unchanged);
        }
        let expired = self.with_entry(Moment::Expired, Actor::System, None, now);
        Ok(Transition::Moved(expired.called_off(OrderStatus::Expired)))
    }

    pub(super) fn called_off(self, status: OrderStatus) -> Self {
        let lines = self.lines.iter().map(Line::called_off).collect();
        Self {
            status,
            ..self.with_lines(lines)
        }
    }

    /// The order one version later, with one more entry in its timeline.
    pub(super) fn with_entry(
        &self,
        kind: Moment,
        actor: Actor,
        data: Option<String>,
        now: Timestamp,
    ) -> Self {
        let entry = Entry {
            at: now,
            kind,
            actor,
            data,
        };
        Self {
            timeline: timeline::with(&self.timeline, entry),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
