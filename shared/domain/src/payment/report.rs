//! What the provider says of a payment, and what the payment makes of it.

use super::{Decline, NextAction, Payment, PaymentError, PaymentState};
use crate::clock::Timestamp;
use crate::money::Money;
use crate::transition::Transition;

/// What the provider says of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderReport {
    /// It took the whole amount.
    Captured,
    /// It refused.
    Declined(Decline),
    /// It waits for the customer.
    RequiresAction(NextAction),
    /// It gave up what it had set aside.
    Voided,
    /// It has given back this much in total.
    Refunded(Money),
    /// It has never heard of it: the request can be sent again under the same key.
    Missing,
}

impl Payment {
    /// The payment after what the provider says of it. Late, repeated and reordered reports never
    /// move it backwards.
    pub fn apply(
        &self,
        report: ProviderReport,
        now: Timestamp,
    ) -> Result<Transition<Self>, PaymentError> {
        match report {
            ProviderReport::Captured => Ok(self.captured(now)),
            ProviderReport::Declined(reason) => Ok(self.declined(reason, now)),
            ProviderReport::RequiresAction(action) => Ok(self.requires_action(action, now)),
            ProviderReport::Voided => Ok(self.voided(now)),
            ProviderReport::Refunded(total) => self.refunded(total, now),
            ProviderReport::Missing => Ok(Transition::Unchanged),
        }
    }

    /// The payment once `total` of it was given back, all refunds taken together.
    ///
    /// A refund that is heard of before its capture tells of both.
    pub fn refunded(&self, total: Money, now: Timestamp) -> Result<Transition<Self>, PaymentError> {
        let captured = match self.captured(now) {
            Transition::Moved(captured) => captured,
            Transition::Unchanged => self.clone(),
        };
        if captured.captured.sub(total)?.is_negative() {
            return Err(PaymentError::RefundExceedsCaptured {
                captured: captured.captured,
                refunded: total,
            });
        }
        if total.amount() <= self.refunded.amount() {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            refunded: total,
            version: self.version + 1,
            updated_at: now,
            ..captured
        }))
    }

    fn captured(&self, now: Timestamp) -> Transition<Self> {
        if self.is_final() {
            return Transition::Unchanged;
        }
        Transition::Moved(Self {
            captured: self.amount,
            ..self.standing(PaymentState::Captured, now)
        })
    }

    fn declined(&self, reason: Decline, now: Timestamp) -> Transition<Self> {
        if !self.is_undecided() {
            return Transition::Unchanged;
        }
        Transition::Moved(Self {
            failure: Some(reason),
            ..self.standing(PaymentState::Failed, now)
        })
    }

    fn requires_action(&self, action: NextAction, now: Timestamp) -> Transition<Self> {
        if !matches!(
            self.status,
            PaymentState::Processing | PaymentState::Unknown
        ) {
            return Transition::Unchanged;
        }
        Transition::Moved(Self {
            next_action: Some(action),
            ..self.standing(PaymentState::RequiresAction, now)
        })
    }

    fn voided(&self, now: Timestamp) -> Transition<Self> {
        if !self.is_undecided() && self.status != PaymentState::Authorized {
            return Transition::Unchanged;
        }
        Transition::Moved(self.standing(PaymentState::Voided, now))
    }

    /// The provider has neither taken nor set aside nor refused anything, as far as is known.
    fn is_undecided(&self) -> bool {
        matches!(
            self.status,
            PaymentState::Processing | PaymentState::RequiresAction | PaymentState::Unknown
        )
    }
}
