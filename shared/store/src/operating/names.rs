//! What the tables and queues of a shop are called, and who says so.

use std::fmt;

use super::OperatingError;
use crate::queues::{QUEUES, Queue};
use crate::tables::{TABLES, Table};

/// Something of a shop that has a name of its own: a table, or the URL of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A table.
    Table(&'static Table),
    /// A consumer's queue.
    Queue(&'static Queue),
    /// Its dead letters.
    DeadLetters(&'static Queue),
    /// The queue of what the relay could not place.
    Unplaced,
}

/// What everything is called, as far as that could be found out.
pub struct Names(Vec<(Thing, Result<String, String>)>);

impl Thing {
    /// Everything that has a name.
    fn all() -> impl Iterator<Item = Self> {
        let queues = QUEUES
            .into_iter()
            .flat_map(|queue| [Self::Queue(queue), Self::DeadLetters(queue)]);
        let tables = TABLES.into_iter().map(Self::Table);
        tables.chain(queues).chain([Self::Unplaced])
    }
}

impl Names {
    /// Names everything by `find`, which gives the name of a table or the URL of a queue, or says why it
    /// is not known: that matters only to what needs it.
    pub fn new(find: impl Fn(Thing) -> Result<String, String>) -> Self {
        Self(Thing::all().map(|thing| (thing, find(thing))).collect())
    }

    pub(super) fn get(&self, thing: Thing) -> Result<&str, OperatingError> {
        let Self(all) = self;
        let name = all.iter().find(|(known, _)| *known == thing);
        match name {
            Some((_, Ok(name))) => Ok(name),
            Some((_, Err(why))) => Err(OperatingError::Unnamed(why.clone())),
            None => Err(OperatingError::Unnamed(format!("{thing} has no name"))),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "the {} table", table.name),
            Self::Queue(queue) => write!(f, "the queue {}", queue.name),
            Self::DeadLetters(queue) => write!(f, "the dead letters of {}", queue.name),
            Self::Unplaced => f.write_str("the queue of what could not be placed"),
        }
    }
}
