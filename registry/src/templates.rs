//! The SAM templates: a root stack with everything that is shared, and a nested stack for each
//! service.
//!
//! Functions have fixed names below the stack's name, so that the gateway can name them before their
//! stacks exist: nothing refers in a circle. Tables and queues are named by CloudFormation, because a
//! retained table with a fixed name would stand in the way of the next stack of the same name.

mod alarm;
mod data;
mod http;
mod iam;
mod input;
mod root;
mod service;

use serde_json::{Map, Value, json};

use crate::Service;

pub use input::{UNPLACED, dead_letters_id, queue_id, table_id};
pub use root::root;
pub use service::nested;

/// How long logs are kept, in days.
pub(crate) const LOGS_KEPT_DAYS: u16 = 30;
/// The most resources of a template.
pub const MOST_RESOURCES: usize = 300;
/// What a function with an alias and gradual deployment has beyond what its template shows: its
/// version, its alias and its deployment group.
pub const RESOURCES_OF_GRADUAL_DEPLOYMENT: usize = 3;

/// Named resources, in order.
pub(crate) type Resources = Map<String, Value>;

/// Where the template of a service stands, below the repository's root.
#[must_use]
pub fn path(service: &Service) -> String {
    format!("functions/{}/template.yaml", service.name)
}

/// A name in the templates: `payments-charge-order` is `PaymentsChargeOrder`.
#[must_use]
pub fn logical(name: &str) -> String {
    name.split(['-', '_'])
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}

pub(crate) fn reference(name: &str) -> Value {
    json!({ "Ref": name })
}

pub(crate) fn attribute(name: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [name, attribute] })
}

pub(crate) fn substitute(text: impl Into<String>) -> Value {
    json!({ "Fn::Sub": text.into() })
}

/// A resource that outlives its stack.
pub(crate) fn retained(kind: &str, properties: &Value) -> Value {
    json!({
        "Type": kind,
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    })
}

pub(crate) fn resource(kind: &str, properties: &Value) -> Value {
    json!({ "Type": kind, "Properties": properties })
}
