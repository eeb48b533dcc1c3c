//! Pages of lists: by cursor, where each costs the same however long the list is, and by number, for
//! the first [`MOST_NUMBERED`] items.
//!
//! A list may be spread over several partitions; all share one order, that of their sort keys, each of
//! which is unique. So one sort key is a position in all of them at once.
//!
//! A page is bounded in bytes as well: a Lambda's answer is.

mod keyed;

use futures_util::future::try_join_all;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::db::{Db, Item, Range, read_number, read_text};
use crate::error::StoreError;
use crate::squeezed::LENGTH;
use crate::tables::Projection;

/// How far into a list numbered pages reach.
pub const MOST_NUMBERED: u16 = 1_000;
/// How many bytes of items a page holds. A quotation mark takes four bytes by the time that it is
/// escaped in JSON, and that JSON in Lambda's answer, which ends at 6 MB.
const MOST_BYTES: usize = 1_500_000;
/// How many items are read at once while pages are counted.
const STRIDE: u16 = 250;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bounds {
    /// Up to `limit` items behind a position, or from the start.
    After {
        /// The position.
        position: Option<String>,
        /// How many.
        limit: u16,
    },
    /// The page of this number, counted from 1.
    Numbered {
        /// Its number.
        page: u16,
        /// How many items a page has.
        size: u16,
    },
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where it stands in its list.
    pub place: Place,
}

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// By cursor.
    Before {
        /// The most items it may have.
        limit: u16,
        /// The position behind which the next page begins; none on the last.
        next: Option<String>,
    },
    /// By number.
    Among {
        /// Its number.
        page: u16,
        /// The most items it may have.
        size: u16,
        /// How many items the list has, up to [`MOST_NUMBERED`].
        total: u16,
        /// Whether there are more than that.
        more: bool,
    },
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            place: self.place,
        }
    }

    pub(crate) fn try_map<U>(
        self,
        change: impl FnMut(T) -> Result<U, StoreError>,
    ) -> Result<Page<U>, StoreError> {
        Ok(Page {
            items: self
                .items
                .into_iter()
                .map(change)
                .collect::<Result<_, _>>()?,
            place: self.place,
        })
    }
}

/// A position in a list, and the key of the item that stands there.
pub(crate) type Keyed = (String, (String, String));

/// One stretch of a list that is read at once.
struct Stretch {
    /// Each behind its sort key.
    items: Vec<(String, Item)>,
    next: Option<String>,
}

impl Db {
    /// A page of the list that these ranges make up. They differ in their partitions alone.
    pub(crate) async fn page(
        &self,
        ranges: &[Range<'_>],
        bounds: &Bounds,
    ) -> Result<Page<Item>, StoreError> {
        match bounds {
            Bounds::After { position, limit } => {
                let stretch = self.stretch(ranges, position.clone(), *limit).await?;
                let items = self.whole(ranges, stretch.items).await?;
                let held = most_that_fit(&items);
                let next = match items.get(held) {
                    Some(_) => items[..held].last().map(|(key, _)| key.clone()),
                    None => stretch.next,
                };
                let limit = *limit;
                let items = items.into_iter().take(held).map(|(_, item)| item);
                Ok(Page {
                    items: items.collect(),
                    place: Place::Before { limit, next },
                })
            }
            Bounds::Numbered { page, size } => self.numbered(ranges, *page, *size).await,
        }
    }

    async fn numbered(
        &self,
        ranges: &[Range<'_>],
        page: u16,
        size: u16,
    ) -> Result<Page<Item>, StoreError> {
        let most = usize::from(MOST_NUMBERED);
        let skipped = usize::from(page.saturating_sub(1)) * usize::from(size);
        let wanted = skipped..(skipped + usize::from(size)).min(most);
        let (mut items, mut count, mut position) = (Vec::new(), 0, None);
        loop {
            let stretch = self.stretch(ranges, position, STRIDE).await?;
            // What is not on the page is counted and let go: it may be large.
            for item in stretch.items {
                if wanted.contains(&count) {
                    items.push(item);
                }
                count += 1;
            }
            position = stretch.next;
            if position.is_none() || count > most {
                break;
            }
        }
        let items = self.whole(ranges, items).await?;
        if most_that_fit(&items) < items.len() {
            return Err(StoreError::TooLarge);
        }
        Ok(Page {
            items: items.into_iter().map(|(_, item)| item).collect(),
            place: Place::Among {
                page,
                size,
                total: u16::try_from(count.min(most)).unwrap_or(MOST_NUMBERED),
                more: count > most,
            },
        })
    }

    /// The items themselves, where the index holds keys alone. What is gone from the table by now is
    /// left out.
    async fn whole(
        &self,
        ranges: &[Range<'_>],
        items: Vec<(String, Item)>,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        let index = ranges.first().and_then(|range| range.index);
        if index.is_none_or(|index| index.projection == Projection::All) {
            return Ok(items);
        }
        let key = |item: &Item| {
            let (pk, sk) = (read_text(item, "pk")?, read_text(item, "sk")?);
            Some((pk.to_owned(), sk.to_owned()))
        };
        let keyed = items
            .iter()
            .filter_map(|(at, item)| Some((at.clone(), key(item)?)));
        self.fetched(keyed.collect()).await
    }

    /// The items under keys, each behind its position. What is gone by now is left out.
    async fn fetched(&self, keyed: Vec<Keyed>) -> Result<Vec<(String, Item)>, StoreError> {
        let key = |item: &Item| {
            let (pk, sk) = (read_text(item, "pk")?, read_text(item, "sk")?);
            Some((pk.to_owned(), sk.to_owned()))
        };
        let keys = keyed.iter().map(|(_, key)| key.clone());
        let mut found: HashMap<(String, String), Item> = self
            .get_many(keys, false)
            .await?
            .into_iter()
            .filter_map(|item| Some((key(&item)?, item)))
            .collect();
        Ok(keyed
            .into_iter()
            .filter_map(|(at, key)| Some((at, found.remove(&key)?)))
            .collect())
    }

    async fn stretch(
        &self,
        ranges: &[Range<'_>],
        after: Option<String>,
        limit: u16,
    ) -> Result<Stretch, StoreError> {
        let Some(first) = ranges.first() else {
            return Ok(Stretch {
                items: Vec::new(),
                next: None,
            });
        };
        let (newest_first, sk) = (
            first.newest_first,
            first.index.map_or("sk", |index| index.sk),
        );
        let found = try_join_all(ranges.iter().map(|range| {
            self.query(Range {
                after: after.clone(),
                // One more shows whether there is another page.
                limit: limit + 1,
                ..range.clone()
            })
        }))
        .await?;
        // Behind the first point that some partition was read to, its items would be missing.
        let reached = found.iter().filter_map(|one| one.reached.clone());
        let end = if newest_first {
            reached.max()
        } else {
            reached.min()
        };
        let mut items: Vec<(String, Item)> = found
            .into_iter()
            .flat_map(|one| one.items)
            .filter_map(|item| Some((read_text(&item, sk)?.to_owned(), item)))
            .filter(|(key, _)| match &end {
                Some(end) if newest_first => key >= end,
                Some(end) => key <= end,
                None => true,
            })
            .collect();
        items.sort_by(|(one, _), (other, _)| {
            let order = one.cmp(other);
            if newest_first { order.reverse() } else { order }
        });
        let cut = items.len() > usize::from(limit);
        items.truncate(limit.into());
        let next = if cut {
            items.last().map(|(key, _)| key.clone())
        } else {
            end
        };
        Ok(Stretch { items, next })
    }
}

/// How many of these items, from the first, a page holds: one at least, if there is one.
fn most_that_fit(items: &[(String, Item)]) -> usize {
    let mut bytes = 0;
    let fitting = items.iter().take_while(|(_, item)| {
        bytes += item_bytes(item);
        bytes <= MOST_BYTES
    });
    fitting.count().max(items.len().min(1))
}

/// About as many bytes as it takes when it is read: what is squeezed in it takes its whole length.
pub(crate) fn item_bytes(item: &Item) -> usize {
    let squeezed: usize = read_number(item, LENGTH).unwrap_or(0);
    item.iter().fold(squeezed, |sum, (name, value)| {
        sum + name.len() + value_bytes(value)
    })
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::L(items) => items.iter().map(|item| 1 + value_bytes(item)).sum(),
        AttributeValue::M(fields) => fields.len() + item_bytes(fields),
        _ => 1,
    }
}
