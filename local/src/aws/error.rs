//! What can go wrong when the embedded services are opened or looked into.

use std::error::Error;
use std::fmt;

use dynoxide::DynoxideError;
use rustack_sqs_model::error::SqsError;

/// Why the embedded services could not do what the local store asked of them.
///
/// Errors of the functions' own calls are not among these: they travel in AWS's wire format.
#[derive(Debug)]
pub enum CloudError {
    /// The database refused or failed.
    Database(DynoxideError),
    /// The queue service refused or failed.
    Queue(String),
    /// There is no such queue.
    NoSuchQueue(String),
    /// The data directory cannot be used.
    Directory(std::io::Error),
    /// A service refused a call, with its reply.
    Refused(String),
    /// What the store keeps for itself cannot be read.
    Corrupt(String),
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "the database failed: {error}"),
            Self::Queue(error) => write!(f, "the queue service failed: {error}"),
            Self::NoSuchQueue(name) => write!(f, "there is no queue {name}"),
            Self::Directory(error) => write!(f, "the data directory cannot be used: {error}"),
            Self::Refused(why) => write!(f, "a call was refused: {why}"),
            Self::Corrupt(what) => write!(f, "the store's own data cannot be read: {what}"),
        }
    }
}

impl Error for CloudError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            Self::Directory(error) => Some(error),
            Self::Queue(_) | Self::NoSuchQueue(_) | Self::Refused(_) | Self::Corrupt(_) => None,
        }
    }
}

impl From<DynoxideError> for CloudError {
    fn from(error: DynoxideError) -> Self {
        Self::Database(error)
    }
}

impl From<SqsError> for CloudError {
    fn from(error: SqsError) -> Self {
        Self::Queue(error.to_string())
    }
}

impl From<std::io::Error> for CloudError {
    fn from(error: std::io::Error) -> Self {
        Self::Directory(error)
    }
}

impl From<serde_json::Error> for CloudError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
