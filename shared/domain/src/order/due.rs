//! When somebody must look at an order again, and what is to be done then.

use super::timeline::Moment;
use super::{CHARGE_PATIENCE, Order, OrderStatus, PaymentStatus};
use crate::clock::Timestamp;

/// What an order waits for at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing, now.
    Nothing,
    /// The payments service was asked to charge it and has been silent for too long.
    RequestCharge,
    /// Its hold has run out.
    Expire,
}

impl Order {
    /// The moment at which somebody must look at the order again; none once it is paid or over.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        if self.status != OrderStatus::PendingPayment {
            return None;
        }
        let charge = self.charge_due_at().unwrap_or(self.expires_at);
        Some(charge.min(self.expires_at))
    }

    /// What is to be done about the order at a moment.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Due {
        if self.status != OrderStatus::PendingPayment {
            return Due::Nothing;
        }
        if now >= self.expires_at {
            return Due::Expire;
        }
        match self.charge_due_at() {
            Some(at) if now >= at => Due::RequestCharge,
            _ => Due::Nothing,
        }
    }

    /// When to ask for the charge again, while the shop is to charge and nothing was heard of it.
    fn charge_due_at(&self) -> Option<Timestamp> {
        if self.payment_method.is_none() || self.payment_status != PaymentStatus::Unpaid {
            return None;
        }
        let asked_at = self
            .timeline
            .iter()
            .rev()
            .find(|entry| entry.kind == Moment::PaymentRequested)
            .map_or(self.created_at, |entry| entry.at);
        Some(asked_at.plus(CHARGE_PATIENCE))
    }
}
