//! A SKU that sells faster than one item of a database can be written is spread over shards.
//!
//! Its main level keeps what is not spread; each shard is a level of its own, and buyers take from
//! whichever has enough. No shard knows of the others, so that a buyer who finds one empty looks at all
//! of them: what is left in several makes up one line, and what is left in few is gathered again.

use crate::sku::Sku;

/// The most shards that a SKU is spread over.
pub const MAX_SHARDS: u16 = 1_000;

/// Where units of a SKU are kept: [`Shard::MAIN`], or one of the shards, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u16);

impl Shard {
    /// The level that every SKU has.
    pub const MAIN: Self = Self(0);

    /// The shard of a number; 0 is the main level.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (number <= MAX_SHARDS).then_some(Self(number))
    }

    /// All shards of a SKU that is spread over so many, without the main level.
    pub fn all(shards: u16) -> impl Iterator<Item = Self> {
        (1..=shards.min(MAX_SHARDS)).map(Self)
    }

    /// Its number; 0 is the main level.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// Whether it is the level that every SKU has.
    #[must_use]
    pub fn is_main(self) -> bool {
        self == Self::MAIN
    }
}

/// Units of a SKU that are kept in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Of what.
    pub sku: Sku,
    /// How often it had been spread by then: its shards are others each time.
    pub generation: u64,
    /// Where.
    pub shard: Shard,
    /// How many.
    pub units: u32,
}

/// What somebody knows of where the units of a spread SKU are: it may be outdated, and is put right by
/// each try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What can be had, by the number of the shard; nothing where nobody has looked.
    left: Vec<Option<u32>>,
}

/// Where to take units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// Here, for all that is known.
    From(Vec<(Shard, u32)>),
    /// Nobody knows without a look at all shards.
    Look,
    /// There is enough, in more places than one transaction has room for.
    Gather,
    /// There is not enough: this is all.
    Short(u32),
}

impl Picture {
    /// Of a SKU that is spread over so many shards, and of which nothing else is known.
    #[must_use]
    pub fn blank(shards: u16) -> Self {
        Self {
            left: vec![None; usize::from(shards.min(MAX_SHARDS)) + 1],
        }
    }

    /// The shards, without the main level.
    pub fn shards(&self) -> impl Iterator<Item = Shard> + use<> {
        Shard::all(u16::try_from(self.left.len() - 1).unwrap_or(MAX_SHARDS))
    }

    /// Somebody saw so many units in a shard.
    pub fn see(&mut self, shard: Shard, left: u32) {
        if let Some(known) = self.left.get_mut(usize::from(shard.number())) {
            *known = Some(left);
        }
    }

    /// Somebody took units from a shard.
    pub fn took(&mut self, shard: Shard, units: u32) {
        if let Some(Some(known)) = self.left.get_mut(usize::from(shard.number())) {
            *known = known.saturating_sub(units);
        }
    }

    /// Units in all, as far as all shards were seen.
    #[must_use]
    pub fn total(&self) -> Option<u32> {
        let seen: Option<Vec<u32>> = self.left.iter().copied().collect();
        seen.map(|seen| seen.into_iter().fold(0, u32::saturating_add))
    }

    /// Where to take `units`, from at most `most` places. `chance` decides among the shards that suffice, so
    /// that buyers keep out of each other's way. The main level comes last: it is where gathered units and
    /// those that came home are.
    #[must_use]
    pub fn pick(&self, units: u32, most: usize, chance: u64) -> Pick {
        let suffices = |left: &Option<u32>| left.is_none_or(|left| left >= units);
        let fit: Vec<Shard> = self
            .shards()
            .filter(|shard| {
                self.left
                    .get(usize::from(shard.number()))
                    .is_some_and(suffices)
            })
            .collect();
        if let Some(shard) = one_of(&fit, chance) {
            return Pick::From(vec![(shard, units)]);
        }
        let Some(total) = self.total() else {
            return Pick::Look;
        };
        if self.left[0].is_some_and(|left| left >= units) {
            return Pick::From(vec![(Shard::MAIN, units)]);
        }
        if total < units {
            return Pick::Short(total);
        }
        match self.composed(units, most) {
            Some(parts) => Pick::From(parts),
            None => Pick::Gather,
        }
    }

    /// `units` from as few places as possible, if they are at most `most`.
    fn composed(&self, units: u32, most: usize) -> Option<Vec<(Shard, u32)>> {
        let mut places: Vec<(Shard, u32)> = (0..)
            .map(Shard)
            .zip(self.left.iter().copied().flatten())
            .collect();
        places.sort_by_key(|(_, left)| std::cmp::Reverse(*left));
        let mut wanted = units;
        let mut parts = Vec::new();
        for (shard, left) in places.into_iter().take(most) {
            let taken = left.min(wanted);
            if taken == 0 {
                break;
            }
            parts.push((shard, taken));
            wanted -= taken;
        }
        (wanted == 0).then_some(parts)
    }
}

fn one_of(shards: &[Shard], chance: u64) -> Option<Shard> {
    let count = u64::try_from(shards.len())
        .ok()
        .filter(|count| *count > 0)?;
    let index = usize::try_from(chance % count).ok()?;
    shards.get(index).copied()
}

/// `units` in `shards` portions that differ by one at most.
#[must_use]
pub fn portions(units: u32, shards: u16) -> Vec<u32> {
    let count = u32::from(shards.max(1));
    (0..count)
        .map(|index| units / count + u32::from(index < units % count))
        .collect()
}
