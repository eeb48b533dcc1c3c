//! Words of a closed list: statuses, kinds and reasons, each with what it means.

use std::fmt;

/// A word of a closed list.
pub trait Word: Copy + Eq + fmt::Display + 'static {
    /// Every word of the list, in order of declaration.
    const ALL: &'static [Self];

    /// What the list is about.
    fn about() -> String;

    /// What this word means.
    fn meaning(self) -> String;
}
