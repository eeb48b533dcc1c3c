//! Reading a request's path, query and body into types, with all that is wrong named at once.

use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde_json::{Map, Value};

use crate::problem::{Code, Failure};
use crate::shape::{Faults, Shape};

/// The largest body that is read, in bytes.
pub const MOST_BODY_BYTES: usize = 256 * 1024;
/// How deep a body may nest.
pub const MOST_DEPTH: usize = 32;

/// Reads the path's parameters; a value of the wrong form names nothing that exists.
pub(crate) fn path<T: DeserializeOwned>(
    parameters: Vec<(&'static str, String)>,
) -> Result<T, Failure> {
    let pairs = parameters.into_iter();
    T::deserialize(MapDeserializer::<_, ValueError>::new(pairs))
        .map_err(|_| Failure::new(Code::NotFound))
}

/// The query as JSON; every fault of a query is a 400.
pub(crate) fn query(raw: &str, shape: &Shape, faults: &mut Faults) -> Value {
    let mut given = Map::new();
    for (name, text) in form_urlencoded::parse(raw.as_bytes()) {
        let Some(field) = shape.field(&name) else {
            let allowed: Vec<&str> = shape.field_names().collect();
            let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            faults.unparsable.push(if allowed.is_empty() {
                format!("{name}: is not a known parameter; none is allowed")
            } else {
                format!(
                    "{name}: is not a known parameter; allowed are {}",
                    allowed.join(", ")
                )
            });
            continue;
        };
        let value = field.value_of(&text);
        if given.insert(name.to_string(), value).is_some() {
            faults.unparsable.push(format!("{name}: is given twice"));
        }
    }
    let given = Value::Object(given);
    let mut found = Faults::default();
    shape.walk(&given, &mut found);
    faults.unparsable.extend(found.unparsable);
    faults.unparsable.extend(found.broken);
    given
}

/// The body as JSON.
pub(crate) fn body(bytes: &[u8], shape: &Shape, faults: &mut Faults) -> Value {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        faults.unparsable.push("body: is required".to_owned());
        return Value::Null;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        faults.unparsable.push("body: must be UTF-8".to_owned());
        return Value::Null;
    };
    if depth(text) > MOST_DEPTH {
        faults
            .unparsable
            .push(format!("body: must not nest deeper than {MOST_DEPTH}"));
        return Value::Null;
    }
    match serde_json::from_str(text) {
        Ok(value) => {
            shape.walk(&value, faults);
            value
        }
        Err(error) => {
            faults.unparsable.push(format!(
                "body: must be JSON; line {} column {} is not",
                error.line(),
                error.column()
            ));
            Value::Null
        }
    }
}

/// Turns a walked value into its type.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| {
        // The walk lets nothing through that its type refuses, or the two have drifted apart.
        Failure::new(Code::InvalidRequest)
            .error("body: is not of the documented form")
            .because(error)
    })
}

/// The failure that names all faults, if there are any: first what cannot be parsed at all.
pub(crate) fn verdict(faults: Faults) -> Result<(), Failure> {
    let Faults { unparsable, broken } = faults;
    let (code, errors) = match (unparsable.is_empty(), broken.is_empty()) {
        (true, true) => return Ok(()),
        (false, _) => (Code::InvalidRequest, unparsable),
        (true, false) => (Code::ValidationFailed, broken),
    };
    Err(Failure {
        errors,
        ..Failure::new(code)
    })
}

/// How deep the brackets of a JSON text nest, without parsing it.
fn depth(text: &str) -> usize {
    let (mut deepest, mut now, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(depth(r#"{"a":["[[[",{"\"[":1}]}"#), 3);
        assert_eq!(depth(&"[".repeat(1000)), 1000);
    }
}
