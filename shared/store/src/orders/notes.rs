//! Notes of staff. They stand beside their order, not in it: whoever reads an order need not carry
//! them along, and none is shown by mistake.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{NoteId, OrderId};
use domain::order::{Actor, Note, NoteText};

use super::{Move, ORDER, Orders, ReadNotes, order, order_pk};
use crate::db::{Range, from_item};
use crate::error::StoreError;
use crate::page::{Bounds, Page};
use crate::tx::{Terms, Tx, stored};

const NOTES: &str = "note/";

#[derive(Serialize, Deserialize)]
struct NoteItem {
    v: u8,
    id: NoteId,
    text: NoteText,
    author: Actor,
    at: Timestamp,
}

impl From<&Note> for NoteItem {
    fn from(note: &Note) -> Self {
        let Note {
            id,
            text,
            author,
            at,
        } = note.clone();
        Self {
            v: 1,
            id,
            text,
            author,
            at,
        }
    }
}

impl From<NoteItem> for Note {
    fn from(item: NoteItem) -> Self {
        let NoteItem {
            v: _,
            id,
            text,
            author,
            at,
        } = item;
        Self {
            id,
            text,
            author,
            at,
        }
    }
}

impl Orders<Move> {
    /// Stages a note beside its order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_note(&self, tx: &mut Tx, of: OrderId, note: &Note) -> Result<(), StoreError> {
        let sk = format!("{NOTES}{}", note.id);
        let item = stored(order_pk(of), &sk, "note", &NoteItem::from(note))?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl Orders<ReadNotes> {
    /// A page of the notes about an order, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such order, [`StoreError::Unavailable`],
    /// [`StoreError::Corrupt`].
    pub async fn notes(&self, of: OrderId, bounds: &Bounds) -> Result<Page<Note>, StoreError> {
        let range = Range::of(order_pk(of)).below(NOTES);
        let page = self.db.page(&[range], bounds).await?;
        if page.items.is_empty() {
            // A note has an order, so that only an empty list has to show that there is one.
            let item = self.db.get(&order_pk(of), ORDER).await?;
            order(item.ok_or(StoreError::NotFound)?)?;
        }
        page.try_map(|item| Ok(from_item::<NoteItem>(item)?.into()))
    }
}
