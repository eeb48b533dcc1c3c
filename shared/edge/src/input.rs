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
///
/// `also` is a parameter that is read elsewhere, and allowed.
pub(crate) fn query(
    pairs: &[&(String, String)],
    shape: &Shape,
    also: Option<&str>,
    faults: &mut Faults,
) -> Value {
    let mut given = Map::new();
    for (name, text) in pairs {
        let Some(field) = shape.field(name) else {
            let allowed: Vec<&str> = shape.field_names().chain(also).collect();
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
        let value = field.value_of(text);
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

/// The body as JSON, walked along its shape; null if it is none.
pub(crate) fn body(bytes: &[u8], shape: &Shape, faults: &mut Faults) -> Value {
    let Some(value) = json(bytes, faults) else {
        return Value::Null;
    };
    shape.walk(&value, faults);
    value
}

/// The body as JSON of any shape; none if `faults` tell why.
pub(crate) fn json(bytes: &[u8], faults: &mut Faults) -> Option<Value> {
    let fault = if bytes.iter().all(u8::is_ascii_whitespace) {
        "is required".to_owned()
    } else {
        match std::str::from_utf8(bytes) {
            Err(_) => "must be UTF-8".to_owned(),
            Ok(text) if depth(text) > MOST_DEPTH => {
                format!("must not nest deeper than {MOST_DEPTH}")
            }
            Ok(text) => match serde_json::from_str(text) {
                Ok(mut value) => {
                    whole(&mut value);
                    return Some(value);
                }
                Err(error) => format!(
                    "must be JSON; line {} column {} is not",
                    error.line(),
                    error.column()
                ),
            },
        }
    };
    faults.unparsable.push(format!("body: {fault}"));
    None
}

/// The largest integer that a double keeps exact; JSON has no larger ones to speak of.
const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

/// Writes whole numbers as integers: to JSON, and to its schemas, 2.0 and 2 are one number.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            let float = float.filter(|float| float.fract() == 0.0 && float.abs() <= MOST_EXACT);
            // The shortest way from a whole double to an integer that loses nothing.
            if let Some(integer) = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok())
            {
                *value = Value::from(integer);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        _ => {}
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
    use serde_json::json;

    use super::{depth, whole};

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        let mut value =
            json!({"a": [2.0, -0.0, 1.5], "b": 9_007_199_254_740_991.0_f64, "c": 1e300});
        whole(&mut value);
        assert_eq!(
            value,
            json!({"a": [2, 0, 1.5], "b": 9_007_199_254_740_991_i64, "c": 1e300})
        );
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(depth(r#"{"a":["[[[",{"\"[":1}]}"#), 3);
        assert_eq!(depth(&"[".repeat(1000)), 1000);
    }
}
