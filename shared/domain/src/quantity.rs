//! How many of something are wanted.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::rule::Broken;

/// How many units of one SKU are wanted: 1 to 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u32")]
pub struct Quantity(u32);

impl Quantity {
    /// The least there is: one unit.
    pub const MIN: Self = Self(1);
    /// The most that one line may hold.
    pub const MAX: Self = Self(999);

    /// The number of units.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Both together, unless that is more than [`Quantity::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, Broken> {
        Self::try_from(self.0 + other.0)
    }
}

impl TryFrom<u32> for Quantity {
    type Error = Broken;

    fn try_from(units: u32) -> Result<Self, Broken> {
        if (Self::MIN.0..=Self::MAX.0).contains(&units) {
            Ok(Self(units))
        } else {
            Err(Broken("must be 1 to 999"))
        }
    }
}

impl TryFrom<i64> for Quantity {
    type Error = Broken;

    fn try_from(units: i64) -> Result<Self, Broken> {
        // What does not fit is out of range on either side; zero is refused just the same.
        Self::try_from(u32::try_from(units).unwrap_or(0))
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "format": "int32",
            "minimum": 1,
            "maximum": 999,
            "description": "How many units of one SKU: 1 to 999.",
        })
    }
}
