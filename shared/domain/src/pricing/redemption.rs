//! Redemptions: that an order has used a promotion whose uses are limited.

use super::promotion::Promotion;
use crate::clock::Timestamp;
use crate::email::Email;
use crate::id::{OrderId, PromotionId, UserId};
use crate::machine::Machine;
use crate::value::word_enum;

/// Whose uses of a promotion are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buyer {
    /// Somebody with an account.
    Account(UserId),
    /// A guest, whom nothing but an address tells from others.
    Guest(Email),
}

word_enum! {
    /// What became of the use of a promotion.
    pub enum RedemptionState {
        /// It counts; its order may still come to nothing.
        Held => "held",
        /// It counts for good, as far as anybody can tell.
        Kept => "kept",
        /// It was given back and counts no more.
        Released => "released",
    }
}

impl Machine for RedemptionState {
    const NAME: &'static str = "redemption";
    const STARTS: &'static [Self] = &[Self::Held];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Held, Self::Kept),
        (Self::Held, Self::Released),
        // Its order was cancelled after all.
        (Self::Kept, Self::Released),
    ];
}

/// That an order has used a promotion, and among which uses that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Which order.
    pub order: OrderId,
    /// Which promotion.
    pub promotion: PromotionId,
    /// Whether it counts among all uses.
    pub in_all: bool,
    /// Whether it counts among those of its buyer.
    pub of_buyer: bool,
    /// What became of it.
    pub state: RedemptionState,
    /// When the order was placed.
    pub at: Timestamp,
    /// When somebody must have looked at it.
    pub due_at: Timestamp,
}

impl Redemption {
    /// The use of a promotion by an order; nothing where uses are not limited.
    #[must_use]
    pub fn of(
        promotion: &Promotion,
        order: OrderId,
        at: Timestamp,
        due_at: Timestamp,
    ) -> Option<Self> {
        let in_all = promotion.limits.uses.is_some();
        let of_buyer = promotion.limits.uses_per_customer.is_some();
        (in_all || of_buyer).then_some(Self {
            order,
            promotion: promotion.id,
            in_all,
            of_buyer,
            state: RedemptionState::Held,
            at,
            due_at,
        })
    }

    /// The order came to nothing; nothing to do if the use was given back before.
    #[must_use]
    pub fn release(&self) -> Option<Self> {
        self.moved(RedemptionState::Released)
    }

    /// The order was carried out; nothing to do unless that was open.
    #[must_use]
    pub fn keep(&self) -> Option<Self> {
        self.moved(RedemptionState::Kept)
    }

    fn moved(&self, to: RedemptionState) -> Option<Self> {
        let state = self.state.to(to).ok()?;
        Some(Self {
            state,
            ..self.clone()
        })
    }
}
