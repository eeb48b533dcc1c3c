//! What a schema says by way of its Rust type, said in its own words: an integer has the bounds of its
//! width, an object has the fields it lists and no others, a list of words is one. The published schemas and the shapes that
//! are enforced are both made here.

use serde_json::{Map, Value, json};

/// The largest integer that JSON readers, most of which hold numbers as doubles, keep exact.
const MOST_EXACT: i64 = 9_007_199_254_740_991;

/// Puts bounds on every integer, and closes every object with fields.
pub fn bound(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(is_integer) {
                integer(fields);
            }
            words(fields);
            let is_open =
                fields.get("properties").is_some() && fields.get("additionalProperties").is_none();
            if is_open {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            for (keyword, value) in fields.iter_mut() {
                // What stands below these is data.
                if !matches!(
                    keyword.as_str(),
                    "const" | "default" | "enum" | "example" | "examples"
                ) {
                    bound(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        _ => {}
    }
}

fn is_integer(kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "integer"),
        kind => kind == "integer",
    }
}

fn integer(fields: &mut Map<String, Value>) {
    let (least, most) = match fields.get("format").and_then(Value::as_str) {
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint64" | "uint") => (0, MOST_EXACT),
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        _ => (-MOST_EXACT, MOST_EXACT),
    };
    let given = |keyword: &str| fields.get(keyword).and_then(Value::as_i64);
    let least = given("minimum").unwrap_or(least).max(least);
    let most = given("maximum").unwrap_or(most).min(most);
    let is_narrow = i32::try_from(least).is_ok() && i32::try_from(most).is_ok();
    fields.insert("minimum".to_owned(), json!(least));
    fields.insert("maximum".to_owned(), json!(most));
    let format = if is_narrow { "int32" } else { "int64" };
    fields.insert("format".to_owned(), json!(format));
}

/// Makes one list of words of an enum's members, each of which is a schema of its own if it has a doc
/// comment; what they mean goes into the description.
fn words(fields: &mut Map<String, Value>) {
    let Some(members) = fields.get("oneOf").and_then(Value::as_array) else {
        return;
    };
    let words: Option<Vec<&str>> = members.iter().map(|one| one["const"].as_str()).collect();
    let Some(words) = words.map(|words| json!(words)) else {
        return;
    };
    let about = fields.get("description").and_then(Value::as_str);
    let meanings = members.iter().filter_map(|one| {
        let meaning = one["description"].as_str()?;
        Some(format!("\n- `{}`: {meaning}", one["const"].as_str()?))
    });
    let about = format!(
        "{}\n{}",
        about.unwrap_or_default(),
        meanings.collect::<String>()
    );
    fields.shift_remove("oneOf");
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), words);
    fields.insert("description".to_owned(), json!(about.trim()));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn bounded(mut schema: Value) -> Value {
        super::bound(&mut schema);
        schema
    }

    #[test]
    fn an_integer_has_the_bounds_of_its_width_unless_it_has_closer_ones() {
        assert_eq!(
            bounded(json!({"type": "integer", "format": "uint32", "minimum": 0})),
            json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": 4_294_967_295_u32})
        );
        assert_eq!(
            bounded(
                json!({"type": ["integer", "null"], "format": "int64", "minimum": -5, "maximum": 5})
            ),
            json!({"type": ["integer", "null"], "format": "int32", "minimum": -5, "maximum": 5})
        );
        assert_eq!(
            bounded(json!({"type": "integer"}))["maximum"],
            json!(super::MOST_EXACT)
        );
    }

    #[test]
    fn the_members_of_an_enum_are_one_list_of_words() {
        let members = json!([
            {"const": "up", "type": "string", "description": "It answers."},
            {"const": "down", "type": "string"},
        ]);
        assert_eq!(
            bounded(json!({"oneOf": members, "description": "How it is."})),
            json!({
                "type": "string",
                "enum": ["up", "down"],
                "description": "How it is.\n\n- `up`: It answers.",
            })
        );
        let others =
            json!({"oneOf": [{"type": "integer", "minimum": 0, "maximum": 1, "format": "int32"}]});
        assert_eq!(bounded(others.clone()), others);
    }

    #[test]
    fn an_object_with_fields_is_closed_and_a_map_and_an_example_are_left_alone() {
        let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        assert_eq!(bounded(object)["additionalProperties"], json!(false));
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        assert_eq!(bounded(map.clone()), map);
        let example = json!({"type": "object", "examples": [{"properties": {}}]});
        assert_eq!(bounded(example.clone()), example);
    }
}
