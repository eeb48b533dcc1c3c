//! Time and chance, as the rules see them: a moment in milliseconds, and where moments and random
//! bytes come from.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::rule::Broken;
use crate::value::parsed_text;

/// A moment in UTC, exact to the millisecond, between the years 1 and 9999.
///
/// As text it is RFC 3339 with exactly three decimals and `Z`: `2026-11-20T08:30:00.000Z`, so that
/// texts sort like moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

/// Milliseconds at 0001-01-01T00:00:00.000Z.
const MIN_MILLIS: i64 = -62_135_596_800_000;
/// Milliseconds at 9999-12-30T00:00:00.000Z: the last full day that the date library can print.
const MAX_MILLIS: i64 = 253_402_128_000_000;

impl Timestamp {
    /// The schema's `format` keyword for this type.
    pub const FORMAT: &'static str = "date-time";
    /// 1970-01-01T00:00:00.000Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The moment `millis` milliseconds after the epoch, if it lies between the years 1 and 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        if !(MIN_MILLIS..=MAX_MILLIS).contains(&millis) {
            return None;
        }
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub fn as_seconds(self) -> i64 {
        self.as_millis().div_euclid(1_000)
    }

    /// The moment `duration` later; the last moment there is when that lies beyond it.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::saturating(self.as_millis().saturating_add(millis(duration)))
    }

    /// The moment `duration` earlier; the first moment there is when that lies before it.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::saturating(self.as_millis().saturating_sub(millis(duration)))
    }

    /// How long after `earlier` this is; nothing when it is not after it at all.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.as_millis().saturating_sub(earlier.as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        const RULE: Broken = Broken("must be an RFC 3339 date and time");
        if !is_rfc_3339(text) {
            return Err(RULE);
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| RULE)?;
        // Rounding down keeps the order of moments also before 1970.
        let millis = moment.as_nanosecond().div_euclid(1_000_000);
        i64::try_from(millis)
            .ok()
            .and_then(Self::from_millis)
            .ok_or(RULE)
    }

    fn saturating(millis: i64) -> Self {
        Self::from_millis(millis.clamp(MIN_MILLIS, MAX_MILLIS)).unwrap_or(Self::EPOCH)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The date library reads more than RFC 3339 allows (no seconds, a space, a zone in brackets).
fn is_rfc_3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let Some((head, tail)) = bytes.split_at_checked(19) else {
        return false;
    };
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let head_fits = head.iter().zip(shape).all(|(have, want)| match want {
        b'd' => have.is_ascii_digit(),
        b'T' => matches!(have, b'T' | b't'),
        other => have == other,
    });
    let zone_at = tail
        .iter()
        .position(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'))
        .unwrap_or(tail.len());
    let (fraction, zone) = tail.split_at(zone_at);
    let fraction_fits = match fraction {
        [] => true,
        [b'.', decimals @ ..] => decimals.len() <= 9 && digits(decimals),
        _ => false,
    };
    let zone_fits = match zone {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => digits(&[*h1, *h2, *m1, *m2]),
        _ => false,
    };
    head_fits && fraction_fits && zone_fits
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        Self::parse(&text)
    }
}

parsed_text!(
    Timestamp,
    "date-time",
    20,
    35,
    // Which days a month has is for the format to say.
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    "A moment in RFC 3339. The shop answers with three decimals and `Z`."
);

/// Where the present moment comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}
