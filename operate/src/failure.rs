//! Why something was not done, in words for whoever asked for it.

use std::error::Error;
use std::fmt;

use store::StartError;
use store::env::Missing;
use store::operating::OperatingError;

/// Why something was not done.
#[derive(Debug)]
pub enum Failure {
    /// The process cannot do any work.
    NoRuntime(std::io::Error),
    /// Nobody listens where the local store should.
    NotRunning(String, Box<dyn Error + Send + Sync>),
    /// Something answers there that is no local store, or not one of this version, and why.
    NoStore(String, String),
    /// Region or credentials are missing.
    NoAccess(StartError),
    /// A call to AWS failed, or cannot be made.
    Operating(OperatingError),
    /// Nothing could be sent, and why.
    NothingToSend(String),
}

impl From<OperatingError> for Failure {
    fn from(error: OperatingError) -> Self {
        Self::Operating(error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::NoAccess(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuntime(error) => error.fmt(f),
            Self::NotRunning(url, why) => write!(
                f,
                "no local store answers at {url} ({why}). Start one with `cargo run`, say with \
                 --local where it is, or name a stack in AWS with --stack."
            ),
            Self::NoStore(url, why) => {
                write!(
                    f,
                    "what answers at {url} is no local store of this version: {why}"
                )
            }
            Self::NoAccess(StartError::Missing(Missing(vars))) => {
                let names: Vec<&str> = vars.iter().map(|var| var.name).collect();
                let names = names.join(", ");
                write!(f, "--stack needs in the environment: {names}")
            }
            Self::NoAccess(error) => error.fmt(f),
            Self::Operating(error) => f.write_str(&in_full(error)),
            Self::NothingToSend(why) => f.write_str(why),
        }
    }
}

impl Error for Failure {}

/// What an error says, and every cause behind it.
fn in_full(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        said.push_str(&format!(": {behind}"));
        cause = behind.source();
    }
    said
}
