//! One attempt to pay for an order, from the first call to the provider to the last refund.

mod report;

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use report::ProviderReport;

use crate::clock::Timestamp;
use crate::id::{EventId, OrderId, PaymentId};
use crate::money::{Money, MoneyError};
use crate::text::{PaymentMethod, Url};
use crate::transition::Transition;
use crate::value::word_enum;

/// How long one worker has a payment to itself. Longer than any function may run, so that a
/// successor never works beside a living owner.
pub const LEASE: Duration = Duration::from_secs(60);

word_enum! {
    /// Where a payment stands.
    pub enum PaymentState {
        /// The provider is being asked.
        Processing => "processing",
        /// The customer must do something first.
        RequiresAction => "requiresAction",
        /// The money is set aside, not taken.
        Authorized => "authorized",
        /// Part of the money is taken.
        PartiallyCaptured => "partiallyCaptured",
        /// The money is taken.
        Captured => "captured",
        /// Given up before any money was taken.
        Voided => "voided",
        /// The provider refused.
        Failed => "failed",
        /// The provider was asked and its answer is not known.
        Unknown => "unknown",
    }
}

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
    /// Who asked.
    pub initiator: Initiator,
    /// Which attempt for this order it is, from 1.
    pub attempt: u32,
    /// Who works on it.
    pub owner: EventId,
}

/// One attempt to pay for an order. Always `refunded <= captured <= amount`.
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
    /// Why the provider refused.
    pub failure: Option<Decline>,
    /// What the customer must do.
    pub next_action: Option<NextAction>,
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

/// Why a payment cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentError {
    /// Less than nothing was asked for.
    NegativeAmount,
    /// More was given back than was taken.
    RefundExceedsCaptured {
        /// What was taken.
        captured: Money,
        /// What was given back, they say.
        refunded: Money,
    },
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
            Self::RefundExceedsCaptured { captured, refunded } => {
                write!(f, "{refunded} cannot be given back of {captured}")
            }
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
            status: PaymentState::Processing,
            amount: start.amount,
            captured: nothing,
            refunded: nothing,
            method: start.method,
            failure: None,
            next_action: None,
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

    /// Nothing will happen to it any more, short of a refund.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self.status,
            PaymentState::Captured | PaymentState::Voided | PaymentState::Failed
        )
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
        if self.is_final() {
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

    /// The provider was asked and its answer was lost.
    pub fn outcome_unknown(&self, now: Timestamp) -> Transition<Self> {
        if self.status != PaymentState::Processing {
            return Transition::Unchanged;
        }
        Transition::Moved(Self {
            lease: None,
            ..self.standing(PaymentState::Unknown, now)
        })
    }

    /// In another state, with what belonged to the former one gone.
    fn standing(&self, status: PaymentState, now: Timestamp) -> Self {
        Self {
            status,
            next_action: None,
            lease: None,
            ..self.changed(now)
        }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
