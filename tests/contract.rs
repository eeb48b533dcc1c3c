//! What `openapi.json` declares of each operation's answers, and what of an answer it does not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use edge::Function;
use serde_json::{Map, Value};

use crate::samples::{Names, those};
use crate::shop::Answer;

/// What every answer carries and no operation declares: what the transport adds, what says how the
/// body is coded, and what tells browsers to be careful.
const OF_EVERY_ANSWER: [&str; 11] = [
    "apigw-requestid",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "content-security-policy",
    "cross-origin-resource-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

/// What pages of listed origins are told beside, which every answer declares by its first part.
const OF_ORIGINS: &str = "access-control-";

/// A header of an answer, and whether it must be there.
type Headers = BTreeMap<String, bool>;

/// An answer of one status.
struct Declared {
    headers: Headers,
    media_types: Vec<String>,
}

/// An operation: whose credentials it takes, and its answers by their status.
struct Operation {
    security: Vec<String>,
    answers: BTreeMap<u16, Declared>,
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
            let answers = answers.iter().map(|(status, answer)| {
                let status = status.parse().expect("a status");
                (status, declared(&document, answer))
            });
            let operation = Operation {
                security: schemes(operation),
                answers: answers.collect(),
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

fn declared(document: &Value, answer: &Value) -> Declared {
    let answer = resolved(document, answer);
    let fields = |name: &str| answer[name].as_object().into_iter().flatten();
    let headers = fields("headers").map(|(name, header)| {
        let required = resolved(document, header)["required"] == true;
        (name.to_ascii_lowercase(), required)
    });
    Declared {
        headers: headers.collect(),
        media_types: fields("content").map(|(name, _)| name.clone()).collect(),
    }
}

/// What a reference refers to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    pointer.map_or(value, |pointer| {
        document.pointer(pointer).expect("a target")
    })
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
    CONTRACT[&function.operation_id()]
        .answers
        .contains_key(&status)
}

/// What an answer is or has that its operation does not declare, and what it lacks that it declares.
pub(crate) fn undeclared(function: &Function, answer: &Answer) -> Vec<String> {
    let Some(declared) = CONTRACT[&function.operation_id()]
        .answers
        .get(&answer.status)
    else {
        return vec![format!("the status {}", answer.status)];
    };
    let sent = answer.headers.iter().map(|(name, _)| name.as_str());
    let beyond = sent.filter(|name| {
        !declared.headers.contains_key(*name)
            && !OF_EVERY_ANSWER.contains(name)
            && !name.starts_with(OF_ORIGINS)
    });
    let lacking = declared
        .headers
        .iter()
        .filter(|(name, required)| **required && answer.header(name).is_none());
    let essence = answer.header("content-type");
    let essence = essence.and_then(|media_type| media_type.split(';').next());
    let odd = essence.filter(|essence| {
        !answer.body.is_empty() && !declared.media_types.iter().any(|one| one == essence)
    });
    let of_this = |what: String| format!("{what} of {}", answer.status);
    beyond
        .map(|name| format!("the header {name}"))
        .chain(lacking.map(|(name, _)| format!("the lack of {name}")))
        .chain(odd.map(|essence| format!("the media type {essence}")))
        .map(of_this)
        .collect()
}
