//! A note of staff on the wire.

use domain::clock::Timestamp;
use domain::id::NoteId;
use domain::order::{Actor, Note, NoteText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What staff has written down about an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Note")]
pub(crate) struct NoteView {
    /// The note's id.
    id: NoteId,
    /// What it says.
    text: NoteText,
    /// Who wrote it.
    author: Actor,
    /// When.
    at: Timestamp,
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        let Note {
            id,
            text,
            author,
            at,
        } = note;
        Self {
            id,
            text,
            author,
            at,
        }
    }
}
