//! A body that is taken as it was sent, for routes that must check a signature over it before they may
//! read it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::HeaderMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::shape::Faults;

/// A request's headers and body, unread.
#[derive(Debug, Clone, Deserialize)]
pub struct AsSent {
    /// Its headers that can be read as text, by their names in small letters; the last of each.
    pub headers: BTreeMap<String, String>,
    /// Its body, to the letter.
    pub body: String,
}

impl JsonSchema for AsSent {
    fn schema_name() -> Cow<'static, str> {
        "AsSent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Whatever its sender makes of it; checked as it is sent, to the letter.",
            "additionalProperties": true,
            "maxProperties": 1_000,
        })
    }
}

/// What [`AsSent`] is read from, unless `faults` tell why there is none.
pub(crate) fn read(headers: &HeaderMap, bytes: &[u8], faults: &mut Faults) -> Option<Value> {
    let Ok(body) = std::str::from_utf8(bytes) else {
        faults.unparsable.push("body: must be UTF-8".to_owned());
        return None;
    };
    let headers: BTreeMap<&str, &str> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    Some(json!({ "headers": headers, "body": body }))
}
