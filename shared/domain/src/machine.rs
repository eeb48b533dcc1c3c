//! State machines: each has one table of the moves that it allows, which its transitions consult and
//! its documentation is made of.

use std::fmt;

use crate::word::Word;

/// A status whose moves stand in a table.
pub trait Machine: Word {
    /// What moves.
    const NAME: &'static str;
    /// Where one begins.
    const STARTS: &'static [Self];
    /// Every move there is: from where, and to where.
    const MOVES: &'static [(Self, Self)];

    /// Where this one may move.
    #[must_use]
    fn next(self) -> Vec<Self> {
        Self::MOVES
            .iter()
            .filter(|(from, _)| *from == self)
            .map(|(_, to)| *to)
            .collect()
    }

    /// Moves there, if the table says so.
    fn to(self, to: Self) -> Result<Self, Forbidden<Self>> {
        if Self::MOVES.contains(&(self, to)) {
            Ok(to)
        } else {
            Err(Forbidden { from: self, to })
        }
    }
}

/// What somebody can move, and where to: what functions say of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moves {
    machine: &'static str,
    to: Option<&'static str>,
}

impl Moves {
    /// Moves to one status.
    #[must_use]
    pub const fn to<S: Machine>(status: &'static str) -> Self {
        Self {
            machine: S::NAME,
            to: Some(status),
        }
    }

    /// Every move of a machine.
    #[must_use]
    pub const fn all<S: Machine>() -> Self {
        Self {
            machine: S::NAME,
            to: None,
        }
    }

    /// Whether a move to this status is among them.
    #[must_use]
    pub fn lead<S: Machine>(self, status: S) -> bool {
        self.machine == S::NAME && self.to.is_none_or(|to| to == status.to_string())
    }
}

/// A move that no table allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forbidden<S> {
    /// Where it is.
    pub from: S,
    /// Where it was to go.
    pub to: S,
}

impl<S: Machine> fmt::Display for Forbidden<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "is {from} and cannot become {to}")?;
        let next: Vec<String> = from.next().iter().map(S::to_string).collect();
        match next.as_slice() {
            [] => f.write_str("; nothing follows"),
            next => write!(f, "; it can become {}", next.join(" or ")),
        }
    }
}
