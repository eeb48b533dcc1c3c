//! The command line.

use std::fmt;
use std::time::Duration;

use domain::id::OrderId;
use store::operating::DeadEnd;
use store::queues::{QUEUES, Queue};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say how the command line is used.
    Help,
    /// This.
    Do(Wish),
}

/// What an operator wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// In which shop.
    pub at: At,
    /// What.
    pub task: Task,
    /// Whether programs read it.
    pub json: bool,
}

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The local store at this address.
    Local(String),
    /// A stack in AWS.
    Stack {
        /// Its name.
        name: String,
        /// What its tables and queues are called where that cannot be found out.
        chosen: Vec<Chosen>,
    },
}

/// What something of a stack is called, as the operator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What the templates call it.
    pub id: String,
    /// What CloudFormation has called it.
    pub name: String,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Count the dead letters of every queue.
    Count,
    /// Look at dead letters.
    Look {
        /// Whose.
        end: DeadEnd,
        /// Whether their bodies are shown.
        body: bool,
        /// How many are shown.
        most: u16,
    },
    /// Send the dead letters of a queue back to it.
    Redrive(&'static Queue),
    /// Send all dead letters back to where they failed.
    RedriveAll,
    /// Find what is overdue.
    Stuck {
        /// For longer than this.
        older_than: Duration,
        /// How much of it is shown.
        most: u16,
    },
    /// Send the events of an order again.
    Replay {
        /// Which order.
        order: OrderId,
        /// To this queue alone.
        to: Option<&'static Queue>,
    },
}

/// A command line that cannot be understood, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misuse(String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(why) = self;
        write!(f, "{why}\n--help shows how it is used.")
    }
}

impl std::error::Error for Misuse {}

/// Where the local store is, unless it is said.
const LOCAL: &str = "http://127.0.0.1:9000";
/// How long something must be overdue to be called stuck, in minutes: sweepers look every minute.
const OLDER_THAN_MIN: u16 = 5;
/// How many rows are shown.
const MOST: u16 = 100;
/// More than that is no longer looked at by a person, and takes longer than messages may stay hidden.
const MOST_MOST: u16 = 500;

const COMMANDS: [(&str, &str); 6] = [
    ("dead-letters", "how many dead letters each queue has"),
    (
        "dead-letters QUEUE",
        "what they are; they stay where they are",
    ),
    (
        "redrive QUEUE",
        "send them back to the queue they failed in",
    ),
    ("redrive --all", "send all dead letters back"),
    (
        "stuck",
        "orders, payments, holds, receipts and redemptions that are overdue",
    ),
    (
        "replay ORDER_ID",
        "send the events of an order and its payment once more, to whoever subscribes to them",
    ),
];

const FLAGS: [(&str, &str); 9] = [
    ("--stack NAME", "the stack of this name in AWS"),
    (
        "--name ID=NAME",
        "what CloudFormation has called ID of the stack, where that is in doubt",
    ),
    ("--local URL", "the local store at URL"),
    ("--body", "show the bodies of dead letters"),
    (
        "--older-than N",
        "what is overdue for more than N minutes instead of 5",
    ),
    ("--to QUEUE", "replay to this queue alone"),
    ("--most N", "show N rows instead of 100, 500 at most"),
    ("--json", "a JSON array, for programs"),
    ("--help", "show this"),
];

/// How the command line is used.
#[must_use]
pub fn help() -> String {
    let mut text = "What an operator does: dead letters, what is stuck, events once more.\n\n\
                    Usage: cargo run -p operate -- COMMAND [FLAGS]\n\nCommands:\n"
        .to_owned();
    text.push_str(&listed(&COMMANDS));
    text.push_str("\nFlags:\n");
    text.push_str(&listed(&FLAGS));
    text.push_str(&format!(
        "\nWithout --stack it speaks to the local store at {LOCAL}. With it, region and credentials\n\
         come from AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.\n\n\
         Queues: {}\nand `unplaced`, whose messages can be looked at.\n\n\
         It exits with 0 if it did what was asked, whatever it found; with 1 if something failed;\n\
         with 2 if it was asked for something else than this.\n",
        queue_names()
    ));
    text
}

fn listed(lines: &[(&str, &str)]) -> String {
    let line = |(what, does): &(&str, &str)| format!("  {what:<18} {does}\n");
    lines.iter().map(line).collect()
}

/// The flags of a command line, as they were given.
#[derive(Default)]
struct Given {
    /// What is no flag.
    words: Vec<String>,
    /// The flags, each with its value if it takes one.
    flags: Vec<(String, Option<String>)>,
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// [`Misuse`].
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Misuse> {
    let mut given = Given::read(arguments)?;
    if given.take("--help").is_some() || given.take("-h").is_some() {
        return Ok(Command::Help);
    }
    let at = given.at()?;
    let json = given.take("--json").is_some();
    let task = given.task()?;
    if let Some((flag, _)) = given.flags.first() {
        return misuse(format!("{flag} does not go with this command."));
    }
    if let Some(word) = given.words.first() {
        return misuse(format!("{word} is one word too many."));
    }
    Ok(Command::Do(Wish { at, task, json }))
}

impl Given {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, Misuse> {
        let mut arguments = arguments.into_iter();
        let mut given = Self::default();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with('-') {
                given.words.push(argument);
                continue;
            }
            let (flag, attached) = match argument.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let value = match flag.as_str() {
                "--stack" | "--name" | "--local" | "--older-than" | "--to" | "--most" => {
                    let value = attached.or_else(|| arguments.next());
                    let missing = || Misuse(format!("{flag} needs a value."));
                    Some(value.ok_or_else(missing)?)
                }
                _ if attached.is_some() => {
                    return misuse(format!("{flag} is unknown or takes no value."));
                }
                "--all" | "--body" | "--json" | "--help" | "-h" => None,
                _ => return misuse(format!("{flag} is unknown.")),
            };
            given.flags.push((flag, value));
        }
        Ok(given)
    }

    /// Takes out a flag; the last, if it was given again.
    fn take(&mut self, flag: &str) -> Option<Option<String>> {
        let mut taken = None;
        self.flags.retain(|(known, value)| {
            let is_it = known == flag;
            if is_it {
                taken = Some(value.clone());
            }
            !is_it
        });
        taken
    }

    fn value(&mut self, flag: &str) -> Option<String> {
        self.take(flag).flatten()
    }

    /// A flag's value as a number between bounds.
    fn number(&mut self, flag: &str, usual: u16, most: u16) -> Result<u16, Misuse> {
        let Some(value) = self.value(flag) else {
            return Ok(usual);
        };
        let number = value
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| Misuse(format!("{flag} must be 1 to {most}, not {value}.")))
    }

    fn at(&mut self) -> Result<At, Misuse> {
        let chosen = self.chosen()?;
        match (self.value("--stack"), self.value("--local")) {
            (Some(_), Some(_)) => misuse("--stack and --local contradict each other."),
            (Some(name), None) => Ok(At::Stack { name, chosen }),
            (None, _) if !chosen.is_empty() => {
                misuse("--name goes with --stack: a local store says itself what is called what.")
            }
            (None, local) => Ok(At::Local(local.unwrap_or_else(|| LOCAL.to_owned()))),
        }
    }

    /// The names that were chosen, of which there may be many.
    fn chosen(&mut self) -> Result<Vec<Chosen>, Misuse> {
        let (names, others) = std::mem::take(&mut self.flags)
            .into_iter()
            .partition(|(flag, _)| flag == "--name");
        self.flags = others;
        let names: Vec<(String, Option<String>)> = names;
        names
            .into_iter()
            .filter_map(|(_, value)| value)
            .map(|value| match value.split_once('=') {
                Some((id, name)) => Ok(Chosen {
                    id: id.to_owned(),
                    name: name.to_owned(),
                }),
                None => misuse(format!("--name must be ID=NAME, not {value}.")),
            })
            .collect()
    }

    fn word(&mut self) -> Option<String> {
        if self.words.is_empty() {
            None
        } else {
            Some(self.words.remove(0))
        }
    }

    fn task(&mut self) -> Result<Task, Misuse> {
        let Some(command) = self.word() else {
            return misuse("It needs a command: dead-letters, redrive, stuck or replay.");
        };
        match command.as_str() {
            "dead-letters" => self.dead_letters(),
            "redrive" => self.redrive(),
            "stuck" => {
                let minutes = self.number("--older-than", OLDER_THAN_MIN, u16::MAX)?;
                Ok(Task::Stuck {
                    older_than: Duration::from_secs(u64::from(minutes) * 60),
                    most: self.number("--most", MOST, MOST_MOST)?,
                })
            }
            "replay" => self.replay(),
            other => misuse(format!(
                "There is no command {other}, but dead-letters, redrive, stuck and replay."
            )),
        }
    }

    fn dead_letters(&mut self) -> Result<Task, Misuse> {
        let Some(name) = self.word() else {
            return Ok(Task::Count);
        };
        Ok(Task::Look {
            end: DeadEnd::named(&name).ok_or_else(|| no_queue(&name))?,
            body: self.take("--body").is_some(),
            most: self.number("--most", MOST, MOST_MOST)?,
        })
    }

    fn redrive(&mut self) -> Result<Task, Misuse> {
        match (self.word(), self.take("--all").is_some()) {
            (Some(_), true) => misuse("redrive takes a queue or --all, not both."),
            (None, false) => misuse("redrive needs a queue, or --all."),
            (None, true) => Ok(Task::RedriveAll),
            (Some(name), false) if name == DeadEnd::Unplaced.name() => misuse(
                "unplaced cannot be redriven: what is in it are no events, but where in a stream some \
                 are. Replay the orders that it is about.",
            ),
            (Some(name), false) => Ok(Task::Redrive(queue(&name)?)),
        }
    }

    fn replay(&mut self) -> Result<Task, Misuse> {
        let Some(id) = self.word() else {
            return misuse("replay needs the id of an order.");
        };
        let order = OrderId::parse(&id)
            .map_err(|_| Misuse(format!("{id} is no id of an order, which is a UUID.")))?;
        let to = self.value("--to").map(|name| queue(&name)).transpose()?;
        Ok(Task::Replay { order, to })
    }
}

fn misuse<T>(why: impl Into<String>) -> Result<T, Misuse> {
    Err(Misuse(why.into()))
}

fn queue(name: &str) -> Result<&'static Queue, Misuse> {
    let known = QUEUES.into_iter().find(|queue| queue.name == name);
    known.ok_or_else(|| no_queue(name))
}

fn no_queue(name: &str) -> Misuse {
    let known = queue_names();
    Misuse(format!(
        "There is no queue {name}. The queues are: {known}."
    ))
}

fn queue_names() -> String {
    QUEUES.map(|queue| queue.name).join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::id::OrderId;
    use store::operating::DeadEnd;
    use store::queues::ORDERS_SETTLE_PAYMENT;

    use super::{At, Chosen, Command, Task, Wish, help, parse};

    const ORDER: &str = "019bc0b1-4de8-7000-8000-000000100001";

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned)).map_err(|misuse| misuse.to_string())
    }

    fn task(line: &str) -> Task {
        match parsed(line) {
            Ok(Command::Do(Wish { task, .. })) => task,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_command_is_understood() {
        let queue = &ORDERS_SETTLE_PAYMENT;
        assert_eq!(task("dead-letters"), Task::Count);
        assert_eq!(
            task("dead-letters orders-settle-payment --body --most 5"),
            Task::Look {
                end: DeadEnd::Of(queue),
                body: true,
                most: 5,
            }
        );
        assert_eq!(
            task("dead-letters unplaced"),
            Task::Look {
                end: DeadEnd::Unplaced,
                body: false,
                most: 100,
            }
        );
        assert_eq!(task("redrive orders-settle-payment"), Task::Redrive(queue));
        assert_eq!(task("redrive --all"), Task::RedriveAll);
        let stuck = |minutes: u64| Task::Stuck {
            older_than: Duration::from_secs(minutes * 60),
            most: 100,
        };
        assert_eq!(task("stuck"), stuck(5));
        assert_eq!(task("--older-than=60 stuck"), stuck(60));
        assert_eq!(
            task(&format!("replay {ORDER} --to orders-settle-payment")),
            Task::Replay {
                order: OrderId::parse(ORDER).unwrap(),
                to: Some(queue),
            }
        );
    }

    #[test]
    fn a_shop_is_here_or_in_aws() {
        let at = |line: &str| match parsed(line) {
            Ok(Command::Do(Wish { at, json, .. })) => (at, json),
            other => panic!("{line}: {other:?}"),
        };
        let here = |url: &str| At::Local(url.to_owned());
        assert_eq!(at("stuck"), (here("http://127.0.0.1:9000"), false));
        assert_eq!(
            at("stuck --local http://x --json"),
            (here("http://x"), true)
        );
        let chosen = ["OrdersTable=a", "Unplaced=b"].map(|pair| {
            let (id, name) = pair.split_once('=').unwrap();
            Chosen {
                id: id.to_owned(),
                name: name.to_owned(),
            }
        });
        let stack = At::Stack {
            name: "souk".to_owned(),
            chosen: chosen.into(),
        };
        let line = "stuck --name OrdersTable=a --stack souk --name=Unplaced=b";
        assert_eq!(at(line), (stack, false));
    }

    #[test]
    fn help_names_every_command() {
        assert_eq!(parsed("stuck --help"), Ok(Command::Help));
        for what in [
            "dead-letters QUEUE",
            "redrive --all",
            "replay ORDER_ID",
            "--stack NAME",
        ] {
            assert!(help().contains(what), "{what}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, why) in [
            ("", "It needs a command"),
            ("dead", "There is no command dead"),
            ("--json=yes stuck", "--json is unknown or takes no value."),
            ("--sack souk stuck", "--sack is unknown."),
            ("stuck --stack", "--stack needs a value."),
            (
                "stuck --stack a --local b",
                "--stack and --local contradict",
            ),
            ("stuck --name A=b", "--name goes with --stack"),
            ("stuck --stack a --name b", "--name must be ID=NAME, not b."),
            (
                "stuck --older-than 0",
                "--older-than must be 1 to 65535, not 0.",
            ),
            ("stuck --most many", "--most must be 1 to 500, not many."),
            ("stuck --body", "--body does not go with this command."),
            ("stuck here", "here is one word too many."),
            ("dead-letters mail", "There is no queue mail."),
            (
                "dead-letters --body",
                "--body does not go with this command.",
            ),
            ("redrive", "redrive needs a queue, or --all."),
            (
                "redrive carts-join-cart --all",
                "redrive takes a queue or --all",
            ),
            ("redrive unplaced", "unplaced cannot be redriven"),
            ("replay", "replay needs the id of an order."),
            ("replay MUG", "MUG is no id of an order"),
        ] {
            let said = parsed(line).unwrap_err();
            assert!(said.starts_with(why), "{line}: {said}");
        }
        let queue = format!("replay {ORDER} --to unplaced");
        let said = parsed(&queue).unwrap_err();
        assert!(said.starts_with("There is no queue unplaced."), "{said}");
    }
}
