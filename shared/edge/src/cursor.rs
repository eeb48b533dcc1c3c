//! Signed cursors: where a list goes on, bound to the list and its filters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Code, Failure};
use crate::seal::Seal;

/// The cursors of one list.
pub struct Cursors<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) path: &'static str,
    pub(crate) binding: String,
}

impl Cursors<'_> {
    fn purpose(&self) -> String {
        format!("cursor {} {}", self.path, self.binding)
    }

    /// The position that a cursor stands for.
    ///
    /// # Errors
    /// 400 for a cursor that was not made here, for this list and these filters.
    pub fn open(&self, cursor: Option<&str>) -> Result<Option<String>, Failure> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        match self.seal.open(&self.purpose(), cursor) {
            Some(position) => Ok(Some(position)),
            None => Err(Failure::new(Code::InvalidRequest)
                .error("cursor: must be a nextCursor of this list with the same filters")),
        }
    }

    /// The cursor of a position.
    #[must_use]
    pub fn at(&self, position: &str) -> String {
        self.seal.seal(&self.purpose(), position)
    }
}

/// How many items a page has: 1 to 100, 20 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Limit(#[schemars(range(min = 1, max = 100))] u16);

impl Limit {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

/// The query of a list that has no filters.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Where to go on: `nextCursor` of the page before.
    #[schemars(length(min = 1, max = 1024))]
    pub cursor: Option<String>,
    /// How many items, 1 to 100.
    #[serde(default)]
    pub limit: Limit,
}
