//! What sweepers look for: the ids that are due, in the sparse index [`DUE`].

use domain::clock::Timestamp;

use crate::db::{Db, Item, Range, read_text};
use crate::error::StoreError;
use crate::tables::{DUE, SHARDS};

/// The partitions of the index in which whatever is due stands that has none of its own.
pub(crate) const DUTIES: &str = "due";

impl Db {
    /// The ids that are due by `now` in the index [`DUE`], earliest first in each shard.
    pub(crate) async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<String>, StoreError> {
        self.due_among(DUTIES, now, limit).await
    }

    /// The same of another kind of duty, which stands in partitions of its own.
    pub(crate) async fn due_among(
        &self,
        kind: &str,
        now: Timestamp,
        limit: u16,
    ) -> Result<Vec<String>, StoreError> {
        let found = self.due_keys(kind, now, limit).await?;
        let ids = found.iter().filter_map(|item| {
            let (_, id) = read_text(item, DUE.sk)?.split_once('/')?;
            Some(id.to_owned())
        });
        Ok(ids.collect())
    }

    /// The same as the index has it: keys alone.
    pub(crate) async fn due_keys(
        &self,
        kind: &str,
        now: Timestamp,
        limit: u16,
    ) -> Result<Vec<Item>, StoreError> {
        let shards = (0..SHARDS).map(|shard| {
            self.query(Range {
                // Every id sorts below the tilde.
                to: Some(format!("{now}/~")),
                newest_first: false,
                limit,
                ..Range::on(&DUE, format!("{kind}/{shard}"))
            })
        });
        let found = futures_util::future::try_join_all(shards).await?;
        Ok(found.into_iter().flat_map(|one| one.items).collect())
    }
}
