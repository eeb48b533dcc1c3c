//! What an order makes of the news of its payment.
//!
//! News come late, twice and out of order, and each tells all that is known of the payment at its
//! moment: whichever comes first moves the order as far as it tells, and older ones change nothing.

use super::timeline::{self, Actor, Entry, Moment};
use super::transitions::Moved;
use super::{Order, OrderError, OrderStatus, PaymentStatus, Totals};
use crate::clock::Timestamp;
use crate::id::PaymentId;
use crate::money::Money;
use crate::payment::{Decline, Dispute, PaymentState};
use crate::transition::Transition;

/// What an order is told of its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentNews {
    /// Which payment.
    pub payment: PaymentId,
    /// Where it stands.
    pub status: PaymentState,
    /// What was asked for.
    pub amount: Money,
    /// What was taken so far.
    pub captured: Money,
    /// What of that was given back so far.
    pub refunded: Money,
    /// What was to be given back and was not, all refunds that failed taken together.
    pub refund_failed: Money,
    /// Why it was declined.
    pub decline: Option<Decline>,
    /// Whether the shop charged on its own.
    pub by_server: bool,
    /// The dispute over it.
    pub dispute: Option<Dispute>,
}

impl Order {
    /// The order after news of its payment: all that they tell, one version later.
    pub fn heard(&self, news: &PaymentNews, now: Timestamp) -> Moved {
        let PaymentNews {
            payment,
            status,
            amount,
            captured,
            refunded,
            refund_failed,
            decline,
            by_server,
            dispute,
        } = *news;
        let decline = decline.map_or("other", Decline::as_str);
        let stood = match status {
            PaymentState::Processing | PaymentState::Unknown => Transition::Unchanged,
            PaymentState::RequiresAction => self.requires_action(payment, now)?,
            PaymentState::Authorized => self.authorized(payment, amount, now)?,
            PaymentState::PartiallyCaptured => self.paid_in_part(payment, captured, now)?,
            PaymentState::Captured => self.paid(payment, captured, now)?,
            PaymentState::Failed => self.payment_failed(payment, decline, by_server, now)?,
            PaymentState::Voided => self.voided(payment, now)?,
        };
        let stood = stood.moved().unwrap_or_else(|| self.clone());
        let failed = stood.refund_failed(news, now)?.moved();
        let stood = failed.unwrap_or(stood);
        // News of before a refund failed still count it as given back.
        let outdated = refund_failed.amount() < stood.totals.refund_failed.amount();
        let returned = match refunded.is_zero() || outdated {
            true => Transition::Unchanged,
            false => stood.refunded(payment, refunded, now)?,
        };
        let returned = returned.moved().unwrap_or(stood);
        let disputed = match dispute {
            None => Transition::Unchanged,
            Some(dispute) => returned.disputed(payment, dispute, now)?,
        };
        let heard = disputed.moved().unwrap_or(returned);
        if heard == *self {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            version: self.version + 1,
            ..heard
        }))
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

    /// A payment set the money aside: the order is confirmed, and its goods may be sent.
    pub fn authorized(&self, payment: PaymentId, amount: Money, now: Timestamp) -> Moved {
        if self.status != OrderStatus::PendingPayment {
            return Ok(Transition::Unchanged);
        }
        self.must_come_to(amount)?;
        let authorized = self.with_entry(
            Moment::Authorized,
            Actor::System,
            Some(amount.to_string()),
            now,
        );
        Ok(Transition::Moved(Self {
            payment_status: self.payment_standing(PaymentState::Authorized),
            ..authorized.confirmed(payment, now)
        }))
    }

    /// A payment took all the money: the order is confirmed, if it was not yet.
    ///
    /// Money taken for an order that never was confirmed leaves one that is over unchanged; it is for
    /// the payments service to give it back.
    pub fn paid(&self, payment: PaymentId, amount: Money, now: Timestamp) -> Moved {
        if self.status == OrderStatus::PendingPayment {
            self.must_come_to(amount)?;
        }
        self.took(payment, amount, PaymentState::Captured, now)
    }

    /// A payment took part of the money that it had set aside: so much in all.
    pub fn paid_in_part(&self, payment: PaymentId, total: Money, now: Timestamp) -> Moved {
        self.took(payment, total, PaymentState::PartiallyCaptured, now)
    }

    fn took(&self, payment: PaymentId, total: Money, state: PaymentState, now: Timestamp) -> Moved {
        let first = self.status == OrderStatus::PendingPayment;
        if !first && !self.counts_on(payment) {
            return Ok(Transition::Unchanged);
        }
        if self.totals.total.sub(total)?.is_negative() || total.is_negative() {
            return Err(OrderError::AmountMismatch {
                expected: self.totals.total,
                actual: total,
            });
        }
        if !first && total.amount() <= self.totals.captured.amount() {
            return Ok(Transition::Unchanged);
        }
        let kind = match state {
            PaymentState::Captured => Moment::Paid,
            _ => Moment::PartiallyPaid,
        };
        let taken = self.with_entry(kind, Actor::System, Some(total.to_string()), now);
        let taken = match first {
            true => taken.confirmed(payment, now),
            false => taken,
        };
        let totals = Totals {
            captured: total,
            ..self.totals
        };
        let taken = Self { totals, ..taken };
        Ok(Transition::Moved(Self {
            payment_status: taken.payment_standing(state),
            ..taken
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
        Ok(Transition::Moved(failed.given_up(reason, now)))
    }

    /// A payment was given up before any money was taken.
    ///
    /// A confirmed order of which nothing was sent is cancelled with it. While an order can still be
    /// paid, it says no more than a failure and is left to that.
    pub fn voided(&self, payment: PaymentId, now: Timestamp) -> Moved {
        let untaken = matches!(
            self.payment_status,
            PaymentStatus::Unpaid
                | PaymentStatus::RequiresAction
                | PaymentStatus::Authorized
                | PaymentStatus::Unknown
        );
        if !untaken || self.status == OrderStatus::PendingPayment {
            return Ok(Transition::Unchanged);
        }
        let nothing_sent = self.lines.iter().all(|line| line.shipped == 0);
        let voided = Self {
            payment: Some(payment),
            payment_status: PaymentStatus::Voided,
            ..self.with_entry(Moment::Voided, Actor::System, None, now)
        };
        Ok(Transition::Moved(match self.status {
            OrderStatus::Confirmed if nothing_sent => {
                voided.given_up("the payment was given up", now)
            }
            _ => voided,
        }))
    }

    /// `total` of what was paid has been given back, all refunds taken together.
    pub fn refunded(&self, payment: PaymentId, total: Money, now: Timestamp) -> Moved {
        // Money that the order never counted as its own comes and goes without it.
        if self.totals.captured.is_zero() || self.payment != Some(payment) {
            return Ok(Transition::Unchanged);
        }
        let captured = self.totals.captured;
        if captured.sub(total)?.is_negative() {
            return Err(OrderError::AmountMismatch {
                expected: captured,
                actual: total,
            });
        }
        if total.amount() <= self.totals.refunded.amount() {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            payment_status: PaymentStatus::of(PaymentState::Captured, captured, total),
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

    /// The provider could not give money back, or it came back to it: somebody must look at it. What
    /// was given back may be less than it seemed.
    fn refund_failed(&self, news: &PaymentNews, now: Timestamp) -> Moved {
        let PaymentNews {
            payment,
            status,
            refunded,
            refund_failed,
            ..
        } = *news;
        let known = self.totals;
        let more = refund_failed.sub(known.refund_failed)?;
        if self.payment != Some(payment) || more.amount() <= 0 {
            return Ok(Transition::Unchanged);
        }
        let less = refunded.amount() < known.refunded.amount();
        let refunded = if less { refunded } else { known.refunded };
        Ok(Transition::Moved(Self {
            payment_status: match less {
                true => PaymentStatus::of(status, known.captured, refunded),
                false => self.payment_status,
            },
            totals: Totals {
                refunded,
                refund_failed,
                ..known
            },
            ..self.with_entry(
                Moment::RefundFailed,
                Actor::System,
                Some(more.to_string()),
                now,
            )
        }))
    }

    /// The customer's bank disputes the payment.
    pub fn disputed(&self, payment: PaymentId, dispute: Dispute, now: Timestamp) -> Moved {
        if self.payment != Some(payment) {
            return Ok(Transition::Unchanged);
        }
        let Dispute {
            status,
            amount,
            reason,
        } = dispute;
        let data = format!("{status}: {amount}, {reason}");
        Ok(self.telling(Moment::Disputed, data, now))
    }

    /// One more entry in the timeline, unless the very same is there.
    fn telling(&self, kind: Moment, data: String, now: Timestamp) -> Transition<Self> {
        let data = Some(data);
        let known = |entry: &Entry| entry.kind == kind && entry.data == data;
        if self.timeline.iter().any(known) {
            return Transition::Unchanged;
        }
        Transition::Moved(self.with_entry(kind, Actor::System, data, now))
    }

    /// Whether the payment is the one that confirmed the order, so that its money is the order's.
    fn counts_on(&self, payment: PaymentId) -> bool {
        let confirmed = matches!(
            self.payment_status,
            PaymentStatus::Authorized
                | PaymentStatus::PartiallyCaptured
                | PaymentStatus::Captured
                | PaymentStatus::PartiallyRefunded
                | PaymentStatus::Refunded
        );
        confirmed && self.payment == Some(payment)
    }

    fn must_come_to(&self, amount: Money) -> Result<(), OrderError> {
        if amount == self.totals.total {
            return Ok(());
        }
        Err(OrderError::AmountMismatch {
            expected: self.totals.total,
            actual: amount,
        })
    }

    fn payment_standing(&self, state: PaymentState) -> PaymentStatus {
        PaymentStatus::of(state, self.totals.captured, self.totals.refunded)
    }

    /// Confirmed by a payment, in the version at hand.
    fn confirmed(self, payment: PaymentId, now: Timestamp) -> Self {
        let confirmed = Entry {
            at: now,
            kind: Moment::Confirmed,
            actor: Actor::System,
            data: None,
        };
        Self {
            status: OrderStatus::Confirmed,
            payment: Some(payment),
            timeline: timeline::with(&self.timeline, confirmed),
            ..self
        }
    }

    /// Cancelled by its payment, in the version at hand.
    fn given_up(self, reason: &str, now: Timestamp) -> Self {
        let cancelled = Entry {
            at: now,
            kind: Moment::Cancelled,
            actor: Actor::System,
            data: Some(reason.to_owned()),
        };
        Self {
            timeline: timeline::with(&self.timeline, cancelled),
            ..self.called_off(OrderStatus::Cancelled)
        }
    }
}
