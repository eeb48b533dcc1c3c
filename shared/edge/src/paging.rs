//! Paging: by cursor, signed and bound to its list and filters, or by number, for the first items.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::page::{Bounds, MOST_NUMBERED, Page, Place};

use crate::problem::{Code, Failure};
use crate::reply::Reply;
use crate::seal::Seal;

/// What a cursor looks like.
pub const CURSOR: &str = "BVJ0qXlB3uJm4wC8yq0bZr7kM2tq5n1d";

/// How many items a page has: 1 to 100, 20 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct PageSize(#[schemars(range(min = 1, max = 100))] u16);

/// The number of a page, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct PageNumber(#[schemars(range(min = 1, max = 1000))] u16);

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}

/// Which page of a list is asked for: part of the query of every list.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Paging {
    /// Where to go on: `nextCursor` of the page before. Not together with `page`.
    #[schemars(length(min = 1, max = 1024), regex(pattern = r"^[A-Za-z0-9_-]+$"), example = CURSOR)]
    cursor: Option<String>,
    /// How many items a page has, 1 to 100; 20 unless told. Not together with `page`.
    limit: Option<PageSize>,
    /// The number of a page, counted from 1. Numbered pages reach the first 1,000 items.
    page: Option<PageNumber>,
    /// How many items a numbered page has, 1 to 100; 20 unless told.
    page_size: Option<PageSize>,
}

/// The query of a list that has no filters.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct PageQuery {
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// One list, as far as its cursors are concerned.
pub struct List<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) path: &'static str,
    pub(crate) binding: String,
}

impl List<'_> {
    fn purpose(&self) -> String {
        format!("cursor {} {}", self.path, self.binding)
    }

    /// What to ask the store for.
    ///
    /// # Errors
    /// 400 for a cursor that was not made here, for this list and these filters; for both ways of
    /// paging at once; and for a page beyond the first 1,000 items.
    pub fn bounds(&self, paging: &Paging) -> Result<Bounds, Failure> {
        let Paging {
            cursor,
            limit,
            page,
            page_size,
        } = paging;
        let invalid = |line: &str| Err(Failure::new(Code::InvalidRequest).error(line));
        if page.is_none() && page_size.is_none() {
            let position = match cursor {
                None => None,
                Some(cursor) => match self.seal.open(&self.purpose(), cursor) {
                    Some(position) => Some(position),
                    None => {
                        return invalid(
                            "cursor: must be a nextCursor of this list with the same filters",
                        );
                    }
                },
            };
            let PageSize(limit) = limit.unwrap_or_default();
            return Ok(Bounds::After { position, limit });
        }
        if cursor.is_some() || limit.is_some() {
            return invalid("page: cannot stand together with cursor or limit");
        }
        let PageNumber(page) = page.unwrap_or_default();
        let PageSize(size) = page_size.unwrap_or_default();
        let skipped = u32::from(page.saturating_sub(1)) * u32::from(size);
        if skipped >= u32::from(MOST_NUMBERED) {
            return invalid(
                "page: numbered pages end at the first 1000 items; go on with cursor and limit",
            );
        }
        Ok(Bounds::Numbered { page, size })
    }

    /// The page as a reply, with what leads to the next.
    pub fn reply<T, V: From<T>>(&self, page: Page<T>) -> Reply<Vec<V>> {
        let Page { items, place } = page;
        let place = match place {
            Place::Before { limit, next } => Place::Before {
                limit,
                next: next.map(|position| self.seal.seal(&self.purpose(), &position)),
            },
            numbered @ Place::Among { .. } => numbered,
        };
        Reply::of(items.into_iter().map(V::from).collect()).place(place)
    }
}
