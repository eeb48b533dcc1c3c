//! What a request carries beside its body: the parameters of its path and query, and its headers.

use edge::Route;
use edge::route::{Idempotency, Precondition};
use serde_json::{Value, json};

use super::examples::{Example, suggested};

/// The parameters of a route.
pub(super) fn parameters(
    route: &Route,
    path: &Value,
    query: &Value,
    tagged: bool,
    example: Example<'_>,
) -> Vec<Value> {
    let in_path = route.parameters().into_iter().map(|name| {
        let schema = path["properties"].get(name).cloned();
        parameter(name, "path", true, schema.unwrap_or_default(), example)
    });
    let required = |name: &str| {
        let names = query["required"].as_array();
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let in_query = query["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| parameter(name, "query", required(name), schema.clone(), example));
    in_path
        .chain(in_query)
        .chain(headers(route, tagged))
        .collect()
}

fn headers(route: &Route, tagged: bool) -> impl Iterator<Item = Value> {
    let key = match route.idempotency {
        Idempotency::Natural => None,
        Idempotency::Accepted => Some("IdempotencyKey"),
        Idempotency::Required => Some("RequiredIdempotencyKey"),
    };
    let version = match route.precondition {
        Precondition::Required => Some("RequiredIfMatch"),
        Precondition::Honoured => Some("IfMatch"),
        Precondition::Unmatched => None,
    };
    let known = tagged.then_some("IfNoneMatch");
    [key, version, known]
        .into_iter()
        .flatten()
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
}

fn parameter(
    name: &str,
    place: &str,
    required: bool,
    schema: Value,
    example: Example<'_>,
) -> Value {
    let mut schema = present(schema);
    let description = schema
        .as_object_mut()
        .and_then(|schema| schema.shift_remove("description"));
    let mut parameter = json!({ "name": name, "in": place });
    if required {
        parameter["required"] = json!(true);
    }
    if let Some(description) = description {
        parameter["description"] = description;
    }
    if let Some(value) = example
        .parameter(place, name, &schema)
        .or_else(|| suggested(&schema))
    {
        parameter["example"] = value;
    }
    parameter["schema"] = schema;
    parameter
}

/// The schema without null: a parameter that is there has a value.
fn present(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
        return schema;
    }
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    let Some([kept, Value::Object(null)]) = alternatives.map(Vec::as_slice) else {
        return schema;
    };
    if null.get("type").is_none_or(|kind| kind != "null") {
        return schema;
    }
    let mut kept = kept.clone();
    if let Some(description) = schema.get("description") {
        kept["description"] = description.clone();
    }
    if let Some(examples) = schema.get("examples") {
        kept["examples"] = examples.clone();
    }
    kept
}
