//! Disputes: a customer's bank takes the customer's side against the shop, at the provider.

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::money::Money;
use crate::value::word_enum;

word_enum! {
    /// How far a dispute has come.
    pub enum DisputeStatus {
        /// The shop is to answer, at the provider.
        NeedsResponse => "needsResponse",
        /// The bank considers the answer.
        UnderReview => "underReview",
        /// The money stays with the shop.
        Won => "won",
        /// The money went back to the customer.
        Lost => "lost",
    }
}

impl Machine for DisputeStatus {
    const NAME: &'static str = "dispute";
    /// The shop hears of it when it hears of it.
    const STARTS: &'static [Self] = Self::ALL;
    const MOVES: &'static [(Self, Self)] = &[
        (Self::NeedsResponse, Self::UnderReview),
        (Self::NeedsResponse, Self::Won),
        (Self::NeedsResponse, Self::Lost),
        (Self::UnderReview, Self::Won),
        (Self::UnderReview, Self::Lost),
    ];
}

word_enum! {
    /// What a customer says is wrong.
    pub enum DisputeReason {
        /// They did not buy it.
        Fraudulent => "fraudulent",
        /// They were charged twice.
        Duplicate => "duplicate",
        /// It never came.
        ProductNotReceived => "productNotReceived",
        /// It is not what was promised.
        ProductUnacceptable => "productUnacceptable",
        /// A refund was promised and never came.
        CreditNotProcessed => "creditNotProcessed",
        /// They do not know the charge.
        Unrecognized => "unrecognized",
        /// Anything else.
        Other => "other",
    }
}

/// A dispute over a payment, as the provider tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dispute {
    /// How far it has come.
    pub status: DisputeStatus,
    /// Over how much.
    pub amount: Money,
    /// What the customer says is wrong.
    pub reason: DisputeReason,
}

impl Dispute {
    /// The one of both that has come further. What is decided stays decided.
    #[must_use]
    pub fn further(known: Option<Self>, reported: Option<Self>) -> Option<Self> {
        match (known, reported) {
            (Some(known), Some(reported)) if known.status.to(reported.status).is_ok() => {
                Some(reported)
            }
            (Some(known), _) => Some(known),
            (None, reported) => reported,
        }
    }
}
