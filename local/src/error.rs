//! What can go wrong with the local store itself.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use store::{StartError, StoreError};

use crate::aws::CloudError;

/// Why a store cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The embedded services cannot be opened.
    Cloud(CloudError),
    /// Another store uses the data directory.
    InUse(PathBuf),
    /// The disk of the data directory is full.
    NoRoom {
        /// The data directory.
        directory: PathBuf,
        /// How much a start needs, in MiB.
        needed_mib: usize,
        /// What became of writing that much.
        error: io::Error,
    },
    /// A file of the data directory is not what it was, and how that shows.
    Damaged(PathBuf, String),
    /// A function cannot start.
    Function(String, StartError),
    /// The demo data cannot be written.
    Seed(String),
}

/// Why a function gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvokeError {
    /// There is no such function.
    Unknown(String),
    /// The event is no JSON.
    NotJson(String),
    /// It took longer than it may.
    TimedOut,
    /// It failed, and says why.
    Failed(String),
    /// The process that runs it cannot be reached.
    Unreachable(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloud(error) => error.fmt(f),
            Self::InUse(data) => {
                write!(f, "another store uses the directory {}", data.display())
            }
            Self::NoRoom {
                directory,
                needed_mib,
                error,
            } => write!(
                f,
                "there is no room in {} for the {needed_mib} MiB that a start needs ({error}): \
                 free some, or start with --data elsewhere",
                directory.display()
            ),
            Self::Damaged(file, how) => write!(
                f,
                "{} {how}: restore a copy of the whole directory, or start with --data elsewhere; \
                 nothing here was changed",
                file.display()
            ),
            Self::Function(name, error) => write!(f, "{name} cannot start: {error}"),
            Self::Seed(why) => write!(f, "the demo data cannot be written: {why}"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Cloud(error) => Some(error),
            Self::Function(_, error) => Some(error),
            Self::NoRoom { error, .. } => Some(error),
            Self::InUse(_) | Self::Damaged(..) | Self::Seed(_) => None,
        }
    }
}

impl From<CloudError> for OpenError {
    fn from(error: CloudError) -> Self {
        Self::Cloud(error)
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Seed(innermost(&error))
    }
}

/// What an error comes from in the end, in words: the layers in between add no more than their names.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "there is no function {name}"),
            Self::NotJson(why) => write!(f, "the event is no JSON: {why}"),
            Self::TimedOut => f.write_str("the function took longer than it may"),
            Self::Failed(why) => write!(f, "the function failed: {why}"),
            Self::Unreachable(why) => write!(f, "the function cannot be reached: {why}"),
        }
    }
}

impl Error for InvokeError {}
