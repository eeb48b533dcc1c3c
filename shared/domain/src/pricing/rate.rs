//! Shares of a whole, and the one rounding rule.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::money::{Money, MoneyError};
use crate::rule::Broken;

/// A share in parts per million: 190,000 is 19 %, and 88,750 is 8.875 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u32")]
pub struct Rate(u32);

const WHOLE_PPM: u32 = 1_000_000;

impl Rate {
    /// All of it.
    pub const WHOLE: Self = Self(WHOLE_PPM);

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// This share of an amount, rounded half away from zero.
    pub fn of(self, amount: Money) -> Result<Money, MoneyError> {
        share(amount, self.0.into(), WHOLE_PPM.into())
    }
}

/// What several rates together come to on top of an amount that does not contain them.
pub(super) fn on_top(rates_ppm: u64, amount: Money) -> Result<Money, MoneyError> {
    share(amount, rates_ppm, WHOLE_PPM.into())
}

/// What of an amount several rates together have added to it.
pub(super) fn contained(rates_ppm: u64, amount: Money) -> Result<Money, MoneyError> {
    share(amount, rates_ppm, u64::from(WHOLE_PPM) + rates_ppm)
}

/// `amount * numerator / denominator`, rounded half away from zero.
fn share(amount: Money, numerator: u64, denominator: u64) -> Result<Money, MoneyError> {
    let exact = u128::from(amount.amount().unsigned_abs()) * u128::from(numerator);
    let denominator = u128::from(denominator.max(1));
    let rounded = (exact * 2 + denominator) / (denominator * 2);
    let rounded = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
    Money::new(amount.amount().signum() * rounded, amount.currency())
}

impl TryFrom<u32> for Rate {
    type Error = Broken;

    fn try_from(ppm: u32) -> Result<Self, Broken> {
        if ppm <= WHOLE_PPM {
            Ok(Self(ppm))
        } else {
            Err(Broken("must be 0 to 1000000 parts per million"))
        }
    }
}

impl TryFrom<i64> for Rate {
    type Error = Broken;

    fn try_from(ppm: i64) -> Result<Self, Broken> {
        // What does not fit is out of range on either side.
        Self::try_from(u32::try_from(ppm).unwrap_or(u32::MAX))
    }
}

impl From<Rate> for u32 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

/// As percent, without trailing zeros: `19%`, `8.875%`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        let decimals = format!("{rest:04}");
        write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
    }
}

impl JsonSchema for Rate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": WHOLE_PPM,
            "description": "A share in parts per million: 190000 is 19 %.",
        })
    }
}
