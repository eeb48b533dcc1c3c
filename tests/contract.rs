//! What `openapi.json` declares of each operation's answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use edge::Function;
use serde_json::{Map, Value};

use crate::samples::{Names, those};

/// An operation: whose credentials it takes, and with which statuses it answers.
struct Operation {
    security: Vec<String>,
    answers: BTreeSet<u16>,
}

/// The operations, by their id.
static CONTRACT: LazyLock<BTreeMap<String, Operation>> = LazyLock::new(read);

fn read() -> BTreeMap<String, Operation> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let text = std::fs::read_to_string(path).expect("openapi.json");
    let document: Value = serde_json::from_str(&text).expect("openapi.json is JSON");
    let items = document["paths"].as_object().expect("paths");
    let operations = items
        .values()
        .filter_map(Value::as_object)
        .flat_map(Map::values);
    operations
        .map(|operation| {
            let id = operation["operationId"].as_str().expect("an id");
            let answers = operation["responses"].as_object().expect("responses");
            let statuses = answers
                .keys()
                .map(|status| status.parse().expect("a status"));
            let operation = Operation {
                security: schemes(operation),
                answers: statuses.collect(),
            };
            (id.to_owned(), operation)
        })
        .collect()
}

/// The names of an operation's security schemes, each of which suffices; none has no name.
fn schemes(operation: &Value) -> Vec<String> {
    let security = operation["security"].as_array().expect("security");
    let one = |scheme: &Value| {
        let names = scheme.as_object().into_iter().flat_map(Map::keys);
        names.cloned().collect::<String>()
    };
    security.iter().map(one).collect()
}

/// The operations that declare an answer of a status.
pub(crate) fn declaring(status: u16) -> Names {
    those(|sample| declares(sample.function, status))
}

/// The operations that need no credentials.
pub(crate) fn open_to_anybody() -> Names {
    those(|sample| {
        let security = &CONTRACT[&sample.function.operation_id()].security;
        security.is_empty() || security.iter().any(String::is_empty)
    })
}

/// The operations that take API keys.
pub(crate) fn open_to_keys() -> Names {
    those(|sample| {
        let security = &CONTRACT[&sample.function.operation_id()].security;
        security.iter().any(|scheme| scheme == "apiKey")
    })
}

/// Whether an operation declares an answer of a status.
pub(crate) fn declares(function: &Function, status: u16) -> bool {
    CONTRACT[&function.operation_id()].answers.contains(&status)
}
