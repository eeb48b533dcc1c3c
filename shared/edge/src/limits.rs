//! Rate limits: so many requests a minute for each caller, in fixed windows of the clock's minutes.
//!
//! An instance counts by itself and reports every `batch` requests with one write that returns the
//! total of all instances. What it knows is never more than what was really asked, so that nobody is
//! refused below the limit; what it does not know is at most `batch - 1` requests of each instance, so
//! that at most `limit + instances x (batch - 1)` are let through. Reads by nobody in particular are
//! counted in each instance alone and write nothing.
//!
//! A report that may have come through is never made again: the requests in it stay in the count of
//! this instance, and are lost to the others if it did not.
//!
//! The headers are those of the IETF draft <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>
//! and the older `X-RateLimit-` family.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use domain::clock::Timestamp;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use ring::digest::{SHA256, digest};
use store::StoreError;
use store::env::{Env, Var};
use store::need::StartError;
use store::quota::{Count, NotAdded, Quota};

use crate::problem::{Code, Failure};
use crate::route::RateClass;

/// How many requests a minute callers have.
pub const RATE_LIMITS: Var = Var::new(
    "RATE_LIMITS",
    "requests a minute for each caller and how many of them an instance reports at once, as \
     default=100/10,strict=10/1, or off",
);

/// How long a count may keep a request waiting.
const PATIENCE: Duration = Duration::from_millis(500);
/// The length of a window.
const WINDOW_S: i64 = 60;
/// How many callers an instance keeps count of before it forgets those of past windows.
const MANY_CALLERS: usize = 1_024;
/// How many it keeps count of at all. Forgetting loses at most what was not yet reported.
const MOST_CALLERS: usize = 16_384;

/// The limits of both classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// For [`RateClass::Default`].
    pub default: Allowance,
    /// For [`RateClass::Strict`].
    pub strict: Allowance,
}

/// The limit of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many requests a minute.
    pub limit: u32,
    /// How many of them an instance reports at once.
    pub batch: u32,
}

impl Settings {
    /// Reads what [`RATE_LIMITS`] says: nothing for `off`.
    ///
    /// # Errors
    /// [`StartError::Unusable`].
    pub fn read(text: &str) -> Result<Option<Self>, StartError> {
        if text == "off" {
            return Ok(None);
        }
        let unusable = || StartError::Unusable(RATE_LIMITS, RATE_LIMITS.holds.to_owned());
        let (default, strict) = text.split_once(',').ok_or_else(unusable)?;
        let allowance = |text: &str, class: RateClass| {
            let (limit, batch) = text
                .trim()
                .strip_prefix(class.name())?
                .strip_prefix('=')?
                .split_once('/')?;
            let (limit, batch) = (limit.parse().ok()?, batch.parse().ok()?);
            (limit >= 1 && (1..=limit).contains(&batch)).then_some(Allowance { limit, batch })
        };
        let settings = allowance(default, RateClass::Default)
            .zip(allowance(strict, RateClass::Strict))
            .map(|(default, strict)| Self { default, strict });
        settings.map(Some).ok_or_else(unusable)
    }

    const fn of(&self, class: RateClass) -> Allowance {
        match class {
            RateClass::Default => self.default,
            RateClass::Strict => self.strict,
        }
    }
}

/// Counts the requests of one route's instance.
pub(crate) struct Limits {
    class: RateClass,
    allowance: Option<Allowance>,
    quota: Option<Quota>,
    callers: std::sync::Mutex<HashMap<String, Arc<tokio::sync::Mutex<Tally>>>>,
}

/// What an instance knows of one caller's requests in a window.
#[derive(Debug, Default)]
struct Tally {
    minute: i64,
    /// What all instances had been asked at least when this one last reported.
    known: u32,
    /// Those of this instance since then.
    unreported: u32,
}

/// Where a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    class: RateClass,
    limit: u32,
    /// What is left, where the request was counted.
    remaining: Option<u32>,
    refused: bool,
    minute: i64,
    now_s: i64,
}

impl Limits {
    /// `quota` is where counts of several instances meet; without one, each counts for itself.
    pub(crate) fn new(
        class: RateClass,
        env: &Env,
        quota: Option<Quota>,
    ) -> Result<Self, StartError> {
        let settings = Settings::read(env.get(RATE_LIMITS)?)?;
        Ok(Self {
            class,
            allowance: settings.map(|settings| settings.of(class)),
            quota,
            callers: std::sync::Mutex::default(),
        })
    }

    /// What is known of a request that is not counted, or not yet.
    pub(crate) fn uncounted(&self, now: Timestamp) -> Option<Standing> {
        let Allowance { limit, .. } = self.allowance?;
        let now_s = now.as_seconds();
        Some(Standing {
            class: self.class,
            limit,
            remaining: None,
            refused: false,
            minute: now_s.div_euclid(WINDOW_S),
            now_s,
        })
    }

    /// Counts one more request of `caller`; says nothing where there are no limits. `shared` is
    /// whether other instances are to know of it.
    ///
    /// # Errors
    /// 503 if a strict count is not to be had.
    pub(crate) async fn count(
        &self,
        caller: &str,
        shared: bool,
        now: Timestamp,
    ) -> Result<Option<Standing>, Failure> {
        let Some(Allowance { limit, batch }) = self.allowance else {
            return Ok(None);
        };
        let now_s = now.as_seconds();
        let minute = now_s.div_euclid(WINDOW_S);
        let tally = self.tally(caller, minute);
        // One report at a time, so that no request of this instance is in two counts at once.
        let mut tally = tally.lock().await;
        if tally.minute != minute {
            *tally = Tally {
                minute,
                ..Tally::default()
            };
        }
        if tally.known.saturating_add(tally.unreported) < limit {
            tally.unreported += 1;
            if let Some(quota) = self.quota.as_ref().filter(|_| shared)
                && tally.unreported.is_multiple_of(batch)
            {
                self.report(quota, caller, &mut tally).await?;
            }
        } else {
            // One beyond the limit stands for all that are refused.
            tally.known = limit.saturating_add(1);
            tally.unreported = 0;
        }
        let asked = tally.known.saturating_add(tally.unreported);
        Ok(Some(Standing {
            class: self.class,
            limit,
            remaining: Some(limit.saturating_sub(asked)),
            refused: asked > limit,
            minute,
            now_s,
        }))
    }

    async fn report(&self, quota: &Quota, caller: &str, tally: &mut Tally) -> Result<(), Failure> {
        let count = Count {
            class: self.class.name(),
            caller,
            minute: tally.minute,
        };
        // Taken as reported until it is known that they are not: a request that is given up while it
        // waits must not leave behind what would be reported once more.
        let more = std::mem::take(&mut tally.unreported);
        tally.known = tally.known.saturating_add(more);
        let (error, refused) = match total(quota, &count, more).await {
            Ok(total) => {
                // What was lost to the others is still known here.
                tally.known = tally.known.max(total);
                return Ok(());
            }
            Err(NotAdded::Surely(error)) => (error, true),
            Err(NotAdded::Perhaps(error)) => (error, false),
        };
        if refused {
            // These go with the next batch.
            tally.known = tally.known.saturating_sub(more);
            tally.unreported = more;
        }
        match self.class {
            RateClass::Default => {
                tracing::warn!(error = ?error, "requests are not counted");
                Ok(())
            }
            RateClass::Strict => Err(error.into()),
        }
    }

    fn tally(&self, caller: &str, minute: i64) -> Arc<tokio::sync::Mutex<Tally>> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MANY_CALLERS && !callers.contains_key(caller) {
            callers.retain(|_, tally| {
                tally
                    .try_lock()
                    .map_or(true, |tally| tally.minute == minute)
            });
            if callers.len() >= MOST_CALLERS {
                callers.clear();
            }
        }
        let tally = callers.entry(caller.to_owned()).or_default();
        Arc::clone(tally)
    }
}

/// Adds to a count, once, and returns the total. Where a reply is lost, as happens to the first call
/// over a connection that went stale while the instance slept, the total is asked for by adding
/// nothing.
async fn total(quota: &Quota, count: &Count<'_>, more: u32) -> Result<u32, NotAdded> {
    let added = async {
        match quota.add(count, more).await {
            Err(NotAdded::Perhaps(error)) => {
                tracing::warn!(error = ?error, "a report may be lost");
                // Refused or not, this leaves the first one in doubt.
                let asked = quota.add(count, 0).await;
                asked.map_err(NotAdded::in_doubt)
            }
            added => added,
        }
    };
    let late = |late: tokio::time::error::Elapsed| StoreError::Unavailable(late.into());
    tokio::time::timeout(PATIENCE, added)
        .await
        .unwrap_or_else(|elapsed| Err(NotAdded::Perhaps(late(elapsed))))
}

impl Standing {
    /// The failure of a request beyond the limit.
    ///
    /// # Errors
    /// 429.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        if !self.refused {
            return Ok(());
        }
        let wait = u32::try_from(self.resets_in_s()).unwrap_or(1);
        Err(Failure::new(Code::RateLimited).retry_after_s(wait))
    }

    const fn resets_in_s(&self) -> i64 {
        (self.minute + 1) * WINDOW_S - self.now_s
    }

    /// Adds the headers that tell where the caller stands.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let Self {
            class,
            limit,
            remaining,
            minute,
            ..
        } = *self;
        let name = class.name();
        let policy = format!("\"{name}\";q={limit};w={WINDOW_S}");
        let state = |left| format!("\"{name}\";r={left};t={}", self.resets_in_s());
        for (header, value) in [
            ("x-ratelimit-limit", Some(limit.to_string())),
            (
                "x-ratelimit-remaining",
                remaining.map(|left| left.to_string()),
            ),
            (
                "x-ratelimit-reset",
                Some(((minute + 1) * WINDOW_S).to_string()),
            ),
            ("ratelimit-policy", Some(policy)),
            ("ratelimit", remaining.map(state)),
        ] {
            let Some(value) = value else { continue };
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

/// A caller that is known by nothing but an address. Of a version 6 address the network counts, for
/// a client has all of it; and what is kept is a digest, for an address tells of a person.
pub(crate) fn by_address(address: &str) -> String {
    let counted = match address.parse() {
        Ok(std::net::IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let network = &address.segments()[..4];
            format!("{network:x?}")
        }
        _ => address.to_owned(),
    };
    let digest = digest(&SHA256, counted.as_bytes());
    format!("address/{}", HEXLOWER.encode(&digest.as_ref()[..16]))
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Settings, by_address};

    #[test]
    fn limits_are_read_whole_or_not_at_all() {
        let usual = Settings::read("default=100/10,strict=10/1");
        let (default, strict) = (
            Allowance {
                limit: 100,
                batch: 10,
            },
            Allowance {
                limit: 10,
                batch: 1,
            },
        );
        assert_eq!(usual.ok().flatten(), Some(Settings { default, strict }));
        assert!(matches!(Settings::read("off"), Ok(None)));
        for odd in [
            "",
            "on",
            "default=100/10",
            "default=0/1,strict=1/1",
            "default=5/6,strict=1/1",
        ] {
            assert!(Settings::read(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_client_cannot_hide_within_its_own_network() {
        let same = by_address("2001:db8:1:2:3::4");
        assert_eq!(same, by_address("2001:db8:1:2:ffff::1"));
        assert_ne!(same, by_address("2001:db8:1:3::4"));
        assert_ne!(by_address("192.0.2.1"), by_address("192.0.2.2"));
        assert_ne!(
            by_address("::ffff:192.0.2.1"),
            by_address("::ffff:192.0.2.2")
        );
    }
}
