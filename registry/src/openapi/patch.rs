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

/// The same fields, each of which may be left out, and taken away unless the object must have it. Objects
/// in it are merged likewise.
fn merge(document: &Value, named: &Map<String, Value>) -> Value {
    let document = resolved(document, named);
    let must_have = |name: &str| {
        let required = document["required"].as_array();
        required.is_some_and(|required| required.iter().any(|one| one == name))
    };
    let fields: Map<String, Value> = document["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| {
            let merged = merge_of_field(field, named);
            let field = if must_have(name) || takes_null(field) {
                merged
            } else {
                clearable(&merged)
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

/// What a patch may say of a field: of an object, what is to change of it.
fn merge_of_field(field: &Value, named: &Map<String, Value>) -> Value {
    if let Some(alternatives) = field["anyOf"].as_array() {
        let merged: Vec<Value> = alternatives
            .iter()
            .map(|one| merge_of_field(one, named))
            .collect();
        let mut field = field.clone();
        field["anyOf"] = json!(merged);
        return field;
    }
    let has_fields = resolved(field, named)["properties"].is_object();
    if !has_fields {
        return field.clone();
    }
    let mut merged = merge(field, named);
    if let Some(description) = field.get("description") {
        merged["description"] = description.clone();
    }
    merged
}

fn resolved<'a>(schema: &'a Value, named: &'a Map<String, Value>) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|at| at.strip_prefix(AT));
    name.and_then(|name| named.get(name)).unwrap_or(schema)
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
