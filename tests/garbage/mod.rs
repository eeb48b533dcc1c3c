//! Garbage in, a clear refusal out: every operation against classes of input that must never reach a
//! handler, with the exact status and the field that is named. Never a 5xx, never an internal word.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use edge::function::Trigger;

use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};

mod bodies;
mod requests;

/// Words that only we should ever see.
const INTERNAL: [&str; 12] = [
    "dynamo", "sdkerror", "panick", "serde", ".rs:", "rust", "tokio", "sqs", "unwrap", "stack",
    "none)", "some(",
];

/// Refusals that were asserted, and what was wrong with any of them.
struct Verdicts<'a> {
    shop: &'a Shop,
    class: &'static str,
    count: usize,
    wrong: Vec<String>,
}

impl<'a> Verdicts<'a> {
    fn of(shop: &'a Shop, class: &'static str) -> Self {
        Self {
            shop,
            class,
            count: 0,
            wrong: Vec::new(),
        }
    }

    async fn send(&self, sample: &Sample, bytes: Option<&[u8]>) -> Answer {
        let mut ask = self.shop.anybody().ask(&sample.method, &sample.path);
        for (name, value) in &sample.headers {
            ask = ask.header(name, value);
        }
        let body = match (bytes, &sample.body) {
            (Some(bytes), _) => bytes.to_vec(),
            (None, Some(body)) => body.to_string().into_bytes(),
            (None, None) => Vec::new(),
        };
        ask.body(&body).send().await
    }

    /// Sends `sample`, with other bytes for its body if there are any, and expects to be refused with
    /// `status` and an error line that begins with `line`.
    async fn refused(&mut self, sample: &Sample, bytes: Option<&[u8]>, status: u16, line: &str) {
        let answer = self.send(sample, bytes).await;
        self.count += 1;
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        let leak = INTERNAL.iter().find(|word| text.contains(*word));
        let named = line.is_empty() || answer.errors().iter().any(|error| error.starts_with(line));
        if answer.status != status || !named || leak.is_some() {
            let shown: String = match bytes {
                Some(bytes) => String::from_utf8_lossy(bytes).chars().take(120).collect(),
                None => sample
                    .body
                    .as_ref()
                    .map(Value::to_string)
                    .unwrap_or_default(),
            };
            self.wrong.push(format!(
                "{} {} {shown}\n    wanted {status} {line:?}, got {} {:?}, leak {leak:?}",
                sample.method,
                sample.path.chars().take(120).collect::<String>(),
                answer.status,
                answer.errors(),
            ));
        }
    }

    fn end(self, least: usize) {
        let Self {
            class,
            count,
            wrong,
            ..
        } = self;
        assert!(wrong.is_empty(), "{class}: {}", wrong.join("\n"));
        assert!(count >= least, "{class}: only {count} cases");
    }
}

fn with_body() -> Vec<Sample> {
    routes()
        .into_iter()
        // What is taken as it was sent is judged by its signature alone.
        .filter(|sample| sample.body.is_some() && schema(sample)["additionalProperties"] != true)
        .collect()
}

/// Whether a route refuses a request without a body.
fn needs_body(sample: &Sample) -> bool {
    schema(sample)["required"]
        .as_array()
        .is_some_and(|names| !names.is_empty())
}

/// The schema of a route's body, with everything inline.
pub(crate) fn schema(sample: &Sample) -> Value {
    let Trigger::Http { describe, .. } = sample.function.trigger else {
        return Value::Null;
    };
    let generator = || {
        SchemaSettings::draft2020_12()
            .with(|settings| settings.inline_subschemas = true)
            .into_generator()
    };
    let description = describe(&mut generator(), &mut generator());
    description
        .body
        .map(|body| body.as_value().clone())
        .unwrap_or_default()
}

/// Every place in a value, with its schema: its path as errors write it, and as a JSON pointer.
fn places(value: &Value, schema: &Value, path: &str, pointer: &str, found: &mut Vec<Place>) {
    let schema = known(schema);
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let inner = schema["properties"].get(name);
                let inner = inner.unwrap_or(&schema["additionalProperties"]);
                let below = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let pointer = format!("{pointer}/{name}");
                found.push(Place {
                    path: below.clone(),
                    pointer: pointer.clone(),
                    schema: known(inner).clone(),
                    value: field.clone(),
                    required: schema["required"]
                        .as_array()
                        .is_some_and(|names| names.iter().any(|one| one == name)),
                });
                places(field, inner, &below, &pointer, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                let pointer = format!("{pointer}/{index}");
                places(item, &schema["items"], &path, &pointer, found);
            }
        }
        _ => {}
    }
}

/// A schema without its null.
fn known(schema: &Value) -> &Value {
    schema["anyOf"]
        .as_array()
        .and_then(|choices| choices.iter().find(|one| one["type"] != "null"))
        .unwrap_or(schema)
}

pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) pointer: String,
    schema: Value,
    pub(crate) value: Value,
    required: bool,
}

pub(crate) fn all_places(sample: &Sample) -> Vec<Place> {
    let mut found = Vec::new();
    if let Some(body) = &sample.body {
        places(body, &schema(sample), "", "", &mut found);
    }
    found
}

pub(crate) fn changed(sample: &Sample, pointer: &str, value: Value) -> Sample {
    let mut sample = sample.clone();
    if let Some(place) = sample
        .body
        .as_mut()
        .and_then(|body| body.pointer_mut(pointer))
    {
        *place = value;
    }
    sample
}
