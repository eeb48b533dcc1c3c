//! One attempt to pay for an order, from the first call to the provider to the last refund.

mod capture;
mod dispute;
mod due;
mod moves;
mod refund;
mod report;

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use capture::{CaptureMethod, Operation, UnderWay};
pub use dispute::{Dispute, DisputeReason, DisputeStatus};
pub use moves::{COMMANDS, Command, MOVES, PaymentState, START, Trigger};
pub use refund::{MAX_REFUNDS, Refund, RefundReport, RefundStatus};
pub use report::{Report, Standing};

use crate::clock::Timestamp;
use crate::id::{EventId, OrderId, PaymentId};
use crate::money::{Money, MoneyError};
use crate::text::{PaymentMethod, ProviderRef, Url};
use crate::transition::Transition;
use crate::value::word_enum;

/// How long one worker has a payment to itself. Longer than any function may run, so that a
/// successor never works beside a living owner.
pub const LEASE: Duration = Duration::from_secs(60);

word_enum! {
    /// Why a provider refuses.
    pub enum Decline {
        /// The card's bank said no.
        CardDeclined => "card_declined",
        /// There is too little money in the account.
        InsufficientFunds => "insufficient_funds",
        /// The customer failed to prove who they are.
        AuthenticationFailed => "authentication_failed",
        /// Anything else.
        Other => "other",
    }
}

word_enum! {
    /// Who asked for the money.
    pub enum Initiator {
        /// The customer's own client, which waits for the outcome.
        Client => "client",
        /// The shop, in the background.
        Server => "server",
    }
}

word_enum! {
    /// What the customer must do next.
    pub enum NextActionKind {
        /// Open a page of the provider's.
        Redirect => "redirect",
    }
}

/// What the customer must do before the provider takes the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextAction {
    /// What to do.
    #[serde(rename = "type")]
    pub kind: NextActionKind,
    /// Where.
    pub url: Url,
}

/// A worker's exclusive hold on a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Which run of a worker it is.
    pub owner: EventId,
    /// When somebody else may take over.
    pub until: Timestamp,
}

/// What a payment begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Names the payment.
    pub id: PaymentId,
    /// What is paid for.
    pub order: OrderId,
    /// How much is asked for.
    pub amount: Money,
    /// The provider's token for the means of payment.
    pub method: PaymentMethod,
    /// When the money is to be taken.
    pub capture_method: CaptureMethod,
    /// Who asked.
    pub initiator: Initiator,
    /// Which attempt for this order it is, from 1.
    pub attempt: u32,
    /// Who works on it.
    pub owner: EventId,
}

/// One attempt to pay for an order. Always `refunded <= captured <= amount`, where `refunded` is the
/// sum of the refunds that succeeded; those that are pending and those that succeeded never come to
/// more than `captured` either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Names the payment.
    pub id: PaymentId,
    /// What is paid for.
    pub order: OrderId,
    /// Where it stands.
    pub status: PaymentState,
    /// How much is asked for.
    pub amount: Money,
    /// How much was taken.
    pub captured: Money,
    /// How much of that was given back.
    pub refunded: Money,
    /// The provider's token for the means of payment.
    pub method: PaymentMethod,
    /// When the money is taken.
    pub capture_method: CaptureMethod,
    /// What the provider calls it. Known before money can move.
    pub reference: Option<ProviderRef>,
    /// Why the provider refused.
    pub failure: Option<Decline>,
    /// What the customer must do.
    pub next_action: Option<NextAction>,
    /// How many captures were begun.
    pub captures: u32,
    /// What the provider is being asked to do with what is set aside.
    pub under_way: Option<UnderWay>,
    /// Whether what was not taken can no longer be.
    pub released: bool,
    /// What was given back, or is to be, the oldest first.
    pub refunds: Vec<Refund>,
    /// The customer's bank against the shop.
    pub dispute: Option<Dispute>,
    /// Who asked.
    pub initiator: Initiator,
    /// Which attempt for this order it is, from 1.
    pub attempt: u32,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why a payment cannot be, or cannot become what somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentError {
    /// Less than nothing was asked for.
    NegativeAmount,
    /// More was taken than was asked for, the provider says.
    CapturedTooMuch {
        /// What was asked for.
        amount: Money,
        /// What was taken, they say.
        captured: Money,
    },
    /// The payment's state does not allow that.
    InvalidState {
        /// Where it stands.
        from: PaymentState,
        /// What was wanted.
        command: Command,
    },
    /// The amount is not positive, of another currency, or more than what is left.
    Amount {
        /// What is left.
        left: Money,
    },
    /// The provider is being asked for something that must come to its end first.
    UnderWay,
    /// It has had as many refunds as a payment may have.
    TooManyRefunds,
    /// Somebody else works on it.
    Leased {
        /// Until when.
        until: Timestamp,
    },
    /// The sums do not add up.
    Money(MoneyError),
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegativeAmount => f.write_str("a payment cannot be negative"),
            Self::CapturedTooMuch { amount, captured } => {
                write!(f, "{captured} cannot have been taken of {amount}")
            }
            Self::InvalidState { from, command } => {
                let states: Vec<&str> = command.states().iter().map(|it| it.as_str()).collect();
                write!(
                    f,
                    "the payment is {from}, and can be {} while it is {}",
                    command.done(),
                    states.join(" or ")
                )
            }
            Self::Amount { left } if left.is_zero() => f.write_str("nothing is left"),
            Self::Amount { left } => write!(
                f,
                "must be 1 to {} minor units of {}: {left} is left",
                left.amount(),
                left.currency()
            ),
            Self::UnderWay => f.write_str("the provider is being asked for something else"),
            Self::TooManyRefunds => write!(f, "the payment has had {MAX_REFUNDS} refunds"),
            Self::Leased { until } => write!(f, "somebody works on the payment until {until}"),
            Self::Money(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PaymentError {}

impl From<MoneyError> for PaymentError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

impl Payment {
    /// A payment about to be asked of the provider, leased to who asks.
    pub fn start(start: Start, now: Timestamp) -> Result<Self, PaymentError> {
        if start.amount.is_negative() {
            return Err(PaymentError::NegativeAmount);
        }
        let nothing = Money::zero(start.amount.currency());
        Ok(Self {
            id: start.id,
            order: start.order,
            status: START,
            amount: start.amount,
            captured: nothing,
            refunded: nothing,
            method: start.method,
            capture_method: start.capture_method,
            reference: None,
            failure: None,
            next_action: None,
            captures: 0,
            under_way: None,
            released: false,
            refunds: Vec::new(),
            dispute: None,
            initiator: start.initiator,
            attempt: start.attempt,
            lease: Some(Lease {
                owner: start.owner,
                until: now.plus(LEASE),
            }),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// The idempotency key towards the provider: the same attempt for the same order is charged
    /// once, however often and by whomever it is sent.
    #[must_use]
    pub fn provider_key(&self) -> String {
        format!("{}-{}", self.order, self.attempt)
    }

    /// Whether the provider has not said yet what becomes of it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.status,
            PaymentState::Processing | PaymentState::Unknown
        )
    }

    /// The payment as the provider knows it by this name. Put down before money can move, so that
    /// whoever comes after a lost reply knows what to ask for.
    #[must_use]
    pub fn announced(&self, reference: ProviderRef, now: Timestamp) -> Self {
        Self {
            reference: Some(reference),
            ..self.changed(now)
        }
    }

    /// It has the money or may yet get it: a second payment beside it would charge twice.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.status, PaymentState::Voided | PaymentState::Failed)
    }

    /// The payment in the hands of another worker, once its owner's time is over. The new owner
    /// asks the provider what became of it before anything else.
    pub fn take_over(
        &self,
        owner: EventId,
        now: Timestamp,
    ) -> Result<Transition<Self>, PaymentError> {
        if !self.is_open() {
            return Ok(Transition::Unchanged);
        }
        if let Some(lease) = self.lease
            && lease.owner != owner
            && now < lease.until
        {
            return Err(PaymentError::Leased { until: lease.until });
        }
        Ok(Transition::Moved(Self {
            lease: Some(Lease {
                owner,
                until: now.plus(LEASE),
            }),
            ..self.changed(now)
        }))
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
