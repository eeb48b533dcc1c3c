//! What each sample event asks for and what it is answered, and how each error looks, as a test has put
//! it down.

use edge::{Code, Function};
use serde_json::{Map, Value, json};

/// The examples of all functions.
pub(super) struct Examples(Value);

/// An example of a trace id.
pub(super) const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The example of one function.
#[derive(Clone, Copy)]
pub(super) struct Example<'a>(&'a Value);

impl Examples {
    /// Reads the file; without one there are no examples, which a test of the document finds.
    pub(super) fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    pub(super) fn of(&self, function: &Function) -> Example<'_> {
        Example(&self.0[function.name()])
    }

    /// An error of a code: one that was answered, or its bare form where none can be brought about.
    pub(super) fn error(&self, code: Code) -> Value {
        let recorded = self.0["errors"].get(code.name()).cloned();
        recorded.unwrap_or_else(|| {
            json!({
                "success": false,
                "message": code.title(),
                "statusCode": code.status(),
                "code": code.name(),
                "errors": [],
                "traceId": TRACE,
            })
        })
    }
}

impl Example<'_> {
    /// The value of a parameter of the path or the query, as its schema has it.
    pub(super) fn parameter(self, place: &str, name: &str, schema: &Value) -> Option<Value> {
        let text = self.0["request"][place].get(name)?.as_str()?;
        let is_text = schema["type"].as_str().is_none_or(|kind| kind == "string");
        if is_text {
            return Some(Value::from(text));
        }
        serde_json::from_str(text).ok()
    }

    /// The body that is sent.
    pub(super) fn body(self) -> Option<Value> {
        self.0["request"].get("body").cloned()
    }

    /// The body that is answered, if it is of a media type.
    pub(super) fn reply(self, media_type: &str) -> Option<Value> {
        let response = &self.0["response"];
        let body = response.get("body").cloned();
        body.filter(|_| response["mediaType"] == media_type)
    }

    /// The body that is answered with the other status of the route.
    pub(super) fn also(self) -> Option<Value> {
        self.0["also"].get("body").cloned()
    }
}

/// Gives an example to each parameter of a named type that has none of its own.
pub(super) fn complete(paths: &mut Map<String, Value>, schemas: &Value) {
    let operations = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in operations.flat_map(|item| item.values_mut()) {
        let parameters = operation.get_mut("parameters");
        let parameters = parameters.and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let named = parameter["schema"]["$ref"].as_str();
            let name = named.and_then(|reference| reference.rsplit('/').next());
            let (None, Some(name)) = (parameter.get("example"), name) else {
                continue;
            };
            if let Some(value) = suggested(&schemas[name]) {
                parameter["example"] = value;
            }
        }
    }
}

/// A value that a parameter's schema suggests.
pub(super) fn suggested(schema: &Value) -> Option<Value> {
    let first = |keyword: &str| schema[keyword].as_array()?.first().cloned();
    first("examples")
        .or_else(|| {
            schema
                .get("default")
                .filter(|value| !value.is_null())
                .cloned()
        })
        .or_else(|| first("enum"))
        .or_else(|| {
            let number = schema["type"] == "integer";
            schema.get("minimum").filter(|_| number).cloned()
        })
}
