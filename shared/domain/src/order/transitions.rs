//! Every way in which an order moves on.
//!
//! Events come late, twice and out of order: what an order has moved past leaves it unchanged.
//! Commands of people are refused where they cannot be followed.

use super::line::Line;
use super::timeline::{self, Actor, Entry, Moment};
use super::{FulfilmentStatus, Order, OrderError, OrderStatus, PaymentStatus, Totals};
use crate::clock::Timestamp;
use crate::id::PaymentId;
use crate::money::Money;
use crate::transition::Transition;

type Moved = Result<Transition<Order>, OrderError>;

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

    /// A payment waits for the customer.
    pub fn requires_action(&self, payment: PaymentId, now: Timestamp) -> Moved {
        // Ids of payments sort by the moment they began: a later attempt silences earlier ones.
        let known = self.payment.is_some_and(|latest| payment <= latest);
        if self.status != OrderStatus::PendingPayment || known {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            payment: Some(payment),
            payment_status: PaymentStatus::RequiresAction,
            ..self.with_entry(Moment::PaymentActionRequired, Actor::System, None, now)
        }))
    }

    /// A payment took the money: the order is confirmed.
    ///
    /// Money taken for an order that is over leaves it unchanged; it is for the payments service
    /// to give it back.
    pub fn paid(&self, payment: PaymentId, amount: Money, now: Timestamp) -> Moved {
        if self.status != OrderStatus::PendingPayment {
            return Ok(Transition::Unchanged);
        }
        if amount != self.totals.total {
            return Err(OrderError::AmountMismatch {
                expected: self.totals.total,
                actual: amount,
            });
        }
        let paid = self.with_entry(Moment::Paid, Actor::System, Some(amount.to_string()), now);
        let confirmed = Entry {
            at: now,
            kind: Moment::Confirmed,
            actor: Actor::System,
            data: None,
        };
        Ok(Transition::Moved(Self {
            status: OrderStatus::Confirmed,
            payment_status: PaymentStatus::Captured,
            payment: Some(payment),
            totals: Totals {
                captured: amount,
                ..self.totals
            },
            timeline: timeline::with(&paid.timeline, confirmed),
            ..paid
        }))
    }

    /// A payment failed. What the shop charged in the background and was refused cancels the
    /// order; after a refusal of the client's own payment it stays payable until its hold ends.
    pub fn payment_failed(
        &self,
        payment: PaymentId,
        reason: &str,
        by_server: bool,
        now: Timestamp,
    ) -> Moved {
        let has_failed = self.payment_status == PaymentStatus::Failed;
        let known = self
            .payment
            .is_some_and(|latest| payment < latest || (payment == latest && has_failed));
        if self.status != OrderStatus::PendingPayment || known {
            return Ok(Transition::Unchanged);
        }
        let failed = Self {
            payment: Some(payment),
            payment_status: PaymentStatus::Failed,
            ..self.with_entry(
                Moment::PaymentFailed,
                Actor::System,
                Some(reason.to_owned()),
                now,
            )
        };
        if !by_server {
            return Ok(Transition::Moved(failed));
        }
        let cancelled = Entry {
            at: now,
            kind: Moment::Cancelled,
            actor: Actor::System,
            data: Some(reason.to_owned()),
        };
        Ok(Transition::Moved(Self {
            timeline: timeline::with(&failed.timeline, cancelled),
            ..failed.called_off(OrderStatus::Cancelled)
        }))
    }

    /// Somebody calls the order off; possible until anything was sent.
    ///
    /// Whatever was paid stays on the books until the payments service has given it back.
    pub fn cancel(&self, actor: Actor, reason: Option<&str>, now: Timestamp) -> Moved {
        let nothing_sent = self.lines.iter().all(|line| line.shipped == 0);
        let allowed = match self.status {
            OrderStatus::PendingPayment => true,
            OrderStatus::Confirmed => nothing_sent,
            OrderStatus::Completed | OrderStatus::Cancelled | OrderStatus::Expired => false,
        };
        if !allowed {
            return Err(OrderError::InvalidState {
                from: self.status,
                to: OrderStatus::Cancelled,
            });
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

    /// A payment was given up before any money was taken. Tells of it on an order that is over;
    /// while the order can still be paid, it says no more than a failure and is left to that.
    pub fn voided(&self, payment: PaymentId, now: Timestamp) -> Moved {
        let over = matches!(self.status, OrderStatus::Cancelled | OrderStatus::Expired);
        let untaken = matches!(
            self.payment_status,
            PaymentStatus::Unpaid
                | PaymentStatus::RequiresAction
                | PaymentStatus::Authorized
                | PaymentStatus::Unknown
        );
        if !over || !untaken {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            payment: Some(payment),
            payment_status: PaymentStatus::Voided,
            ..self.with_entry(Moment::Voided, Actor::System, None, now)
        }))
    }

    /// `total` of what was paid has been given back, all refunds taken together.
    pub fn refunded(&self, payment: PaymentId, total: Money, now: Timestamp) -> Moved {
        // Money that the order never counted as its own comes and goes without it.
        if self.totals.captured.is_zero() || self.payment != Some(payment) {
            return Ok(Transition::Unchanged);
        }
        let captured = self.totals.captured;
        let left = captured.sub(total)?;
        if left.is_negative() {
            return Err(OrderError::AmountMismatch {
                expected: captured,
                actual: total,
            });
        }
        if total.amount() <= self.totals.refunded.amount() {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            payment_status: if left.is_zero() {
                PaymentStatus::Refunded
            } else {
                PaymentStatus::PartiallyRefunded
            },
            totals: Totals {
                refunded: total,
                ..self.totals
            },
            ..self.with_entry(
                Moment::Refunded,
                Actor::System,
                Some(total.to_string()),
                now,
            )
        }))
    }

    fn called_off(self, status: OrderStatus) -> Self {
        Self {
            status,
            fulfilment_status: FulfilmentStatus::Cancelled,
            lines: self.lines.iter().map(Line::called_off).collect(),
            ..self
        }
    }

    /// The order one version later, with one more entry in its timeline.
    fn with_entry(&self, kind: Moment, actor: Actor, data: Option<String>, now: Timestamp) -> Self {
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
