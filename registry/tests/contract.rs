//! What strangers can rely on in the description of the API: every schema is closed and bounded,
//! everything is said, every example is what its schema says. Whatever is missing is named.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use registry::openapi;
use serde_json::{Value, json};

fn document() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    openapi::document(|path| fs::read_to_string(root.join(path)).unwrap_or_default())
}

fn nothing_is_wrong(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Keywords below which stand schemas by name.
const NAMED: [&str; 2] = ["properties", "patternProperties"];
/// Keywords that are a schema, or a list of them.
const NESTED: [&str; 7] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "items",
    "not",
    "oneOf",
    "propertyNames",
];

/// Calls `judge` for a schema and every schema in it, with the place of each.
fn each_schema(schema: &Value, at: &str, judge: &mut impl FnMut(&Value, &str)) {
    if !schema.is_object() {
        return;
    }
    judge(schema, at);
    for keyword in NAMED {
        for (name, inner) in schema[keyword].as_object().into_iter().flatten() {
            each_schema(inner, &format!("{at}.{name}"), judge);
        }
    }
    for keyword in NESTED {
        match &schema[keyword] {
            Value::Array(members) => {
                for (index, inner) in members.iter().enumerate() {
                    each_schema(inner, &format!("{at}.{keyword}[{index}]"), judge);
                }
            }
            inner => each_schema(inner, &format!("{at}.{keyword}"), judge),
        }
    }
}

/// Every schema of the document that stands outside another one, with its place.
fn schemas(document: &Value) -> Vec<(String, Value)> {
    fn below(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    match name.as_str() {
                        "schema" => found.push((at.to_owned(), inner.clone())),
                        "example" | "examples" => {}
                        _ => below(inner, &format!("{at}/{name}"), found),
                    }
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    below(inner, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    below(&document["paths"], "", &mut found);
    for kind in ["parameters", "headers", "responses"] {
        below(&document["components"][kind], kind, &mut found);
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        found.push((name.clone(), schema.clone()));
    }
    found
}

fn is(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    }
}

#[test]
fn every_schema_is_closed_and_bounded() {
    let document = document();
    let mut faults = Vec::new();
    for (place, schema) in schemas(&document) {
        each_schema(&schema, &place, &mut |schema, at| {
            let has = |keyword: &str| schema.get(keyword).is_some();
            let listed = has("enum") || has("const");
            let mut want = |holds: bool, what: &str| {
                if !holds {
                    faults.push(format!("{at}: {what}"));
                }
            };
            if is(schema, "object") {
                let closed = schema["additionalProperties"] == json!(false)
                    || schema["unevaluatedProperties"] == json!(false);
                let is_map = !has("properties") && schema["additionalProperties"].is_object();
                let is_any = at.starts_with("OpenApiPart") || at.starts_with("AsSent");
                want(
                    closed || is_map || is_any,
                    "the object is open: list its fields, or say what its entries are",
                );
                want(
                    closed || has("maxProperties"),
                    "the map has no maxProperties",
                );
            }
            if is(schema, "string") {
                want(
                    has("maxLength") || listed,
                    "the text has no maxLength: give it a type of the domain, or length(max = ...)",
                );
            }
            if is(schema, "array") {
                want(
                    has("maxItems"),
                    "the list has no maxItems: length(max = ...)",
                );
                want(has("items"), "the list does not say of what");
            }
            if is(schema, "integer") {
                want(
                    has("minimum") && has("maximum"),
                    "the integer has no bounds",
                );
                want(
                    has("format") || listed,
                    "the integer is neither int32 nor int64",
                );
            }
            want(
                !is(schema, "number"),
                "floats are for nobody: write an integer",
            );
            let shaped = has("type") || has("$ref") || has("anyOf") || has("oneOf") || listed;
            want(
                shaped || says_that_it_is_anything(schema),
                "anything goes: say what it is",
            );
        });
    }
    nothing_is_wrong(&faults);
}

#[test]
fn everything_is_said() {
    let document = document();
    let mut faults = Vec::new();
    let said = |value: &Value| {
        value["description"]
            .as_str()
            .is_some_and(|text| text.len() > 3)
    };
    let referred = |schema: &Value| -> bool {
        let mut named = schema["anyOf"].as_array().cloned().unwrap_or_default();
        named.push(schema.clone());
        named.iter().any(|one| {
            one["$ref"].as_str().is_some_and(|reference| {
                document
                    .pointer(reference.trim_start_matches('#'))
                    .is_some_and(&said)
            })
        })
    };
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if !said(schema) {
            faults.push(format!("{name}: its type has no doc comment"));
        }
    }
    for (place, schema) in schemas(&document) {
        each_schema(&schema, &place, &mut |schema, at| {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if !said(property) && !referred(property) {
                    faults.push(format!("{at}.{name}: the field has no doc comment"));
                }
            }
        });
    }
    let mut ids = BTreeSet::new();
    for (at, operation) in operations(&document) {
        let text = operation["description"].as_str().unwrap_or_default();
        if text.matches(['.', ';', ':']).count() < 2 || text.starts_with("\n") {
            faults.push(format!(
                "{at}: the first lines of its module do not say what it does"
            ));
        }
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            faults.push(format!("{at}: it has no summary"));
        }
        if !ids.insert(operation["operationId"].to_string()) {
            faults.push(format!("{at}: another operation has the same id"));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if !said(parameter) && !referred(parameter) {
                faults.push(format!(
                    "{at}: the parameter {} has no doc comment",
                    parameter["name"]
                ));
            }
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if !said(response) && !referred(response) {
                faults.push(format!("{at}: {status} is not described"));
            }
            let known = ["500", "503"].contains(&status.as_str()) || !status.starts_with('5');
            if status == "default" || !known {
                faults.push(format!("{at}: {status} is not for us to answer"));
            }
        }
    }
    for tag in document["tags"].as_array().unwrap() {
        if !said(tag) {
            faults.push(format!("the tag {} is not described", tag["name"]));
        }
    }
    nothing_is_wrong(&faults);
}

#[test]
fn every_operation_documents_what_any_may_answer() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        let answers = &operation["responses"];
        let reads_token = operation["security"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        let expected = [
            ("400", true),
            ("401", reads_token),
            ("403", reads_token),
            ("404", at.contains('{')),
            ("405", true),
            ("406", true),
            ("413", operation.get("requestBody").is_some()),
            ("415", operation.get("requestBody").is_some()),
            ("422", operation.get("requestBody").is_some()),
            ("429", true),
            ("500", true),
        ];
        for (status, wanted) in expected {
            if wanted && answers.get(status).is_none() {
                faults.push(format!("{at}: {status} is not documented"));
            }
            // Only what reads a body can find it too large, or of a kind that it does not take.
            if !wanted && ["413", "415"].contains(&status) && answers.get(status).is_some() {
                faults.push(format!("{at}: {status} is never answered"));
            }
        }
        for (status, response) in answers.as_object().unwrap() {
            let response = resolved(&document, response);
            let mut headers = vec![
                "X-Trace-Id",
                "Cache-Control",
                "Vary",
                "RateLimit",
                "X-RateLimit-Limit",
            ];
            match status.as_str() {
                "401" => headers.push("WWW-Authenticate"),
                "405" => headers.push("Allow"),
                "429" | "503" => headers.push("Retry-After"),
                "304" => headers.push("ETag"),
                _ => {}
            }
            for header in headers {
                if response["headers"].get(header).is_none() {
                    faults.push(format!("{at}: {status} does not show {header}"));
                }
            }
        }
    }
    nothing_is_wrong(&faults);
}

#[test]
fn every_example_is_what_its_schema_says() {
    let document = document();
    let mut faults = Vec::new();
    let mut check = |at: &str, what: &str, schema: &Value, example: Option<&Value>| {
        let Some(example) = example else {
            faults.push(format!("{at}: {what} has no example"));
            return;
        };
        let mut root = schema.clone();
        root["components"] = document["components"].clone();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&root)
            .unwrap_or_else(|error| panic!("{at}: {what}: {error}"));
        for error in validator.iter_errors(example) {
            faults.push(format!("{at}: {what}: {}: {error}", error.instance_path()));
        }
    };
    for (name, header) in document["components"]["headers"].as_object().unwrap() {
        check("headers", name, &header["schema"], header.get("example"));
    }
    for (at, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(&document, parameter);
            let name = parameter["name"].as_str().unwrap();
            check(&at, name, &parameter["schema"], parameter.get("example"));
        }
        let body = &operation["requestBody"]["content"];
        for (media_type, content) in body.as_object().into_iter().flatten() {
            check(&at, media_type, &content["schema"], content.get("example"));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(&document, response);
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                let what = format!("{status} {media_type}");
                for example in examples(&document, content) {
                    check(&at, &what, &content["schema"], Some(&example));
                }
            }
        }
    }
    nothing_is_wrong(&faults);
}

/// The examples of a body.
fn examples(document: &Value, content: &Value) -> Vec<Value> {
    let named = content["examples"].as_object().into_iter().flatten();
    named
        .filter_map(|(_, example)| resolved(document, example).get("value"))
        .chain(content.get("example"))
        .cloned()
        .collect()
}

#[test]
fn every_answer_is_shown() {
    let document = document();
    let mut faults = Vec::new();
    for (at, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(&document, response);
            let contents = response["content"].as_object().into_iter().flatten();
            let shown = contents.map(|(media_type, content)| {
                (media_type, !examples(&document, content).is_empty())
            });
            let (shown, not): (Vec<_>, Vec<_>) = shown.partition(|(_, shown)| *shown);
            let success = status.starts_with('2');
            // A route that answers in many media types shows one; an error looks alike everywhere.
            if success && shown.is_empty() && !not.is_empty() {
                faults.push(format!("{at}: {status} has no example"));
            }
            for (media_type, _) in not.iter().filter(|_| !success) {
                faults.push(format!("{at}: {status} {media_type} has no example"));
            }
        }
    }
    nothing_is_wrong(&faults);
}

#[test]
fn errors_are_shown_with_what_is_special_about_them() {
    let document = document();
    let shown = |name: &str, pointer: &str| {
        let at = format!("/components/examples/{name}/value{pointer}");
        let found = document.pointer(&at).cloned();
        found.unwrap_or_else(|| panic!("{name} does not show {pointer}"))
    };
    for (name, field) in [
        ("InvalidRequest", "items[0].quantity: "),
        ("ValidationFailed", "email: "),
        ("EmailTaken", "email: "),
        ("PreconditionFailed", "If-Match: "),
        ("PatchFailed", "body[0].value: "),
    ] {
        let line = shown(name, "/errors/0");
        assert!(line.as_str().unwrap().starts_with(field), "{name}: {line}");
    }
    for (name, fields) in [
        ("OutOfStock", vec!["sku", "requested", "available"]),
        ("StockBelowZero", vec!["sku", "available", "delta"]),
        ("InvalidState", vec!["from", "to"]),
        ("PaymentDeclined", vec!["reason", "paymentId"]),
        ("SkuTaken", vec!["sku"]),
    ] {
        let detail = shown(name, "/details/0");
        let names: Vec<&String> = detail.as_object().unwrap().keys().collect();
        assert_eq!(names, fields, "{name}");
    }
}

#[test]
fn who_is_shown_a_version_is_told_its_tag() {
    let document = document();
    let mut faults = Vec::new();
    let mut tagged = 0;
    for (at, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let schema = &response["content"]["application/json"]["schema"];
            let data = resolved(&document, &schema["properties"]["data"]);
            let mut forms = data["anyOf"].as_array().cloned().unwrap_or_default();
            forms.push(data.clone());
            let versioned = forms.iter().any(|form| {
                let form = resolved(&document, form);
                form["properties"].get("version").is_some()
            });
            let tag = response["headers"].get("ETag").is_some();
            if status.starts_with('2') && versioned && !tag {
                faults.push(format!("{at}: {status} does not show ETag"));
            }
            tagged += usize::from(versioned && tag);
        }
    }
    nothing_is_wrong(&faults);
    assert!(tagged >= 14, "{tagged}");
}

/// Every operation by its method and path.
fn operations(document: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((
                format!("{} {path}", method.to_uppercase()),
                operation.clone(),
            ));
        }
    }
    found
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str();
    let target = reference.and_then(|to| document.pointer(to.trim_start_matches('#')));
    target.unwrap_or(value)
}

/// The value of a JSON Patch's step is whatever its path takes, and its schema says so.
fn says_that_it_is_anything(schema: &Value) -> bool {
    let said = |fields: &serde_json::Map<String, Value>| {
        fields.is_empty() || fields.len() == 1 && fields["description"] == "Any JSON value."
    };
    schema.as_object().is_some_and(said)
}
