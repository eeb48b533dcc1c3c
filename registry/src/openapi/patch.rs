//! The bodies of PATCH: a merge patch to what the route's body describes, or the steps of a JSON Patch.

use serde_json::{Map, Value, json};

use super::examples::Example;
use super::schemas::AT;

/// The most steps of a JSON Patch, and the longest pointer of one.
const MOST_STEPS: u8 = 100;
const MOST_POINTER: u16 = 1_024;
/// JSON Pointers (RFC 6901).
const POINTER: &str = "^(/([^~/]|~[01])*)*$";

/// The request body of a route that patches what `document` describes.
pub(super) fn request(document: &Value, named: &Map<String, Value>, example: Example<'_>) -> Value {
    let merge = json!({ "schema": merge(document, named), "example": example.body() });
    json!({
        "description": "What is to change: a merge patch (RFC 7396), in which null takes a field away \
                        and an array replaces the whole array; or a JSON Patch (RFC 6902), all of \
                        whose steps are carried out or none.",
        "required": true,
        "content": {
            "application/merge-patch+json": merge,
            "application/json": merge,
            "application/json-patch+json": {
                "schema": { "$ref": "#/components/schemas/JsonPatch" },
                "example": [{ "op": "replace", "path": "/name", "value": "Another name" }],
            },
        },
    })
}

/// The same fields, each of which may be left out, and taken away unless the object must have it.
fn merge(document: &Value, named: &Map<String, Value>) -> Value {
    let name = document["$ref"].as_str().and_then(|at| at.strip_prefix(AT));
    let document = name.and_then(|name| named.get(name)).unwrap_or(document);
    let must_have = |name: &str| {
        let required = document["required"].as_array();
        required.is_some_and(|required| required.iter().any(|one| one == name))
    };
    let fields: Map<String, Value> = document["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| {
            let field = if must_have(name) || takes_null(field) {
                field.clone()
            } else {
                clearable(field)
            };
            (name.clone(), field)
        })
        .collect();
    json!({
        "type": "object",
        "description": "What is to change.",
        "properties": fields,
        "additionalProperties": false,
    })
}

fn takes_null(schema: &Value) -> bool {
    let is_null = |schema: &Value| schema["type"] == "null";
    let listed = |kinds: &Value| {
        let kinds = kinds.as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null" || is_null(kind)))
    };
    listed(&schema["type"]) || listed(&schema["anyOf"])
}

fn clearable(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let described = schema
        .as_object_mut()
        .and_then(|schema| schema.shift_remove("description"));
    let mut clearable = json!({ "anyOf": [schema, { "type": "null" }] });
    if let Some(description) = described {
        clearable["description"] = description;
    }
    clearable
}

/// The schema of a JSON Patch.
pub(super) fn steps() -> Value {
    let pointer = |description: &str| {
        json!({
            "type": "string",
            "maxLength": MOST_POINTER,
            "pattern": POINTER,
            "description": description,
        })
    };
    let step = |operations: &[&str], more: Option<(&str, Value)>| {
        let mut properties = json!({
            "op": { "type": "string", "enum": operations, "description": "What to do." },
            "path": pointer("Where, as a JSON Pointer (RFC 6901)."),
        });
        let mut required = vec!["op", "path"];
        if let Some((name, schema)) = more {
            properties[name] = schema;
            required.push(name);
        }
        json!({
            "type": "object",
            "description": "A step.",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let value = json!({ "description": "Any JSON value." });
    json!({
        "type": "array",
        "description": "Steps that are carried out in order, all or none (RFC 6902).",
        "maxItems": MOST_STEPS,
        "items": { "oneOf": [
            step(&["add", "replace", "test"], Some(("value", value))),
            step(&["remove"], None),
            step(&["move", "copy"], Some(("from", pointer("From where, as a JSON Pointer.")))),
        ] },
    })
}
