//! What a sweeper should have driven on long ago.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use domain::clock::Timestamp;

use super::{OperatingError, Operations, failed};
use crate::db::{Db, Item, read_text};
use crate::due::DUTIES;
use crate::error::StoreError;
use crate::stock::DUE_RECEIPTS;
use crate::tables::{DUE, INVENTORY, ORDERS, PAYMENTS, PRICING, Table};

/// A duty that falls due: what has to be driven on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// An order that is not paid.
    Order,
    /// A payment of which something is open.
    Payment,
    /// A hold that is not settled, under its order's id.
    Hold,
    /// Goods that came back and are not booked, under the id of their return.
    Receipt,
    /// The use of a coupon that is not settled, under its order's id.
    Redemption,
}

/// Something that is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// What it is.
    pub duty: Duty,
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: String,
    /// Since when it is due.
    pub since: Timestamp,
}

impl Duty {
    const ALL: [Self; 5] = [
        Self::Order,
        Self::Payment,
        Self::Hold,
        Self::Receipt,
        Self::Redemption,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Payment => "payment",
            Self::Hold => "hold",
            Self::Receipt => "receipt",
            Self::Redemption => "redemption",
        }
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Order => &ORDERS,
            Self::Payment => &PAYMENTS,
            Self::Hold | Self::Receipt => &INVENTORY,
            Self::Redemption => &PRICING,
        }
    }

    /// The partitions of the index in which it stands.
    fn partitions(self) -> &'static str {
        match self {
            Self::Receipt => DUE_RECEIPTS,
            Self::Order | Self::Payment | Self::Hold | Self::Redemption => DUTIES,
        }
    }

    /// The attribute that says where it stands.
    fn status(self) -> &'static str {
        match self {
            Self::Order | Self::Payment => "status",
            Self::Hold | Self::Receipt | Self::Redemption => "state",
        }
    }
}

impl Operations {
    /// What was due by a moment and still is, the longest due first: of each duty up to `most` in each
    /// shard.
    ///
    /// # Errors
    /// [`OperatingError::Unnamed`], [`OperatingError::Failed`].
    pub async fn overdue(&self, by: Timestamp, most: u16) -> Result<Vec<Overdue>, OperatingError> {
        let duties = Duty::ALL.map(async |duty| {
            let db = self.table(duty.table())?;
            let what = format!("looking for overdue {}s", duty.name());
            overdue(&db, duty, by, most).await.map_err(failed(what))
        });
        let mut all: Vec<Overdue> = try_join_all(duties).await?.into_iter().flatten().collect();
        all.sort_by_key(|overdue| overdue.since);
        Ok(all)
    }
}

async fn overdue(
    db: &Db,
    duty: Duty,
    by: Timestamp,
    most: u16,
) -> Result<Vec<Overdue>, StoreError> {
    let found = db.due_keys(duty.partitions(), by, most).await?;
    let keys: Vec<(String, String)> = found.iter().filter_map(key_of).collect();
    let read = db.get_many(keys, true).await?;
    let by_key: HashMap<_, _> = read.iter().map(|item| (key_of(item), item)).collect();
    let still = |key: &Item| {
        // The index is a little late: what has been moved on since is none.
        let item = by_key.get(&key_of(key))?;
        let (since, id) = read_text(item, DUE.sk)?.split_once('/')?;
        let since = Timestamp::parse(since).ok().filter(|since| *since <= by)?;
        Some(Overdue {
            duty,
            id: id.to_owned(),
            status: read_text(item, duty.status())?.to_owned(),
            since,
        })
    };
    Ok(found.iter().filter_map(still).collect())
}

fn key_of(item: &Item) -> Option<(String, String)> {
    let part = |name| read_text(item, name).map(str::to_owned);
    Some((part("pk")?, part("sk")?))
}
