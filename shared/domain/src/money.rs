//! Amounts of money: whole minor units of one currency, never a float, never mixed.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::currency::Currency;

/// An amount of a currency in its minor units (cents, where it has them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Money {
    amount: i64,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    amount: i64,
    currency: Currency,
}

/// Why a sum of money cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// The amount would lie beyond [`Money::MAX_AMOUNT`] on either side.
    Overflow,
    /// Two currencies would meet in one sum.
    CurrencyMismatch {
        /// The currency of the amount that was there first.
        expected: Currency,
        /// The currency of what was to join it.
        actual: Currency,
    },
    /// An amount was to be split among nobody.
    NoWeights,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow => f.write_str("the amount is too large"),
            Self::CurrencyMismatch { expected, actual } => {
                write!(f, "an amount in {actual} cannot join one in {expected}")
            }
            Self::NoWeights => f.write_str("there is nothing to split the amount by"),
        }
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// The largest amount on either side of zero: the largest integer that JSON readers, most of
    /// which hold numbers as doubles, keep exact.
    pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;

    /// `amount` minor units of `currency`.
    pub fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (-Self::MAX_AMOUNT..=Self::MAX_AMOUNT).contains(&amount) {
            Ok(Self { amount, currency })
        } else {
            Err(MoneyError::Overflow)
        }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self {
            amount: 0,
            currency,
        }
    }

    /// How many minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// Of which currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Less than nothing.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.amount < 0
    }

    /// Exactly nothing.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.amount == 0
    }

    /// Both together.
    pub fn add(&self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        // Neither operand is near the ends of i64, so that plain arithmetic cannot overflow.
        Self::new(self.amount + other.amount, self.currency)
    }

    /// What is left without `other`.
    pub fn sub(&self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.amount - other.amount, self.currency)
    }

    /// This many times the amount.
    pub fn times(&self, factor: impl Into<u32>) -> Result<Self, MoneyError> {
        let amount = self
            .amount
            .checked_mul(i64::from(factor.into()))
            .ok_or(MoneyError::Overflow)?;
        Self::new(amount, self.currency)
    }

    /// All together; nothing where there are none.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), |sum, amount| sum.add(amount))
    }

    /// Splits the amount in proportion to `weights`, to the last minor unit.
    ///
    /// Largest remainder: each part gets its share rounded towards zero, then what is left goes
    /// out one unit each by descending remainder, the lowest index first among equals. The parts
    /// sum to the amount exactly, and none is off its exact share by a whole unit.
    pub fn split(&self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        if total == 0 {
            if self.is_zero() && !weights.is_empty() {
                return Ok(vec![*self; weights.len()]);
            }
            return Err(MoneyError::NoWeights);
        }
        let whole = u128::from(self.amount.unsigned_abs());
        let shares: Vec<(u128, u128)> = weights
            .iter()
            .map(|weight| {
                let exact = whole * u128::from(*weight);
                (exact / total, exact % total)
            })
            .collect();
        let handed_out: u128 = shares.iter().map(|(share, _)| share).sum();
        let left = usize::try_from(whole - handed_out).map_err(|_| MoneyError::Overflow)?;

        let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
        // The sort is stable, so that ties stay in order of index.
        by_remainder.sort_by_key(|index| {
            std::cmp::Reverse(shares.get(*index).map(|(_, remainder)| *remainder))
        });
        let mut parts: Vec<u128> = shares.iter().map(|(share, _)| *share).collect();
        for index in by_remainder.into_iter().take(left) {
            if let Some(part) = parts.get_mut(index) {
                *part += 1;
            }
        }
        let sign = self.amount.signum();
        parts
            .into_iter()
            .map(|part| {
                let part = i64::try_from(part).map_err(|_| MoneyError::Overflow)?;
                Self::new(sign * part, self.currency)
            })
            .collect()
    }

    fn same_currency(&self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch {
            expected: self.currency,
            actual: other.currency,
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let exponent = usize::from(self.currency.exponent());
        let digits = self.amount.unsigned_abs().to_string();
        if exponent == 0 {
            return write!(f, "{sign}{digits} {}", self.currency);
        }
        let padded = format!("{digits:0>width$}", width = exponent + 1);
        let (major, minor) = padded.split_at(padded.len() - exponent);
        write!(f, "{sign}{major}.{minor} {}", self.currency)
    }
}

impl From<Money> for Wire {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency,
        }
    }
}

impl TryFrom<Wire> for Money {
    type Error = MoneyError;

    fn try_from(wire: Wire) -> Result<Self, MoneyError> {
        Self::new(wire.amount, wire.currency)
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "An amount of a currency in its minor units: 1999 EUR is 19.99 euros.",
            "properties": {
                "amount": {
                    "type": "integer",
                    "format": "int64",
                    "description": "How many minor units.",
                    "minimum": -Self::MAX_AMOUNT,
                    "maximum": Self::MAX_AMOUNT,
                },
                "currency": generator.subschema_for::<Currency>(),
            },
            "required": ["amount", "currency"],
            "additionalProperties": false,
        })
    }
}

/// What a price looks like on the wire: money that is not negative.
pub struct Price;

impl JsonSchema for Price {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Money::json_schema(generator);
        schema.insert(
            "description".to_owned(),
            "What something costs, in minor units of a currency.".into(),
        );
        if let Some(amount) = schema.pointer_mut("/properties/amount/minimum") {
            *amount = 0.into();
        }
        schema
    }
}
