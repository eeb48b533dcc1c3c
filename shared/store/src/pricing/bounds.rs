//! What a shop's tariff may be, since one query reads all of it; and its edition, which changes with it.

use super::{Entry, PricingRoom, Tariffs};
use crate::db::{Db, Item, key, number, read_number};
use crate::error::{Full, StoreError};
use crate::handle::Mode;
use crate::reads::{Answers, Reads};
use crate::tx::{Terms, Tx};

/// How many zones or promotions of a kind there may be.
const MOST: u64 = 100;
/// How large they may be together: one query reads a megabyte, and keys and names count too.
const MOST_BYTES: u64 = 800_000;
const BOUNDS: &str = "bounds";
const EDITION: &str = "edition";

/// What happens to something of a size in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// It is new.
    Added(u64),
    /// It had one size, and has another.
    Resized(u64, u64),
    /// It is no more.
    Gone(u64),
}

impl Change {
    /// How many more there are, and how many bytes more they take.
    fn more(self) -> (i64, i64) {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        match self {
            Self::Added(bytes) => (1, signed(bytes)),
            Self::Resized(old, new) => (0, signed(new) - signed(old)),
            Self::Gone(bytes) => (-1, -signed(bytes)),
        }
    }
}

/// Stages that the tariff changes in number or size. The transaction fails with [`StoreError::Full`]
/// if that is more than it may have.
pub(super) fn stage<E: Entry>(db: &Db, tx: &mut Tx, change: Change) {
    let (more, more_bytes) = change.more();
    let mut conditions = Vec::new();
    let mut values = vec![
        (":more", number(more)),
        (":bytes", number(more_bytes)),
        (":one", number(1)),
    ];
    if more > 0 {
        conditions.push("(attribute_not_exists(#count) OR #count < :most)");
        values.push((":most", number(MOST)));
    }
    if more_bytes > 0 {
        conditions.push("(attribute_not_exists(#bytes) OR #bytes <= :left)");
        let left = MOST_BYTES.saturating_sub(more_bytes.unsigned_abs());
        values.push((":left", number(left)));
    }
    let terms = Terms {
        condition: (!conditions.is_empty()).then(|| conditions.join(" AND ")),
        names: vec![
            ("#count", E::COUNT),
            ("#bytes", "bytes"),
            ("#edition", EDITION),
        ],
        values,
    };
    tx.update(
        db.table(),
        key(BOUNDS, BOUNDS),
        "ADD #count :more, #bytes :bytes, #edition :one",
        terms,
        move |found| full::<E>(found, more),
    );
}

/// Which edition of the tariff is in force. It may be a moment old.
pub(super) fn edition<M: Mode<Room = PricingRoom>>(
    tariffs: &Tariffs<M>,
    answers: &mut Answers,
) -> u64 {
    tariffs
        .db
        .found(answers, BOUNDS, BOUNDS)
        .and_then(|item| read_number(&item, EDITION))
        .unwrap_or(0)
}

/// Wants to know that, among other things.
pub(super) fn want_edition<M: Mode<Room = PricingRoom>>(tariffs: &Tariffs<M>, reads: &mut Reads) {
    tariffs.db.want(reads, BOUNDS, BOUNDS);
}

fn full<E: Entry>(found: Option<&Item>, more: i64) -> StoreError {
    let count: u64 = found
        .and_then(|item| read_number(item, E::COUNT))
        .unwrap_or(0);
    StoreError::Full(if more > 0 && count >= MOST {
        E::FULL
    } else {
        Full::Tariff
    })
}
