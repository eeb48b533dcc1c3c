//! The points at which functions wait for a call, and those at which one has died.

use std::collections::BTreeSet;
use std::fmt;

use local::aws::{At, Fault};

/// Where a function waits for a call: what it does, on which tables and with which items, and whether the
/// call is still to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    function: String,
    call: String,
    is_after: bool,
}

impl Point {
    pub(super) fn before(at: &At<'_>) -> Self {
        let mut call = format!("{} {}", at.operation, at.on);
        for item in items(at.body) {
            call.push(' ');
            call.push_str(item);
        }
        Self {
            function: at.function.to_owned(),
            call,
            is_after: false,
        }
    }

    fn after(self) -> Self {
        Self {
            is_after: true,
            ..self
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.is_after { "after" } else { "before" };
        write!(f, "{}, {when} {}", self.function, self.call)
    }
}

/// The kinds of items that a call to the database is about: what their keys begin with. Ids begin with digits,
/// and tell nothing of a kind.
fn items(body: &[u8]) -> BTreeSet<&str> {
    let body = std::str::from_utf8(body).unwrap_or_default();
    let length = |value: &str| value.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(0);
    body.split(r#"k":{"S":""#)
        .skip(1)
        .map(|value| &value[..length(value)])
        .filter(|kind| kind.len() > 1)
        .collect()
}

/// The points at which functions waited, and those at which one has died.
#[derive(Debug, Default, Clone)]
pub struct Points {
    /// Where functions waited.
    pub reached: BTreeSet<Point>,
    /// Where they died.
    pub died: BTreeSet<Point>,
}

impl Points {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.reached.extend(other.reached.iter().cloned());
        self.died.extend(other.died.iter().cloned());
    }

    /// A function comes to a point. How many others were known before, if this one was not.
    pub(super) fn come_to(&mut self, point: &Point) -> Option<usize> {
        let known = self.reached.len();
        self.reached.insert(point.clone()).then_some(known)
    }

    /// What befalls the call that is made there.
    pub(super) fn pass(&mut self, point: Point, fault: Fault) {
        match fault {
            Fault::DieBefore => {
                self.died.insert(point);
            }
            Fault::DieAfter => {
                let after = point.after();
                self.reached.insert(after.clone());
                self.died.insert(after);
            }
            Fault::Drop => {}
            _ => {
                self.reached.insert(point.after());
            }
        }
    }
}
