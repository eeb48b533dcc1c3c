//! Goods receipts: written down in the transaction that tells of what came, and booked once.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{OrderId, ReturnId};
use domain::order::OrderNumber;
use domain::sku::Sku;
use domain::stock::{GoodsReceipt, ReceiptLine, ReceiptState};

use super::{Expect, Settles, Stock, Sweep};
use crate::db::{Db, Item, from_item, shard, text};
use crate::error::StoreError;
use crate::tables::DUE;
use crate::tx::{Terms, Tx, stored};

/// The partitions of the index `due` in which receipts stand that are not booked.
pub(crate) const DUE_RECEIPTS: &str = "receipts";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptItem {
    v: u8,
    of: ReturnId,
    number: u32,
    order: OrderId,
    name: OrderNumber,
    lines: Vec<ReceiptLineItem>,
    state: ReceiptState,
    due_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptLineItem {
    sku: Sku,
    restocked: u32,
    written_off: u32,
}

impl From<&GoodsReceipt> for ReceiptItem {
    fn from(receipt: &GoodsReceipt) -> Self {
        let GoodsReceipt {
            of,
            number,
            order,
            name,
            lines,
            state,
            due_at,
        } = receipt.clone();
        let lines = lines.into_iter().map(|line| {
            let ReceiptLine {
                sku,
                restocked,
                written_off,
            } = line;
            ReceiptLineItem {
                sku,
                restocked,
                written_off,
            }
        });
        Self {
            v: 1,
            of,
            number,
            order,
            name,
            lines: lines.collect(),
            state,
            due_at,
        }
    }
}

impl From<ReceiptItem> for GoodsReceipt {
    fn from(item: ReceiptItem) -> Self {
        let ReceiptItem {
            v: _,
            of,
            number,
            order,
            name,
            lines,
            state,
            due_at,
        } = item;
        let lines = lines.into_iter().map(|line| {
            let ReceiptLineItem {
                sku,
                restocked,
                written_off,
            } = line;
            ReceiptLine {
                sku,
                restocked,
                written_off,
            }
        });
        Self {
            of,
            number,
            order,
            name,
            lines: lines.collect(),
            state,
            due_at,
        }
    }
}

fn receipt_pk(of: ReturnId) -> String {
    format!("return/{of}")
}

fn receipt_sk(number: u32) -> String {
    format!("receipt/{number:06}")
}

impl Stock<Expect> {
    /// Stages that goods came, to be booked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if this receipt was written down before.
    pub fn expect(&self, tx: &mut Tx, receipt: &GoodsReceipt) -> Result<(), StoreError> {
        put(&self.db, tx, receipt, Terms::absent())
    }
}

impl<M: Settles> Stock<M> {
    /// A receipt of a return, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn receipt(
        &self,
        of: ReturnId,
        number: u32,
    ) -> Result<Option<GoodsReceipt>, StoreError> {
        let item = self
            .db
            .get_now(&receipt_pk(of), &receipt_sk(number))
            .await?;
        item.map(receipt).transpose()
    }

    /// Stages that a receipt is booked. The transaction fails with [`StoreError::Stale`] if it was so
    /// before.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn book(&self, tx: &mut Tx, booked: &GoodsReceipt) -> Result<(), StoreError> {
        let pending = ReceiptState::Pending.as_str();
        let terms = Terms {
            condition: Some("#state = :pending".to_owned()),
            names: vec![("#state", "state")],
            values: vec![(":pending", text(pending))],
        };
        put(&self.db, tx, booked, terms)
    }
}

impl Stock<Sweep> {
    /// Up to `limit` receipts per shard that are not booked and due by now: their return and number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due_receipts(
        &self,
        now: Timestamp,
        limit: u16,
    ) -> Result<Vec<(ReturnId, u32)>, StoreError> {
        let due = self.db.due_among(DUE_RECEIPTS, now, limit).await?;
        due.iter()
            .map(|id| {
                let (of, number) = id
                    .split_once('/')
                    .ok_or_else(|| StoreError::corrupt("a receipt without its number"))?;
                let of = of.parse().map_err(StoreError::corrupt)?;
                Ok((of, number.parse().map_err(StoreError::corrupt)?))
            })
            .collect()
    }
}

fn put(db: &Db, tx: &mut Tx, receipt: &GoodsReceipt, terms: Terms) -> Result<(), StoreError> {
    let (pk, sk) = (receipt_pk(receipt.of), receipt_sk(receipt.number));
    let mut item = stored(pk, &sk, "receipt", &ReceiptItem::from(receipt))?;
    if receipt.state == ReceiptState::Pending {
        let shard = shard(*receipt.of.as_uuid());
        let due = format!("{}/{}/{}", receipt.due_at, receipt.of, receipt.number);
        item.insert(DUE.pk.to_owned(), text(format!("{DUE_RECEIPTS}/{shard}")));
        item.insert(DUE.sk.to_owned(), text(due));
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn receipt(item: Item) -> Result<GoodsReceipt, StoreError> {
    Ok(from_item::<ReceiptItem>(item)?.into())
}
