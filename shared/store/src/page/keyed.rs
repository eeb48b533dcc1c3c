//! Pages of lists that are no range of an index: those whose order is known beforehand, and those that
//! are sifted from entries which point to their items.

use crate::db::{Db, Item, Range};
use crate::error::StoreError;

use super::{Bounds, Keyed, MOST_NUMBERED, Page, Place, STRIDE, most_that_fit};

/// How many entries are looked at for one page. They are small: about 16 of them make a read unit.
const MOST_SIFTED: usize = 2_000;
/// How many entries are read at once for a short page: few turn out to be others'.
const LEAST_STRIDE: u16 = 50;

impl Db {
    /// A page of items of which all positions are known, in their order.
    pub(crate) async fn page_of(
        &self,
        list: Vec<Keyed>,
        bounds: &Bounds,
    ) -> Result<Page<Item>, StoreError> {
        match bounds {
            Bounds::After { position, limit } => {
                let behind = list
                    .into_iter()
                    .skip_while(|(at, _)| position.as_ref().is_some_and(|position| at <= position));
                self.front(behind.collect(), *limit, None).await
            }
            Bounds::Numbered { page, size } => self.numbered_of(list, *page, *size, false).await,
        }
    }

    /// A page of the items that the entries in these ranges point to, as far as `kept` says where to.
    ///
    /// Where it keeps few of many, a page has fewer items than it may, or none, and the next goes on
    /// behind the last entry that was looked at; counting ends there too.
    pub(crate) async fn sifted(
        &self,
        ranges: &[Range<'_>],
        bounds: &Bounds,
        kept: impl Fn(Item) -> Result<Option<(String, String)>, StoreError> + Send + Sync,
    ) -> Result<Page<Item>, StoreError> {
        let (mut position, most, stride) = match bounds {
            Bounds::After { position, limit } => {
                let (limit, stride) = (usize::from(*limit), (*limit + 1).max(LEAST_STRIDE));
                (position.clone(), limit, stride)
            }
            Bounds::Numbered { .. } => (None, usize::from(MOST_NUMBERED), STRIDE),
        };
        let (mut list, mut seen) = (Vec::new(), 0);
        loop {
            let stretch = self.stretch(ranges, position, stride).await?;
            seen += stretch.items.len();
            for (at, item) in stretch.items {
                list.extend(kept(item)?.map(|key| (at, key)));
            }
            position = stretch.next;
            if position.is_none() || list.len() > most || seen >= MOST_SIFTED {
                break;
            }
        }
        match bounds {
            Bounds::After { limit, .. } => self.front(list, *limit, position).await,
            Bounds::Numbered { page, size } => {
                self.numbered_of(list, *page, *size, position.is_some())
                    .await
            }
        }
    }

    /// The first items of a list, which may go on behind a position.
    async fn front(
        &self,
        mut list: Vec<Keyed>,
        limit: u16,
        rest: Option<String>,
    ) -> Result<Page<Item>, StoreError> {
        let most = usize::from(limit);
        let rest = match list.get(most) {
            Some(_) => list[..most].last().map(|(at, _)| at.clone()),
            None => rest,
        };
        list.truncate(most);
        let items = self.fetched(list).await?;
        let held = most_that_fit(&items);
        let next = match items.get(held) {
            Some(_) => items[..held].last().map(|(at, _)| at.clone()),
            None => rest,
        };
        Ok(Page {
            items: items.into_iter().take(held).map(|(_, item)| item).collect(),
            place: Place::Before { limit, next },
        })
    }

    /// A numbered page of a list, behind which there may be more.
    async fn numbered_of(
        &self,
        mut list: Vec<Keyed>,
        page: u16,
        size: u16,
        more: bool,
    ) -> Result<Page<Item>, StoreError> {
        let most = usize::from(MOST_NUMBERED);
        let more = more || list.len() > most;
        list.truncate(most);
        let total = u16::try_from(list.len()).unwrap_or(MOST_NUMBERED);
        let skipped = usize::from(page.saturating_sub(1)) * usize::from(size);
        let wanted = list.into_iter().skip(skipped).take(size.into());
        let items = self.fetched(wanted.collect()).await?;
        if most_that_fit(&items) < items.len() {
            return Err(StoreError::TooLarge);
        }
        Ok(Page {
            items: items.into_iter().map(|(_, item)| item).collect(),
            place: Place::Among {
                page,
                size,
                total,
                more,
            },
        })
    }
}
