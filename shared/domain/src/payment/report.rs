//! What the provider says of a payment, and what the payment makes of it.

use super::{
    Decline, Dispute, NextAction, Payment, PaymentError, PaymentState, RefundReport, Trigger,
};
use crate::clock::Timestamp;
use crate::money::Money;
use crate::transition::Transition;

/// All that the provider knows of a payment at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Where it stands there.
    pub standing: Standing,
    /// The refunds that it knows of.
    pub refunds: Vec<RefundReport>,
    /// The dispute over it.
    pub dispute: Option<Dispute>,
}

/// Where a payment stands at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was asked of it yet: the charge can be sent again under the same key.
    Idle,
    /// The provider works on it.
    Processing,
    /// It waits for the customer.
    RequiresAction(NextAction),
    /// Money is set aside.
    Authorized {
        /// How much of it was taken already.
        captured: Money,
    },
    /// So much was taken, and no more can be.
    Captured(Money),
    /// The provider refused.
    Declined(Decline),
    /// The provider gave up what it had begun or set aside.
    Voided,
}

impl From<Standing> for Report {
    fn from(standing: Standing) -> Self {
        Self {
            standing,
            refunds: Vec::new(),
            dispute: None,
        }
    }
}

impl Payment {
    /// The payment after what the provider says of it. Late, repeated and reordered reports never
    /// move it backwards.
    ///
    /// # Errors
    /// If the provider says that it took more than it was asked for, or of another currency.
    pub fn apply(&self, report: &Report, now: Timestamp) -> Result<Transition<Self>, PaymentError> {
        let Report {
            standing,
            refunds,
            dispute,
        } = report;
        let stood = self.stood(standing)?;
        let settled = Self {
            under_way: stood.still_under_way(),
            dispute: Dispute::further(stood.dispute, *dispute),
            ..stood.refunds_reported(refunds, now)
        };
        if settled == *self {
            return Ok(Transition::Unchanged);
        }
        Ok(Transition::Moved(Self {
            version: self.version + 1,
            updated_at: now,
            ..settled
        }))
    }

    fn stood(&self, standing: &Standing) -> Result<Self, PaymentError> {
        let moved = match standing {
            Standing::Idle => None,
            Standing::Processing => Some(Self {
                lease: None,
                ..self.clone()
            }),
            Standing::RequiresAction(action) => self.upon(Trigger::ActionRequired).map(|moved| {
                let next_action = Some(action.clone());
                Self {
                    next_action,
                    ..moved
                }
            }),
            Standing::Declined(reason) => self.upon(Trigger::Decline).map(|moved| Self {
                failure: Some(*reason),
                ..moved
            }),
            Standing::Voided => self.upon(Trigger::Void),
            Standing::Authorized { captured } if captured.is_zero() && !self.amount.is_zero() => {
                self.upon(Trigger::Authorize)
            }
            Standing::Authorized { captured } => self.took(*captured, false)?,
            Standing::Captured(captured) => self.took(*captured, true)?,
        };
        Ok(moved.unwrap_or_else(|| self.clone()))
    }

    /// So much was taken in all; no more can be if that was the `last` of it.
    fn took(&self, total: Money, last: bool) -> Result<Option<Self>, PaymentError> {
        if self.amount.sub(total)?.is_negative() || total.is_negative() {
            return Err(PaymentError::CapturedTooMuch {
                amount: self.amount,
                captured: total,
            });
        }
        let all = total == self.amount;
        let trigger = if all {
            Trigger::CaptureAll
        } else {
            Trigger::CapturePart
        };
        // A smaller sum than is known is an old one.
        let older = total.amount() < self.captured.amount();
        Ok(self.upon(trigger).filter(|_| !older).map(|moved| Self {
            captured: total,
            released: self.released || last && !all,
            ..moved
        }))
    }

    /// In the state that follows upon a trigger, with what belonged to the former one gone.
    fn upon(&self, trigger: Trigger) -> Option<Self> {
        let status: PaymentState = self.status.after(trigger)?;
        Some(Self {
            status,
            next_action: None,
            lease: None,
            ..self.clone()
        })
    }

    /// The provider was asked and its answer was lost.
    pub fn outcome_unknown(&self, now: Timestamp) -> Transition<Self> {
        match self.upon(Trigger::Silence) {
            None => Transition::Unchanged,
            Some(unknown) => Transition::Moved(Self {
                version: self.version + 1,
                updated_at: now,
                ..unknown
            }),
        }
    }
}
