//! How often a password may be tried.
//!
//! An address that the account has been signed in from before is known, and has a budget of its own:
//! strangers can use up theirs without keeping the owner out. All foreign addresses share one budget,
//! of which none can take more than half. Accounts that do not exist are treated the same, or else the
//! refusals would tell which do.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::clock::Timestamp;

/// The time in which tries are counted: any stretch of this length.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The most tries in a window, from all foreign addresses together or from one that is known.
pub const MOST: usize = 10;
/// The most of them from any one foreign address.
pub const MOST_FROM_ONE: usize = 5;
/// How many failures from one address are free of a pause.
const FREE: usize = 3;
/// The pause after those; it doubles with every failure more.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The most addresses that an account knows. The one that was used least recently is forgotten.
pub const MOST_KNOWN: usize = 10;

/// A password that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// A digest of the network it came from.
    pub from: String,
    /// Whether the password was wrong; until then it is being looked at.
    pub failed: bool,
}

/// Tries of one account that share a budget.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// Those of the last window, the oldest first.
    pub tries: Vec<Try>,
    /// When the budget of foreign addresses was last reported as used up.
    pub reported_at: Option<Timestamp>,
    /// Counts the changes; 0 for what was never kept.
    pub version: u64,
}

/// Whose budget a try is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// That of all addresses the account was never signed in from.
    Foreign,
    /// That of one address the account was signed in from.
    Known,
}

/// A try that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The tries with this one among them.
    pub attempts: Attempts,
    /// It was the last one for now, and this was not reported yet in this window.
    pub to_report: bool,
}

/// A try that may not be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// From when on it may be, as far as one can tell now.
    pub until: Timestamp,
}

impl Attempts {
    /// Takes one try from `from` out of the budget, before the password is looked at.
    ///
    /// # Errors
    /// [`TooMany`] if there is none left, or if it comes too soon after the last failures.
    pub fn reserve(&self, budget: Budget, from: &str, now: Timestamp) -> Result<Reserved, TooMany> {
        let mut tries = self.tries.clone();
        tries.retain(|one| now < one.at.plus(WINDOW));
        let own: Vec<Timestamp> = tries
            .iter()
            .filter(|one| one.from == from)
            .map(|one| one.at)
            .collect();
        let all: Vec<Timestamp> = tries.iter().map(|one| one.at).collect();
        let most_of_own = match budget {
            Budget::Foreign => MOST_FROM_ONE,
            Budget::Known => MOST,
        };
        let failures: Vec<Timestamp> = tries
            .iter()
            .filter(|one| one.from == from && one.failed)
            .map(|one| one.at)
            .collect();
        let until = [
            freed(&all, MOST),
            freed(&own, most_of_own),
            rested(&failures),
        ]
        .into_iter()
        .flatten()
        .max();
        if let Some(until) = until.filter(|until| now < *until) {
            return Err(TooMany { until });
        }
        tries.push(Try {
            at: now,
            from: from.to_owned(),
            failed: false,
        });
        let to_report = budget == Budget::Foreign
            && tries.len() >= MOST
            && self
                .reported_at
                .is_none_or(|reported_at| now >= reported_at.plus(WINDOW));
        Ok(Reserved {
            attempts: Self {
                tries,
                reported_at: if to_report {
                    Some(now)
                } else {
                    self.reported_at
                },
                version: self.version + 1,
            },
            to_report,
        })
    }

    /// The tries once the one that `from` made at `at` has failed.
    #[must_use]
    pub fn failed(&self, from: &str, at: Timestamp) -> Self {
        let mut tries = self.tries.clone();
        let pending = tries
            .iter_mut()
            .find(|one| one.from == from && one.at == at && !one.failed);
        if let Some(pending) = pending {
            pending.failed = true;
        }
        Self {
            tries,
            reported_at: self.reported_at,
            version: self.version + 1,
        }
    }

    /// The tries without those from `from`, where the password has just been right.
    #[must_use]
    pub fn cleared(&self, from: &str) -> Self {
        let mut tries = self.tries.clone();
        tries.retain(|one| one.from != from);
        Self {
            tries,
            reported_at: self.reported_at,
            version: self.version + 1,
        }
    }

    /// When nothing of this matters any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        let last = self.tries.iter().map(|one| one.at).chain(self.reported_at);
        last.max().unwrap_or(Timestamp::EPOCH).plus(WINDOW)
    }
}

/// When there will be fewer than `most` of these in a window; nothing if there are now.
fn freed(tries: &[Timestamp], most: usize) -> Option<Timestamp> {
    let surplus = tries.len().checked_sub(most)?;
    tries.get(surplus).map(|at| at.plus(WINDOW))
}

/// When the pause after these failures is over; nothing if they need none.
fn rested(failures: &[Timestamp]) -> Option<Timestamp> {
    let over = failures.len().checked_sub(FREE)?;
    let doublings = u32::try_from(over).unwrap_or(u32::MAX).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings);
    failures.iter().max().map(|last| last.plus(pause))
}

/// The addresses an account knows, once one of them was signed in from: it comes first.
#[must_use]
pub fn met(known: &[String], from: &str) -> Vec<String> {
    std::iter::once(from.to_owned())
        .chain(known.iter().filter(|one| *one != from).cloned())
        .take(MOST_KNOWN)
        .collect()
}

/// The network that an address stands for. Whoever has one IPv6 address has the 2^64 around it, so
/// that those count as one.
#[must_use]
pub fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}
