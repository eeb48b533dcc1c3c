//! What became of something that an event or a command has reached.

/// The outcome of a transition that was allowed.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transition<T> {
    /// It moved on; this is the new value, one version later.
    Moved(T),
    /// It had been there already or has moved past it: nothing to write.
    Unchanged,
}

impl<T> Transition<T> {
    /// The new value, if there is one.
    pub fn moved(self) -> Option<T> {
        match self {
            Self::Moved(value) => Some(value),
            Self::Unchanged => None,
        }
    }
}
