//! Which permissions a call needs, as IAM would check them, and the record of who used which.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::call::{Call, Service};
use super::dynamodb::DynamoDb;
use super::mail;
use super::place::{Place, queue_name};

/// One permission that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The IAM action, such as `dynamodb:PutItem`.
    pub action: String,
    /// The ARN it is taken on.
    pub resource: String,
}

/// Decides what a function may do.
pub trait Gate: Send + Sync {
    /// Whether `function` has the permission.
    fn check(&self, function: &str, access: &Access) -> bool;
}

/// A permission that a function asked for and did not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// The function that called.
    pub function: String,
    /// The IAM action.
    pub action: String,
    /// The ARN it would have been taken on.
    pub resource: String,
}

/// Who used which permission, and who lacked one.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    used: Mutex<BTreeMap<String, BTreeSet<Access>>>,
    denials: Mutex<Vec<Denial>>,
}

impl Ledger {
    /// Puts every access before `gate` and returns the first it refuses.
    pub(crate) fn admit(
        &self,
        gate: &dyn Gate,
        function: &str,
        accesses: Vec<Access>,
    ) -> Result<(), Access> {
        let (allowed, refused): (Vec<_>, Vec<_>) = accesses
            .into_iter()
            .partition(|access| gate.check(function, access));
        let mut used = locked(&self.used);
        match used.get_mut(function) {
            Some(known) => known.extend(allowed),
            None => {
                used.insert(function.to_owned(), allowed.into_iter().collect());
            }
        }
        locked(&self.denials).extend(refused.iter().cloned().map(|access| Denial {
            function: function.to_owned(),
            action: access.action,
            resource: access.resource,
        }));
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    pub(crate) fn used(&self) -> BTreeSet<(String, String, String)> {
        let used = locked(&self.used);
        let named = used.iter().flat_map(|(function, accesses)| {
            let name = |access: &Access| {
                let Access { action, resource } = access.clone();
                (function.clone(), action, resource)
            };
            accesses.iter().map(name)
        });
        named.collect()
    }

    pub(crate) fn denials(&self) -> Vec<Denial> {
        locked(&self.denials).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The permissions that `call` needs. A body that cannot be read needs none: the service refuses it.
pub(crate) fn needed(call: &Call, place: &Place, dynamo: &DynamoDb) -> Vec<Access> {
    match call.service {
        Service::DynamoDb => read(call, |named: &Named| table_accesses(call, named, place)),
        Service::DynamoDbStreams => read(call, |named: &Named| {
            vec![one(
                "dynamodb",
                &call.operation,
                stream_of(named, place, dynamo),
            )]
        }),
        Service::Sqs => read(call, |queue: &QueueNamed| {
            let operation = call.operation.trim_end_matches("Batch");
            vec![one("sqs", operation, queue.resource(place))]
        }),
        Service::Ses => mail::sender(&call.body)
            .map(|sender| one("ses", &call.operation, place.identity(&sender)))
            .into_iter()
            .collect(),
        Service::SecretsManager => read(call, |secret: &SecretNamed| {
            vec![one(
                "secretsmanager",
                &call.operation,
                place.secret(&secret.secret_id),
            )]
        }),
    }
}

/// The names of what is accessed, each once.
pub(crate) fn names(accesses: &[Access]) -> String {
    let names: BTreeSet<&str> = accesses
        .iter()
        .map(|access| {
            let name = access.resource.split_once('/').map(|(_, name)| name);
            let last = access.resource.rsplit_once(':').map(|(_, name)| name);
            name.or(last).unwrap_or_default()
        })
        .collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

fn read<T: for<'a> Deserialize<'a>>(
    call: &Call,
    derive: impl FnOnce(&T) -> Vec<Access>,
) -> Vec<Access> {
    serde_json::from_slice(&call.body).map_or_else(|_| Vec::new(), |named| derive(&named))
}

fn one(service: &str, operation: &str, resource: String) -> Access {
    Access {
        action: format!("{service}:{operation}"),
        resource,
    }
}

fn table_accesses(call: &Call, named: &Named, place: &Place) -> Vec<Access> {
    let operation = call.operation.as_str();
    match operation {
        "TransactWriteItems" | "TransactGetItems" => named
            .transact_items
            .iter()
            .flat_map(Action::targets)
            .map(|(action, target)| one("dynamodb", action, place.table(&target.table_name)))
            .collect(),
        "BatchGetItem" | "BatchWriteItem" => named
            .request_items
            .keys()
            .map(|table| one("dynamodb", operation, place.table(table)))
            .collect(),
        _ => vec![one("dynamodb", operation, named.resource(place))],
    }
}

/// The stream that a streams call names: by its ARN, or through a shard iterator, which carries the
/// table's name.
fn stream_of(named: &Named, place: &Place, dynamo: &DynamoDb) -> String {
    if let Some(arn) = &named.stream_arn {
        return arn.clone();
    }
    named
        .shard_iterator
        .as_ref()
        .and_then(|iterator| BASE64.decode(iterator.as_bytes()).ok())
        .and_then(|position| serde_json::from_slice::<Position>(&position).ok())
        .and_then(|position| {
            let label = dynamo.stream_label(&position.table_name)?;
            Some(place.stream(&position.table_name, &label))
        })
        .unwrap_or_else(|| "*".to_owned())
}

#[derive(Deserialize)]
struct Position {
    table_name: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: Option<String>,
    index_name: Option<String>,
    resource_arn: Option<String>,
    transact_items: Vec<Action>,
    request_items: BTreeMap<String, IgnoredAny>,
    stream_arn: Option<String>,
    shard_iterator: Option<String>,
}

impl Named {
    fn resource(&self, place: &Place) -> String {
        match (&self.table_name, &self.index_name, &self.resource_arn) {
            (Some(table), Some(index), _) => place.index(table, index),
            (Some(table), None, _) => place.table(table),
            (None, _, Some(arn)) => arn.clone(),
            (None, _, None) => "*".to_owned(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Action {
    put: Option<Target>,
    update: Option<Target>,
    delete: Option<Target>,
    condition_check: Option<Target>,
    get: Option<Target>,
}

impl Action {
    fn targets(&self) -> impl Iterator<Item = (&'static str, &Target)> {
        [
            ("PutItem", &self.put),
            ("UpdateItem", &self.update),
            ("DeleteItem", &self.delete),
            ("ConditionCheckItem", &self.condition_check),
            ("GetItem", &self.get),
        ]
        .into_iter()
        .filter_map(|(action, target)| target.as_ref().map(|target| (action, target)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    table_name: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct QueueNamed {
    queue_url: Option<String>,
    queue_name: Option<String>,
    source_arn: Option<String>,
}

impl QueueNamed {
    fn resource(&self, place: &Place) -> String {
        self.queue_url
            .as_deref()
            .or(self.queue_name.as_deref())
            .or(self.source_arn.as_deref())
            .map_or_else(|| "*".to_owned(), |queue| place.queue(queue_name(queue)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretNamed {
    secret_id: String,
}
