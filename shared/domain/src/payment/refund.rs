//! Refunds: each is put down as pending before the provider is asked for it, so that no two of them,
//! however close together, give back more than was taken.

use serde::{Deserialize, Serialize};

use super::{Command, Payment, PaymentError};
use crate::clock::Timestamp;
use crate::id::RefundId;
use crate::machine::Machine;
use crate::money::Money;
use crate::text::Reason;
use crate::transition::Transition;
use crate::value::word_enum;

/// How many refunds a payment may have.
pub const MAX_REFUNDS: usize = 100;

word_enum! {
    /// How far a refund has come; it never goes back to what stands before.
    pub enum RefundStatus {
        /// The provider is asked for it, or works on it.
        Pending => "pending",
        /// The money is on its way to the customer, and may still come back.
        Succeeded => "succeeded",
        /// The provider could not or would not, or the money came back to it.
        Failed => "failed",
    }
}

impl Machine for RefundStatus {
    const NAME: &'static str = "refund";
    /// One that was made at the provider may be as good as made when the shop hears of it.
    const STARTS: &'static [Self] = &[Self::Pending, Self::Succeeded];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Pending, Self::Succeeded),
        (Self::Pending, Self::Failed),
        // Banks send money back days after it was given back.
        (Self::Succeeded, Self::Failed),
    ];
}

/// Money that is given back, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Names the refund, also towards the provider: asked for twice, it is made once.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// Why, where somebody of the shop said so.
    pub reason: Option<Reason>,
    /// How far it has come.
    pub status: RefundStatus,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What is said of a refund: by the provider, and by events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundReport {
    /// Which. One that was made at the provider itself has an id derived from its name there.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// How far it has come.
    pub status: RefundStatus,
}

impl From<&Refund> for RefundReport {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            amount: refund.amount,
            status: refund.status,
        }
    }
}

impl Payment {
    /// What can still be given back: what was taken less every refund that has not failed.
    #[must_use]
    pub fn refundable(&self) -> Money {
        let spoken_for = sum(self, |refund| refund.status != RefundStatus::Failed);
        less(self.captured, spoken_for)
    }

    /// The payment with a refund that is to be made: of this much, or of all that is left.
    ///
    /// # Errors
    /// [`PaymentError::InvalidState`] if nothing was taken, [`PaymentError::Amount`] if the amount is
    /// not positive or more than what is left, [`PaymentError::TooManyRefunds`].
    pub fn reserve_refund(
        &self,
        id: RefundId,
        amount: Option<Money>,
        reason: Option<Reason>,
        now: Timestamp,
    ) -> Result<Self, PaymentError> {
        self.must_allow(Command::Refund)?;
        let amount = self.within(amount, self.refundable())?;
        if self.refunds.len() >= MAX_REFUNDS {
            return Err(PaymentError::TooManyRefunds);
        }
        let refund = Refund {
            id,
            amount,
            reason,
            status: RefundStatus::Pending,
            created_at: now,
        };
        let refunds = self.refunds.iter().cloned().chain([refund]).collect();
        Ok(Self {
            refunds,
            ..self.changed(now)
        })
    }

    /// The provider will not make a refund. One that it has made nonetheless stays as it is.
    pub fn refund_refused(&self, id: RefundId, now: Timestamp) -> Transition<Self> {
        if !self.pending_refunds().any(|refund| refund.id == id) {
            return Transition::Unchanged;
        }
        let report = RefundReport {
            id,
            amount: self.amount,
            status: RefundStatus::Failed,
        };
        Transition::Moved(Self {
            refunds: self.refunds_reported(&[report], now).refunds,
            ..self.changed(now)
        })
    }

    /// The refunds that the provider still has to make.
    pub fn pending_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds
            .iter()
            .filter(|refund| refund.status == RefundStatus::Pending)
    }

    /// A refund by its id.
    #[must_use]
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// What the reports make of the refunds. One that failed stays so; one that was made at the
    /// provider itself is taken over as soon as there is room for it.
    pub(super) fn refunds_reported(&self, reports: &[RefundReport], now: Timestamp) -> Self {
        let mut next = self.clone();
        let (known, others): (Vec<&RefundReport>, Vec<&RefundReport>) = reports
            .iter()
            .partition(|report| self.refund(report.id).is_some());
        for refund in &mut next.refunds {
            let report = known.iter().find(|report| report.id == refund.id);
            if let Some(Ok(moved)) = report.map(|report| refund.status.to(report.status)) {
                refund.status = moved;
            }
        }
        // Only now, for what has failed makes room.
        for report in others {
            let RefundReport { id, amount, status } = *report;
            let fits = amount.currency() == self.amount.currency()
                && amount.amount() > 0
                && amount.amount() <= next.refundable().amount()
                && next.refunds.len() < MAX_REFUNDS;
            if fits && RefundStatus::STARTS.contains(&status) {
                next.refunds.push(Refund {
                    id,
                    amount,
                    reason: None,
                    status,
                    created_at: now,
                });
            }
        }
        next.refunded = sum(&next, |refund| refund.status == RefundStatus::Succeeded);
        next
    }
}

/// The sum of some of a payment's refunds; all are of one currency and together no more than was taken.
fn sum(payment: &Payment, counts: impl Fn(&Refund) -> bool) -> Money {
    let amounts = payment.refunds.iter().filter(|refund| counts(refund));
    Money::sum(
        payment.amount.currency(),
        amounts.map(|refund| refund.amount),
    )
    .unwrap_or(payment.captured)
}

/// What is left of `whole` without `part`, which is of the same currency and no more.
pub(super) fn less(whole: Money, part: Money) -> Money {
    whole
        .sub(part)
        .ok()
        .filter(|left| !left.is_negative())
        .unwrap_or(Money::zero(whole.currency()))
}
