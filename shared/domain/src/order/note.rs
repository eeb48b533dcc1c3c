//! What staff writes down about an order, for staff alone.

use super::Order;
use super::goods::GoodsError;
use super::timeline::{Actor, Moment};
use crate::clock::Timestamp;
use crate::id::NoteId;
use crate::rule::Broken;
use crate::text::paragraphs;
use crate::value::string_value;

/// How many notes an order may have.
pub const MAX_NOTES: u32 = 50;

string_value! {
    /// What a note says: 1 to 1,000 characters, line breaks and tabs among them.
    pub struct NoteText {
        format: "note-text",
        length: 1..=1_000,
        pattern: concat!(
            r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*",
            r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
            r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        ),
        check: |text| {
            paragraphs(text)?;
            if text.is_empty() || text.chars().count() > 1_000 {
                return Err(Broken("must be 1 to 1000 characters"));
            }
            if text.trim().is_empty() {
                return Err(Broken("must not be blank"));
            }
            Ok(())
        },
    }
}

/// A note of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Names the note.
    pub id: NoteId,
    /// What it says.
    pub text: NoteText,
    /// Who wrote it.
    pub author: Actor,
    /// When.
    pub at: Timestamp,
}

impl Order {
    /// Staff has written something down. What it says is not for the order's customer, so that only
    /// its number and the moment stand with the order.
    pub fn noted(&self, note: &Note) -> Result<Self, GoodsError> {
        if self.notes >= MAX_NOTES {
            return Err(GoodsError::too_many("text", "notes", MAX_NOTES));
        }
        Ok(Self {
            notes: self.notes + 1,
            ..self.with_entry(Moment::NoteAdded, note.author, None, note.at)
        })
    }
}
