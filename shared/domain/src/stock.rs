//! How many units of each SKU there are, and who has them in hand.

mod receipt;
pub mod shard;

use std::fmt;

pub use receipt::{BOOKING_PATIENCE, GoodsReceipt, ReceiptLine, ReceiptState};

use crate::clock::Timestamp;
use crate::id::{MovementId, OrderId, UserId};
use crate::machine::{Forbidden, Machine};
use crate::sku::Sku;
use crate::stock::shard::Share;
use crate::text::Reason;
use crate::value::word_enum;

/// The most units of one SKU, on either side of zero: far above any shop, far below overflow.
pub const MAX_UNITS: i64 = 1_000_000_000;

/// A level with so many units available, or fewer, is low.
pub const LOW: i64 = 5;

/// How many units of one SKU there are.
///
/// Without backorder nobody can hold what is not there: `available` never falls below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// What is counted.
    pub sku: Sku,
    /// Units in the house; below zero only with backorder, then that many are owed to buyers.
    pub on_hand: i64,
    /// Units held for orders that are not settled.
    pub reserved: u32,
    /// Units ever held: a product with any is archived rather than deleted.
    pub taken: u64,
    /// Orders are taken also for what is not in the house.
    pub backorder: bool,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What was wanted of a SKU, and what there was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Of which there was too little.
    pub sku: Sku,
    /// Units wanted.
    pub requested: u32,
    /// Units that could have been had.
    pub available: u32,
}

/// Why a level cannot move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockError {
    /// An adjustment would leave less than nothing, or less than what is held.
    BelowZero {
        /// Whose level it is.
        sku: Sku,
        /// Units free before the adjustment.
        available: i64,
        /// The adjustment.
        delta: i64,
    },
    /// More was wanted than there is.
    Short(Shortage),
    /// More was to be settled than is held.
    NotReserved {
        /// Whose level it is.
        sku: Sku,
        /// Units to be settled.
        requested: u32,
        /// Units held.
        reserved: u32,
    },
    /// The level would lie beyond [`MAX_UNITS`].
    TooMany {
        /// Whose level it is.
        sku: Sku,
    },
    /// A hold was to be settled in a way that contradicts how it was settled before.
    AlreadySettled {
        /// Whose hold it is.
        order: OrderId,
        /// How it was settled.
        state: HoldState,
    },
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowZero {
                sku,
                available,
                delta,
            } => write!(
                f,
                "{sku} has {available} units free and cannot be adjusted by {delta}"
            ),
            Self::Short(Shortage {
                sku,
                requested,
                available,
            }) => write!(
                f,
                "{requested} units of {sku} are wanted, {available} are free"
            ),
            Self::NotReserved {
                sku,
                requested,
                reserved,
            } => write!(
                f,
                "{requested} units of {sku} are to be settled, {reserved} are held"
            ),
            Self::TooMany { sku } => write!(f, "{sku} would have more units than can be counted"),
            Self::AlreadySettled { order, state } => {
                write!(f, "the hold of order {order} is already {state}")
            }
        }
    }
}

impl std::error::Error for StockError {}

impl Level {
    /// A SKU of which there is nothing yet.
    #[must_use]
    pub fn empty(sku: Sku) -> Self {
        Self {
            sku,
            on_hand: 0,
            reserved: 0,
            taken: 0,
            backorder: false,
            version: 1,
        }
    }

    /// Units that can still be held; below zero only with backorder.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.on_hand - i64::from(self.reserved)
    }

    /// The level after `delta` units came in, or went out where it is negative.
    pub fn adjust(&self, delta: i64) -> Result<Self, StockError> {
        let on_hand = self.on_hand.saturating_add(delta);
        if delta < 0 && !self.backorder && on_hand < i64::from(self.reserved) {
            return Err(StockError::BelowZero {
                sku: self.sku.clone(),
                available: self.available(),
                delta,
            });
        }
        self.moved(on_hand, self.reserved, self.taken)
    }

    /// The level with `units` more held for an order.
    pub fn hold(&self, units: u32) -> Result<Self, StockError> {
        if !self.backorder && self.available() < i64::from(units) {
            return Err(StockError::Short(Shortage {
                sku: self.sku.clone(),
                requested: units,
                available: u32::try_from(self.available()).unwrap_or(0),
            }));
        }
        let reserved = self
            .reserved
            .checked_add(units)
            .ok_or_else(|| self.too_many())?;
        self.moved(self.on_hand, reserved, self.taken + u64::from(units))
    }

    /// The level after `units` held were sold: they leave the house.
    pub fn commit(&self, units: u32) -> Result<Self, StockError> {
        let reserved = self.less_reserved(units)?;
        self.moved(self.on_hand - i64::from(units), reserved, self.taken)
    }

    /// The level after `units` held were given back.
    pub fn release(&self, units: u32) -> Result<Self, StockError> {
        let reserved = self.less_reserved(units)?;
        self.moved(self.on_hand, reserved, self.taken)
    }

    /// The level after `units` that had been sold came home.
    pub fn restock(&self, units: u32) -> Result<Self, StockError> {
        let on_hand = self.on_hand + i64::from(units);
        self.moved(on_hand, self.reserved, self.taken)
    }

    /// The level with orders taken also for what is not in the house, or no longer. What is owed to
    /// buyers stays owed.
    #[must_use]
    pub fn with_backorder(&self, backorder: bool) -> Self {
        Self {
            backorder,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Whether so little is left that somebody should order more.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.available() <= LOW
    }

    fn less_reserved(&self, units: u32) -> Result<u32, StockError> {
        self.reserved
            .checked_sub(units)
            .ok_or_else(|| StockError::NotReserved {
                sku: self.sku.clone(),
                requested: units,
                reserved: self.reserved,
            })
    }

    fn moved(&self, on_hand: i64, reserved: u32, taken: u64) -> Result<Self, StockError> {
        let countable = -MAX_UNITS..=MAX_UNITS;
        if !countable.contains(&on_hand) || !countable.contains(&i64::from(reserved)) {
            return Err(self.too_many());
        }
        Ok(Self {
            sku: self.sku.clone(),
            on_hand,
            reserved,
            taken,
            backorder: self.backorder,
            version: self.version + 1,
        })
    }

    fn too_many(&self) -> StockError {
        StockError::TooMany {
            sku: self.sku.clone(),
        }
    }
}

word_enum! {
    /// Why units came in or went out.
    pub enum MovementKind {
        /// Somebody counted.
        Adjustment => "adjustment",
        /// A supplier delivered.
        Delivery => "delivery",
        /// Units were lost, broken or spoilt.
        WriteOff => "writeOff",
        /// An order was confirmed.
        Sale => "sale",
        /// A confirmed order was cancelled before it left the house.
        Cancellation => "cancellation",
        /// A customer sent units back.
        Return => "return",
    }
}

/// One entry of a SKU's ledger; the deltas of all entries sum to the units on hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Names the movement.
    pub id: MovementId,
    /// What moved.
    pub sku: Sku,
    /// Why, as a machine tells it.
    pub kind: MovementKind,
    /// Units that came in, or went out where it is negative.
    pub delta: i64,
    /// Why, as a person tells it.
    pub reason: Reason,
    /// The order it was for.
    pub order: Option<OrderId>,
    /// Who did it.
    pub actor: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

word_enum! {
    /// What became of units held for an order.
    pub enum HoldState {
        /// They wait for its payment.
        Held => "held",
        /// They were sold.
        Committed => "committed",
        /// They were given back.
        Released => "released",
    }
}

impl Machine for HoldState {
    const NAME: &'static str = "hold";
    const STARTS: &'static [Self] = &[Self::Held];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Held, Self::Committed),
        (Self::Held, Self::Released),
        // A paid order was cancelled before anything of it was sent.
        (Self::Committed, Self::Released),
    ];
}

/// The units that an order holds, settled once: sold or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Whose units they are.
    pub order: OrderId,
    /// Units by SKU, each SKU once.
    pub lines: Vec<(Sku, u32)>,
    /// Those of them that were taken from shards; the others are of the main level.
    pub shares: Vec<Share>,
    /// What became of them.
    pub state: HoldState,
    /// When somebody must have looked at it.
    pub due_at: Timestamp,
}

/// What settling a hold came to.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It is settled by this; the levels must move with it.
    Now(Hold),
    /// It had been settled the same way: nothing to write.
    Already,
}

impl Hold {
    /// A hold that waits to be settled.
    #[must_use]
    pub fn new(order: OrderId, lines: Vec<(Sku, u32)>, due_at: Timestamp) -> Self {
        Self {
            order,
            lines,
            shares: Vec::new(),
            state: HoldState::Held,
            due_at,
        }
    }

    /// The same, with these of its units taken from shards.
    #[must_use]
    pub fn of_shards(self, shares: Vec<Share>) -> Self {
        Self { shares, ..self }
    }

    /// The units are sold.
    pub fn commit(&self) -> Result<Settled, StockError> {
        if self.state == HoldState::Committed {
            return Ok(Settled::Already);
        }
        self.settled(HoldState::Committed)
            .map_err(|Forbidden { from, .. }| StockError::AlreadySettled {
                order: self.order,
                state: from,
            })
    }

    /// The order was called off: units still held are given back, units already sold come home.
    /// The levels move according to the state that this hold is in.
    pub fn call_off(&self) -> Settled {
        self.settled(HoldState::Released)
            .unwrap_or(Settled::Already)
    }

    fn settled(&self, to: HoldState) -> Result<Settled, Forbidden<HoldState>> {
        let state = self.state.to(to)?;
        Ok(Settled::Now(Self {
            state,
            ..self.clone()
        }))
    }
}
