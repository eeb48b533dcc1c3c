//! Taking what is set aside, and letting it go.
//!
//! What is asked of the provider is put down first, so that whoever finds it there after a lost reply
//! asks what became of it, under the same key.

use super::refund::less;
use super::{Command, Payment, PaymentError, PaymentState};
use crate::clock::Timestamp;
use crate::money::Money;
use crate::transition::Transition;
use crate::value::word_enum;

word_enum! {
    /// When the money is taken.
    pub enum CaptureMethod {
        /// At once.
        Automatic => "automatic",
        /// When somebody says so; until then it is set aside.
        Manual => "manual",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the enum is made by a macro that derives no default"
)]
impl Default for CaptureMethod {
    fn default() -> Self {
        Self::Automatic
    }
}

/// What the provider is being asked to do with money that is set aside: one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnderWay {
    /// What.
    pub operation: Operation,
    /// Since when.
    pub since: Timestamp,
}

/// What can be done with money that is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Take some of it.
    Capture {
        /// Which capture of the payment it is, from 1.
        number: u32,
        /// How much.
        amount: Money,
        /// How much will have been taken then, all captures together.
        reaches: Money,
    },
    /// Let go of all that is not taken.
    Void,
}

impl Payment {
    /// What can still be taken of it.
    #[must_use]
    pub fn capturable(&self) -> Money {
        let nothing = Money::zero(self.amount.currency());
        if self.released || !self.status.allows(Command::Capture) {
            return nothing;
        }
        let left = less(self.amount, self.captured);
        match self.under_way.map(|under_way| under_way.operation) {
            None => left,
            Some(Operation::Capture { amount, .. }) => less(left, amount),
            Some(Operation::Void) => nothing,
        }
    }

    /// The payment with a capture that is to be made: of this much, or of all that is left.
    ///
    /// # Errors
    /// [`PaymentError::InvalidState`] if nothing is set aside, [`PaymentError::UnderWay`] while the
    /// provider is asked for something else, [`PaymentError::Amount`] if the amount is not positive or
    /// more than what is left.
    pub fn begin_capture(
        &self,
        amount: Option<Money>,
        now: Timestamp,
    ) -> Result<Self, PaymentError> {
        self.must_allow(Command::Capture)?;
        if self.under_way.is_some() {
            return Err(PaymentError::UnderWay);
        }
        let amount = self.within(amount, self.capturable())?;
        let number = self.captures + 1;
        Ok(Self {
            captures: number,
            under_way: Some(UnderWay {
                operation: Operation::Capture {
                    number,
                    amount,
                    reaches: self.captured.add(amount)?,
                },
                since: now,
            }),
            ..self.changed(now)
        })
    }

    /// The payment that the provider is to give up, before any money is taken.
    ///
    /// # Errors
    /// [`PaymentError::InvalidState`] if it is too late or too early, [`PaymentError::UnderWay`] while
    /// a capture is.
    pub fn begin_void(&self, now: Timestamp) -> Result<Transition<Self>, PaymentError> {
        self.must_allow(Command::Void)?;
        self.let_go(now)
    }

    /// The payment of an order that came to nothing: what is not taken of it is let go of, as far as
    /// there is anything left to let go of.
    ///
    /// # Errors
    /// [`PaymentError::UnderWay`] while a capture is.
    pub fn begin_release(&self, now: Timestamp) -> Result<Transition<Self>, PaymentError> {
        let held = self.status.allows(Command::Release) && !self.capturable().is_zero();
        if !held && !self.status.allows(Command::Void) {
            return Ok(Transition::Unchanged);
        }
        self.let_go(now)
    }

    fn let_go(&self, now: Timestamp) -> Result<Transition<Self>, PaymentError> {
        match self.under_way.map(|under_way| under_way.operation) {
            Some(Operation::Void) => Ok(Transition::Unchanged),
            Some(Operation::Capture { .. }) => Err(PaymentError::UnderWay),
            None => Ok(Transition::Moved(Self {
                under_way: Some(UnderWay {
                    operation: Operation::Void,
                    since: now,
                }),
                ..self.changed(now)
            })),
        }
    }

    /// The provider will not do what it was asked.
    pub fn operation_refused(&self, now: Timestamp) -> Transition<Self> {
        if self.under_way.is_none() {
            return Transition::Unchanged;
        }
        Transition::Moved(Self {
            under_way: None,
            ..self.changed(now)
        })
    }

    /// What is under way, unless it has come to its end.
    pub(super) fn still_under_way(&self) -> Option<UnderWay> {
        let held = matches!(
            self.status,
            PaymentState::RequiresAction
                | PaymentState::Authorized
                | PaymentState::PartiallyCaptured
        );
        self.under_way
            .filter(|_| held && !self.released)
            .filter(|under_way| match under_way.operation {
                Operation::Capture { reaches, .. } => self.captured.amount() < reaches.amount(),
                Operation::Void => true,
            })
    }

    /// An amount that somebody wants out of what is left; all of it where they name none.
    pub(super) fn within(&self, amount: Option<Money>, left: Money) -> Result<Money, PaymentError> {
        let wanted = amount.unwrap_or(left);
        let fits = wanted.currency() == left.currency()
            && wanted.amount() > 0
            && wanted.amount() <= left.amount();
        if fits {
            Ok(wanted)
        } else {
            Err(PaymentError::Amount { left })
        }
    }

    pub(super) fn must_allow(&self, command: Command) -> Result<(), PaymentError> {
        if self.status.allows(command) {
            return Ok(());
        }
        Err(PaymentError::InvalidState {
            from: self.status,
            command,
        })
    }
}
