//! Refunds: money that an order gives back, for units of its lines or for any other reason.
//!
//! An order's payment keeps the money; the order keeps what it was for. A refund is put down in both
//! books in one step and under one name, and the order hears from the payment how far it has come.

use std::fmt;

use super::goods::{GoodsError, Units};
use super::line::Line;
use super::timeline::{Actor, Moment};
use super::{Order, OrderError, PaymentStatus, Totals};
use crate::clock::Timestamp;
use crate::id::{LineId, RefundId};
use crate::machine::Machine;
use crate::money::{Money, MoneyError};
use crate::payment::{
    MAX_REFUNDS, Payment, PaymentError, PaymentState, RefundReport, RefundStatus,
};
use crate::quantity::Quantity;
use crate::text::Reason;

/// Money that an order gives back, or is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRefund {
    /// Names the refund, here and on the payment.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// For which units, each line once; none for money that is given back as such.
    pub lines: Vec<RefundedUnits>,
    /// Why, where somebody of the shop said so.
    pub reason: Option<Reason>,
    /// How far it has come.
    pub status: RefundStatus,
    /// When it was asked for, or first heard of.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// Units whose price is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundedUnits {
    /// Of which line.
    pub line: LineId,
    /// How many.
    pub quantity: Quantity,
    /// What they cost: their part of the line's total.
    pub amount: Money,
}

/// What is to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunding {
    /// All that is left of what was paid.
    Rest,
    /// So much.
    Amount(Money),
    /// What these units cost; equal lines are taken together.
    Lines(Vec<Units>),
}

/// A refund that somebody of the shop wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// Names the refund to be.
    pub id: RefundId,
    /// What is to be given back.
    pub what: Refunding,
    /// Why.
    pub reason: Reason,
}

/// An order and its payment, with a refund put down in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// The order.
    pub order: Order,
    /// Its payment.
    pub payment: Payment,
}

/// Why an order cannot give money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundError {
    /// Nothing was taken for the order by this payment.
    Unpaid {
        /// Where the order stands towards its payment.
        status: PaymentStatus,
    },
    /// What was said of the units does not fit what there is.
    Lines(GoodsError),
    /// The units cost more than what is left of the money.
    LinesExceed {
        /// What they cost.
        asked: Money,
        /// What is left.
        left: Money,
    },
    /// The payment does not allow it.
    Payment(PaymentError),
    /// The sums do not add up.
    Money(MoneyError),
}

impl fmt::Display for RefundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unpaid { status } => {
                write!(f, "the order's payment is {status}: nothing was taken")
            }
            Self::Lines(error) => error.fmt(f),
            Self::LinesExceed { asked, left } => write!(f, "come to {asked}, and {left} is left"),
            Self::Payment(error) => error.fmt(f),
            Self::Money(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RefundError {}

impl From<GoodsError> for RefundError {
    fn from(error: GoodsError) -> Self {
        Self::Lines(error)
    }
}

impl From<MoneyError> for RefundError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

impl From<PaymentError> for RefundError {
    fn from(error: PaymentError) -> Self {
        Self::Payment(error)
    }
}

impl OrderRefund {
    /// The part of it that is, or may yet be, for units of a line.
    fn claim(&self, line: LineId) -> Option<&RefundedUnits> {
        let mut claims = self.lines.iter();
        claims
            .find(|units| units.line == line)
            .filter(|_| self.status != RefundStatus::Failed)
    }
}

impl Order {
    /// A refund of the order.
    pub fn refund(&self, id: RefundId) -> Option<&OrderRefund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// Somebody of the shop wants money given back: the order and the payment, as they are with the
    /// refund put down. However many are wanted at once, they never come to more than was taken.
    pub fn give_back(
        &self,
        payment: &Payment,
        request: RefundRequest,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Refunded, RefundError> {
        // Money that the order does not count as its own goes back without it.
        let counted = !self.totals.captured.is_zero() && !payment.captured.is_zero();
        if self.payment != Some(payment.id) || !counted {
            let status = self.payment_status;
            return Err(RefundError::Unpaid { status });
        }
        let RefundRequest { id, what, reason } = request;
        let lines = match &what {
            Refunding::Lines(units) => self.priced(units)?,
            Refunding::Rest | Refunding::Amount(_) => Vec::new(),
        };
        let amount = match what {
            Refunding::Rest => None,
            Refunding::Amount(amount) => Some(amount),
            Refunding::Lines(_) => {
                let asked = Money::sum(self.currency, lines.iter().map(|units| units.amount))?;
                let left = payment.refundable();
                if asked.is_zero() || asked.amount() > left.amount() {
                    return Err(RefundError::LinesExceed { asked, left });
                }
                Some(asked)
            }
        };
        let payment = payment.reserve_refund(id, amount, Some(reason.clone()), now)?;
        let amount = payment
            .refund(id)
            .map_or(Money::zero(self.currency), |refund| refund.amount);
        let told = Some(format!("{amount}: {reason}"));
        let mut order = self.with_entry(Moment::RefundRequested, actor, told, now);
        order.refunds.push(OrderRefund {
            id,
            amount,
            lines,
            reason: Some(reason),
            status: RefundStatus::Pending,
            created_at: now,
            updated_at: now,
        });
        Ok(Refunded { order, payment })
    }

    /// What the units cost that are asked for.
    ///
    /// Units of one line rarely cost the same to the last minor unit. Each refund takes its share of
    /// what is left of the line, so that all units together come to the line's total, in whichever
    /// portions they are given back.
    fn priced(&self, asked: &[Units]) -> Result<Vec<RefundedUnits>, RefundError> {
        let asked = self.asked(asked, |line| self.unrefunded(line), "refunded")?;
        let mut priced = Vec::with_capacity(asked.len());
        for Units { line: id, quantity } in asked {
            let Some(line) = self.lines.iter().find(|line| line.id == id) else {
                continue;
            };
            let claims = self.refunds.iter().filter_map(|refund| refund.claim(id));
            let claimed = Money::sum(self.currency, claims.map(|units| units.amount))?;
            let rest = self.unrefunded(line).saturating_sub(quantity.get());
            let weights = [u64::from(quantity.get()), u64::from(rest)];
            let shares = line.total.sub(claimed)?.split(&weights)?;
            let amount = shares
                .into_iter()
                .next()
                .unwrap_or(Money::zero(self.currency));
            priced.push(RefundedUnits {
                line: id,
                quantity,
                amount,
            });
        }
        Ok(priced)
    }

    /// Units of a line that no refund is for.
    fn unrefunded(&self, line: &Line) -> u32 {
        let claims = self
            .refunds
            .iter()
            .filter_map(|refund| refund.claim(line.id));
        let claimed: u32 = claims.map(|units| units.quantity.get()).sum();
        line.quantity.get().saturating_sub(claimed)
    }

    /// The order after word of how far its refunds have come, in the version at hand.
    ///
    /// Of a refund that it does not know, made on the payment or at the provider, the order takes
    /// over what there is to know.
    pub(super) fn refunds_reported(
        self,
        reports: &[RefundReport],
        now: Timestamp,
    ) -> Result<Self, OrderError> {
        let mut order = self;
        for report in reports {
            let RefundReport { id, amount, status } = *report;
            let is_full = order.refunds.len() >= MAX_REFUNDS;
            let known = order.refunds.iter_mut().find(|refund| refund.id == id);
            let moved = match known {
                Some(refund) if refund.status.to(status).is_ok() => {
                    refund.status = status;
                    refund.updated_at = now;
                    true
                }
                Some(_) => false,
                None if is_full => false,
                None => {
                    order.refunds.push(OrderRefund {
                        id,
                        amount,
                        lines: Vec::new(),
                        reason: None,
                        status,
                        created_at: now,
                        updated_at: now,
                    });
                    true
                }
            };
            let moment = match status {
                RefundStatus::Succeeded => Moment::Refunded,
                RefundStatus::Failed => Moment::RefundFailed,
                RefundStatus::Pending => continue,
            };
            if moved {
                let told = Some(amount.to_string());
                order = order.with_entry(moment, Actor::System, told, now);
            }
        }
        order.refunds_counted()
    }

    /// What follows from how far the refunds have come.
    fn refunds_counted(self) -> Result<Self, OrderError> {
        let succeeded = |refund: &&OrderRefund| refund.status == RefundStatus::Succeeded;
        let amounts = self.refunds.iter().filter(succeeded);
        let refunded = Money::sum(self.currency, amounts.map(|refund| refund.amount))?;
        self.must_hold(refunded)?;
        let units = |line: &Line| {
            let refunds = self.refunds.iter().filter(succeeded);
            let claims = refunds.filter_map(|refund| refund.claim(line.id));
            claims.map(|units| units.quantity.get()).sum()
        };
        let lines = self.lines.iter().map(|line| Line {
            refunded: units(line),
            ..line.clone()
        });
        let lines = lines.collect();
        Ok(self.with_refunded(refunded).with_lines(lines))
    }

    /// The order with so much given back in all.
    pub(super) fn with_refunded(self, refunded: Money) -> Self {
        let captured = self.totals.captured;
        let taken = match captured.amount() < self.totals.total.amount() {
            true => PaymentState::PartiallyCaptured,
            false => PaymentState::Captured,
        };
        Self {
            payment_status: PaymentStatus::of(taken, captured, refunded),
            totals: Totals {
                refunded,
                ..self.totals
            },
            ..self
        }
    }

    /// Refuses to have given back more than was taken.
    pub(super) fn must_hold(&self, refunded: Money) -> Result<(), OrderError> {
        let captured = self.totals.captured;
        if captured.sub(refunded)?.is_negative() {
            return Err(OrderError::AmountMismatch {
                expected: captured,
                actual: refunded,
            });
        }
        Ok(())
    }
}
