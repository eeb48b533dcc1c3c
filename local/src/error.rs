//! What can go wrong with the local store itself.

use std::fmt;
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
            Self::Function(name, error) => write!(f, "{name} cannot start: {error}"),
            Self::Seed(why) => write!(f, "the demo data cannot be written: {why}"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cloud(error) => Some(error),
            Self::Function(_, error) => Some(error),
            Self::InUse(_) | Self::Seed(_) => None,
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
        Self::Seed(format!("{error:?}"))
    }
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

impl std::error::Error for InvokeError {}
