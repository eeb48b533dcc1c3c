//! What `openapi.json` declares of each operation's answers, and what of an answer it does not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use edge::Function;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

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
    bodies: BTreeMap<String, Body>,
}

/// What a body of a media type is like; compiled when the first one comes.
type Body = LazyLock<Validator, Box<dyn FnOnce() -> Validator + Send>>;

/// An operation: how it is called, whose credentials it takes, and its answers by their status.
struct Operation {
    method: String,
    path: String,
    security: Vec<String>,
    answers: BTreeMap<u16, Declared>,
}

impl Operation {
    /// In how many variable parts a request for this path agrees with the operation's; none if not at all.
    fn variables(&self, path: &str) -> Option<usize> {
        let (own, asked) = (self.path.split('/'), path.split('/'));
        if own.clone().count() != asked.clone().count() {
            return None;
        }
        own.zip(asked).try_fold(0, |variables, (own, asked)| {
            if own.starts_with('{') {
                (!asked.is_empty()).then_some(variables + 1)
            } else {
                (own == asked).then_some(variables)
            }
        })
    }
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let text = std::fs::read_to_string(path).expect("openapi.json");
    serde_json::from_str(&text).expect("openapi.json is JSON")
});

/// The operations, by their id.
static CONTRACT: LazyLock<BTreeMap<String, Operation>> = LazyLock::new(read);

fn read() -> BTreeMap<String, Operation> {
    let items = DOCUMENT["paths"].as_object().expect("paths");
    let operations = items.iter().flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    });
    operations
        .map(|(path, method, operation)| {
            let id = operation["operationId"].as_str().expect("an id");
            let answers = operation["responses"].as_object().expect("responses");
            let answers = answers.iter().map(|(status, answer)| {
                let status = status.parse().expect("a status");
                (status, declared(answer))
            });
            let operation = Operation {
                method: method.to_uppercase(),
                path: path.clone(),
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

fn declared(answer: &'static Value) -> Declared {
    let answer = resolved(answer);
    let fields = |name: &str| answer[name].as_object().into_iter().flatten();
    let headers = fields("headers").map(|(name, header)| {
        let required = resolved(header)["required"] == true;
        (name.to_ascii_lowercase(), required)
    });
    let bodies = fields("content").map(|(name, content)| (name.clone(), body(&content["schema"])));
    Declared {
        headers: headers.collect(),
        bodies: bodies.collect(),
    }
}

fn body(schema: &'static Value) -> Body {
    LazyLock::new(Box::new(|| {
        let mut root = schema.clone();
        root["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
        jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&root)
            .expect("a schema")
    }))
}

/// What a reference refers to.
fn resolved(value: &'static Value) -> &'static Value {
    let pointer = value["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    pointer.map_or(value, |pointer| {
        DOCUMENT.pointer(pointer).expect("a target")
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
    faults(&CONTRACT[&function.operation_id()], answer)
}

/// The same of an answer to a request; nothing where no operation is called so.
pub(crate) fn undeclared_at(method: &str, path: &str, answer: &Answer) -> Vec<String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let operations = CONTRACT.values().filter(|one| one.method == method);
    let called = operations
        .filter_map(|one| Some((one.variables(path)?, one)))
        .min_by_key(|(variables, _)| *variables);
    let Some((_, operation)) = called else {
        return Vec::new();
    };
    // Who asks for some fields alone gets no whole object.
    let of_body = if query.contains("fields=") {
        Vec::new()
    } else {
        faults_of_body(operation, answer)
    };
    of_body
        .into_iter()
        .chain(faults(operation, answer))
        .collect()
}

fn faults(operation: &Operation, answer: &Answer) -> Vec<String> {
    let Some(declared) = operation.answers.get(&answer.status) else {
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
    let essence = essence(answer);
    let odd = !answer.body.is_empty() && !declared.bodies.contains_key(essence);
    let of_this = |what: String| format!("{what} of {}", answer.status);
    beyond
        .map(|name| format!("the header {name}"))
        .chain(lacking.map(|(name, _)| format!("the lack of {name}")))
        .chain(odd.then(|| format!("the media type {essence}")))
        .map(of_this)
        .collect()
}

/// What of a body is not as its schema says. Of what is compressed, and of what is no JSON, no schema says
/// anything.
fn faults_of_body(operation: &Operation, answer: &Answer) -> Vec<String> {
    let essence = essence(answer);
    let declared = operation.answers.get(&answer.status);
    let Some(schema) = declared.and_then(|declared| declared.bodies.get(essence)) else {
        return Vec::new();
    };
    let is_plain = answer.header("content-encoding").is_none() && essence.ends_with("json");
    if answer.body.is_empty() || !is_plain {
        return Vec::new();
    }
    schema
        .iter_errors(&answer.json())
        .map(|error| {
            format!(
                "{} of the body of {}: {error}",
                error.instance_path(),
                answer.status
            )
        })
        .collect()
}

fn essence(answer: &Answer) -> &str {
    let media_type = answer.header("content-type").unwrap_or_default();
    media_type.split(';').next().unwrap_or(media_type)
}
