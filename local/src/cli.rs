//! The command line of the local store.

use std::fmt;
use std::path::PathBuf;

use crate::options::{DATA, DYNAMODB_PORT, PORT, SQS_PORT};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say how the command line is used.
    Help,
    /// Start a store.
    Start(Settings),
}

/// How a store is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The port of the HTTP API; any that is free for 0.
    pub port: u16,
    /// The directory that keeps everything; without one, everything is in memory.
    pub data: Option<PathBuf>,
    /// Whether a new store gets the demo data.
    pub seed: bool,
    /// Whether functions run elsewhere, and only the services they need are served.
    pub aws_only: bool,
    /// Whether requests a minute are limited.
    pub limited: bool,
    /// Whether operations answer with the contract's examples instead of being done.
    pub mock: bool,
    /// Where Stripe answers, where it is to move the money.
    pub stripe: Option<String>,
}

/// A command line that cannot be understood, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misuse(String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(why) = self;
        let flags = FLAGS.map(|(flag, _)| flag).join(", ");
        write!(f, "{why}\nThe flags are: {flags}.")
    }
}

impl std::error::Error for Misuse {}

/// Every flag, and what it does.
const FLAGS: [(&str, &str); 9] = [
    (
        "--port N",
        "listen on port N instead of 9000; 0 for any that is free",
    ),
    ("--data DIR", "keep everything in DIR instead of .local"),
    (
        "--memory",
        "keep nothing: everything is gone when the store stops",
    ),
    (
        "--empty",
        "leave out the demo products, accounts and orders",
    ),
    (
        "--rate-limit off",
        "lift the limits on requests a minute; those on passwords stay",
    ),
    (
        "--aws-only",
        "serve only DynamoDB and SQS, for functions that `cargo lambda watch` runs on port N",
    ),
    (
        "--mock",
        "answer every operation with an example of the contract, and keep nothing",
    ),
    (
        "--stripe URL",
        "charge at what stands in for Stripe at URL, not at the built-in test provider",
    ),
    ("--help", "show this"),
];

/// How the command line is used.
#[must_use]
pub fn help() -> String {
    let mut text = format!(
        "The shop on this machine: every function, DynamoDB, SQS and mail in one process.\n\n\
         Usage: cargo run -- [FLAGS]\n\n\
         It listens on 127.0.0.1:{PORT} and keeps its data in {DATA}. With --aws-only, DynamoDB is\n\
         on port {DYNAMODB_PORT} and SQS on port {SQS_PORT}. RUST_LOG sets what is logged.\n\nFlags:\n"
    );
    for (flag, does) in FLAGS {
        text.push_str(&format!("  {flag:<16} {does}\n"));
    }
    text
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// [`Misuse`].
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Misuse> {
    let mut arguments = arguments.into_iter();
    let mut port = PORT;
    let mut data = None;
    let (mut memory, mut seed, mut aws_only, mut limited) = (false, true, false, true);
    let (mut mock, mut stripe) = (false, None);
    while let Some(argument) = arguments.next() {
        let (flag, attached) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            attached
                .clone()
                .or_else(|| arguments.next())
                .ok_or_else(|| Misuse(format!("{flag} needs a value.")))
        };
        match flag.as_str() {
            "--port" => {
                let given = value()?;
                let wrong = |_| Misuse(format!("--port must be 0 to 65535, not {given}."));
                port = given.parse().map_err(wrong)?;
            }
            "--data" => data = Some(PathBuf::from(value()?)),
            "--stripe" => stripe = Some(value()?),
            "--rate-limit" => {
                let given = value()?;
                if given != "off" {
                    return Err(Misuse(format!("--rate-limit must be off, not {given}.")));
                }
                limited = false;
            }
            _ if attached.is_some() => {
                return Err(Misuse(format!("{flag} is unknown or takes no value.")));
            }
            "--memory" => memory = true,
            "--empty" => seed = false,
            "--aws-only" => aws_only = true,
            "--mock" => mock = true,
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(Misuse(format!("{flag} is unknown."))),
        }
    }
    if memory && data.is_some() {
        let why = "--memory and --data contradict each other.".to_owned();
        return Err(Misuse(why));
    }
    if aws_only && port == 0 {
        let why = "--aws-only needs to know the port that `cargo lambda watch` listens on.";
        return Err(Misuse(why.to_owned()));
    }
    if mock && (aws_only || data.is_some()) {
        let why = "--mock keeps nothing and runs nothing: --data and --aws-only contradict it.";
        return Err(Misuse(why.to_owned()));
    }
    Ok(Command::Start(Settings {
        port,
        data: (!memory && !mock).then(|| data.unwrap_or_else(|| PathBuf::from(DATA))),
        seed: seed && !mock,
        aws_only,
        limited,
        mock,
        stripe,
    }))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Command, Settings, parse};

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned)).map_err(|misuse| misuse.to_string())
    }

    #[test]
    fn nothing_means_the_usual() {
        let usual = Settings {
            port: 9000,
            data: Some(PathBuf::from(".local")),
            seed: true,
            aws_only: false,
            limited: true,
            mock: false,
            stripe: None,
        };
        assert_eq!(parsed(""), Ok(Command::Start(usual.clone())));
        assert_eq!(
            parsed("--port=9100 --data elsewhere --empty --aws-only"),
            Ok(Command::Start(Settings {
                port: 9100,
                data: Some(PathBuf::from("elsewhere")),
                seed: false,
                aws_only: true,
                limited: true,
                mock: false,
                stripe: None,
            }))
        );
        assert_eq!(
            parsed("--memory --port 0 --rate-limit off"),
            Ok(Command::Start(Settings {
                port: 0,
                data: None,
                limited: false,
                ..usual.clone()
            }))
        );
        assert_eq!(
            parsed("--mock"),
            Ok(Command::Start(Settings {
                data: None,
                seed: false,
                mock: true,
                ..usual.clone()
            }))
        );
        assert_eq!(
            parsed("--memory --stripe http://127.0.0.1:8420"),
            Ok(Command::Start(Settings {
                data: None,
                stripe: Some("http://127.0.0.1:8420".to_owned()),
                ..usual
            }))
        );
        assert_eq!(parsed("--empty -h"), Ok(Command::Help));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        for (line, why) in [
            ("--prot 1", "--prot is unknown."),
            ("stray", "stray is unknown."),
            ("--port", "--port needs a value."),
            ("--port many", "--port must be 0 to 65535, not many."),
            ("--memory=yes", "--memory is unknown or takes no value."),
            ("--memory --data x", "--memory and --data contradict"),
            ("--rate-limit on", "--rate-limit must be off, not on."),
            ("--mock --data x", "--mock keeps nothing"),
            ("--aws-only --port 0", "--aws-only needs to know the port"),
        ] {
            let said = parsed(line).unwrap_err();
            assert!(said.starts_with(why), "{line}: {said}");
            assert!(said.contains("--port N, --data DIR, --memory"), "{said}");
        }
    }
}
