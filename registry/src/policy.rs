//! What a function may do: the grants of its handles, merged by resource, and what its trigger needs.
//! The templates and the local store's enforcement are both made of these statements. Writing its
//! own log is not among them: every template adds that for the function's own log group.

use edge::{Function, Source};
use store::grant::Resource;
use store::tables::Table;

use crate::naming::Naming;

/// Actions allowed on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The IAM actions, in order and each once.
    pub actions: Vec<&'static str>,
    /// What they may be taken on.
    pub on: Target,
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// What a handle was granted.
    Granted(Resource),
    /// The stream of a table.
    Stream(&'static Table),
    /// The queue that takes what the relay could not place.
    Unplaced,
}

/// What Lambda does on a function's behalf to bring it a queue's messages.
const RECEIVE: [&str; 4] = [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];
/// What Lambda does on a function's behalf to bring it a stream's records.
const FOLLOW: [&str; 4] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

/// The policy of a function, one statement a resource.
#[must_use]
pub fn statements(function: &Function) -> Vec<Statement> {
    let granted = (function.declare)()
        .grants
        .into_iter()
        .map(|grant| (Target::Granted(grant.on), grant.actions.to_vec()));
    let mut statements: Vec<Statement> = Vec::new();
    for (on, actions) in granted.chain(triggering(function)) {
        match statements.iter_mut().find(|statement| statement.on == on) {
            Some(statement) => statement.actions.extend(actions),
            None => statements.push(Statement { actions, on }),
        }
    }
    for statement in &mut statements {
        statement.actions.sort_unstable();
        statement.actions.dedup();
    }
    statements
}

fn triggering(function: &Function) -> Vec<(Target, Vec<&'static str>)> {
    match function.source() {
        None | Some(Source::EveryMinute) => Vec::new(),
        Some(Source::Queue { queue, .. }) => {
            vec![(Target::Granted(Resource::Queue(queue)), RECEIVE.to_vec())]
        }
        Some(Source::Outboxes(tables)) => tables
            .iter()
            .map(|table| (Target::Stream(table), FOLLOW.to_vec()))
            .chain([(Target::Unplaced, vec!["sqs:SendMessage"])])
            .collect(),
    }
}

/// Whether these statements allow `action` on the thing with the ARN `resource`.
#[must_use]
pub fn allows(statements: &[Statement], naming: &Naming, action: &str, resource: &str) -> bool {
    statements.iter().any(|statement| {
        let arn = naming.arn(statement.on);
        let covers = match arn.strip_suffix('*') {
            Some(start) => resource.starts_with(start),
            None => resource == arn,
        };
        covers && statement.actions.contains(&action)
    })
}
