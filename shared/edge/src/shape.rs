//! The shape of an input, compiled from its JSON schema, and the walk that names every fault.
//!
//! The published schema is what is enforced: what cannot be parsed (wrong type, missing or unknown
//! field) is a 400, what breaks a rule (length, range, choice, or the parser that stands behind a
//! `format`) is a 422. A body that passes the walk deserialises.

use crate::bounds::bound;
use domain::rule::{Broken, Check, rule_of};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// Faults of a request, by kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// What cannot be parsed.
    pub unparsable: Vec<String>,
    /// What breaks a rule.
    pub broken: Vec<String>,
}

/// A compiled schema.
#[derive(Debug)]
pub struct Shape(Kind);

#[derive(Debug)]
enum Kind {
    Anything,
    Object {
        fields: Vec<Field>,
        others: Option<Box<Shape>>,
        names: Option<Box<Shape>>,
        most: Option<u64>,
    },
    Array {
        items: Box<Shape>,
        least: u64,
        most: Option<u64>,
    },
    Text {
        least: Option<u64>,
        most: Option<u64>,
        rule: Option<Check>,
    },
    Choice(Vec<String>),
    Integer {
        least: Option<i64>,
        most: Option<i64>,
    },
    Boolean,
    Nullable(Box<Shape>),
}

#[derive(Debug)]
struct Field {
    name: String,
    shape: Shape,
    required: bool,
}

impl Shape {
    /// The shape of `T` as an input.
    #[must_use]
    pub fn of<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let mut schema = settings
            .into_generator()
            .into_root_schema_for::<T>()
            .to_value();
        bound(&mut schema);
        Self::compile(&schema)
    }

    /// The shape of a merge patch (RFC 7396) to a `T`: a field may be left out, and null takes it away.
    /// Arrays are replaced as they are.
    #[must_use]
    pub fn merge_patch_of<T: JsonSchema>() -> Self {
        Self::of::<T>().into_merge_patch()
    }

    fn into_merge_patch(self) -> Self {
        let clearable = |shape: Self| Self(Kind::Nullable(Box::new(shape.into_merge_patch())));
        let kind = match self.0 {
            Kind::Object {
                fields,
                others,
                names,
                most: _,
            } => Kind::Object {
                fields: fields
                    .into_iter()
                    .map(|field| Field {
                        name: field.name,
                        shape: clearable(field.shape),
                        required: false,
                    })
                    .collect(),
                others: others.map(|others| Box::new(clearable(*others))),
                names,
                // Entries that are taken away do not count.
                most: None,
            },
            Kind::Nullable(inner) => return inner.into_merge_patch(),
            other => other,
        };
        Self(kind)
    }

    fn compile(schema: &Value) -> Self {
        let Some(schema) = schema.as_object() else {
            return Self(Kind::Anything);
        };
        // Where a parser stands behind a list, the parser knows how to say what is wrong.
        let rule = schema
            .get("format")
            .and_then(Value::as_str)
            .and_then(rule_of);
        if rule.is_none()
            && let Some(choices) = choices(schema)
        {
            return Self(Kind::Choice(choices));
        }
        if let Some(inner) = nullable(schema) {
            return Self(Kind::Nullable(Box::new(Self::compile(&inner))));
        }
        let number = |key: &str| schema.get(key).and_then(Value::as_u64);
        let kind = match schema.get("type").and_then(Value::as_str) {
            Some("object") => object(schema),
            Some("array") => Kind::Array {
                items: Box::new(Self::compile(schema.get("items").unwrap_or(&Value::Null))),
                least: number("minItems").unwrap_or(0),
                most: number("maxItems"),
            },
            Some("string") => Kind::Text {
                least: number("minLength"),
                most: number("maxLength"),
                rule,
            },
            Some("integer") => Kind::Integer {
                least: schema.get("minimum").and_then(Value::as_i64),
                most: schema.get("maximum").and_then(Value::as_i64),
            },
            Some("boolean") => Kind::Boolean,
            _ => Kind::Anything,
        };
        Self(kind)
    }

    /// Names every fault of `value`, each with its path.
    pub fn walk(&self, value: &Value, faults: &mut Faults) {
        self.check(value, "", faults);
    }

    fn check(&self, value: &Value, path: &str, faults: &mut Faults) {
        let wrong = |faults: &mut Faults, expected: &str| {
            faults
                .unparsable
                .push(fault(path, format_args!("must be {expected}")));
        };
        match (&self.0, value) {
            (Kind::Anything, _) | (Kind::Nullable(_), Value::Null) => {}
            (Kind::Nullable(inner), value) => inner.check(value, path, faults),
            (Kind::Object { .. }, Value::Object(given)) => self.check_object(given, path, faults),
            (Kind::Object { .. }, _) => wrong(faults, "an object"),
            (Kind::Array { items, least, most }, Value::Array(given)) => {
                let count = given.len() as u64;
                if count < *least || most.is_some_and(|most| count > most) {
                    faults
                        .broken
                        .push(fault(path, range("must have", *least, *most, "items")));
                }
                // A list that is far too long is not worth a line for each of its items.
                if most.is_none_or(|most| count <= most) {
                    for (index, item) in given.iter().enumerate() {
                        items.check(item, &format!("{path}[{index}]"), faults);
                    }
                }
            }
            (Kind::Array { .. }, _) => wrong(faults, "an array"),
            (Kind::Text { least, most, rule }, Value::String(text)) => {
                if let Some(rule) = rule {
                    if let Err(Broken(rule)) = rule(text) {
                        faults.broken.push(fault(path, rule));
                    }
                    return;
                }
                let length = text.chars().count() as u64;
                if least.is_some_and(|least| length < least)
                    || most.is_some_and(|most| length > most)
                {
                    let least = least.unwrap_or(0);
                    faults
                        .broken
                        .push(fault(path, range("must be", least, *most, "characters")));
                }
            }
            (Kind::Text { .. } | Kind::Choice(_), value) if !value.is_string() => {
                wrong(faults, "a string");
            }
            (Kind::Choice(choices), Value::String(text)) => {
                if !choices.contains(text) {
                    let rule = format!("must be one of {}", choices.join(", "));
                    faults.broken.push(fault(path, rule));
                }
            }
            (Kind::Integer { least, most }, Value::Number(number)) => {
                let Some(exact) = number.as_i64() else {
                    // Beyond 64 bits serde_json holds a float; a whole one is an integer out of range.
                    let whole = number.as_u64().is_some()
                        || number.as_f64().is_some_and(|float| float.abs() >= 9.2e18);
                    if whole {
                        faults.broken.push(fault(path, bounds(*least, *most)));
                    } else {
                        wrong(faults, "an integer");
                    }
                    return;
                };
                if least.is_some_and(|least| exact < least) || most.is_some_and(|most| exact > most)
                {
                    faults.broken.push(fault(path, bounds(*least, *most)));
                }
            }
            (Kind::Integer { .. }, _) => wrong(faults, "an integer"),
            (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Boolean, _) => wrong(faults, "true or false"),
            (Kind::Text { .. } | Kind::Choice(_), _) => wrong(faults, "a string"),
        }
    }

    fn check_object(&self, given: &Map<String, Value>, path: &str, faults: &mut Faults) {
        let Kind::Object {
            fields,
            others,
            names,
            most,
        } = &self.0
        else {
            return;
        };
        for Field {
            name,
            shape,
            required,
        } in fields
        {
            let path = below(path, name);
            match given.get(name) {
                Some(value) => shape.check(value, &path, faults),
                None if *required => faults.unparsable.push(fault(&path, "is required")),
                None => {}
            }
        }
        let known = |name: &String| fields.iter().any(|field| field.name == *name);
        let unknown: Vec<_> = given.iter().filter(|(name, _)| !known(name)).collect();
        if most.is_some_and(|most| unknown.len() as u64 > most) {
            faults
                .broken
                .push(fault(path, range("must have", 0, *most, "entries")));
            return;
        }
        for (name, value) in unknown {
            let path = below(path, &printable(name));
            match others {
                Some(shape) => {
                    if let Some(names) = names {
                        names.check(&Value::String(name.clone()), &path, faults);
                    }
                    shape.check(value, &path, faults);
                }
                None => faults.unparsable.push(fault(&path, "is not a known field")),
            }
        }
    }

    /// The field `name` of an object, as far as a text for it can be read.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        match &self.0 {
            Kind::Object { fields, .. } => fields
                .iter()
                .find(|field| field.name == name)
                .map(|field| &field.shape),
            _ => None,
        }
    }

    /// Whether an object without any field has this shape.
    #[must_use]
    pub fn is_satisfied_by_nothing(&self) -> bool {
        match &self.0 {
            Kind::Object { fields, .. } => fields.iter().all(|field| !field.required),
            _ => false,
        }
    }

    /// The names of an object's fields.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        match &self.0 {
            Kind::Object { fields, .. } => fields.as_slice(),
            _ => &[],
        }
        .iter()
        .map(|field| field.name.as_str())
    }

    /// The JSON value that `text` stands for where this shape is expected.
    #[must_use]
    pub fn value_of(&self, text: &str) -> Value {
        match &self.0 {
            Kind::Nullable(inner) => inner.value_of(text),
            Kind::Integer { .. } => match text.parse::<i64>() {
                // "+5" and "007" parse, but nobody means them.
                Ok(number) if number.to_string() == text => Value::from(number),
                _ => Value::String(text.to_owned()),
            },
            Kind::Boolean => match text {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::String(text.to_owned()),
            },
            _ => Value::String(text.to_owned()),
        }
    }
}

fn object(schema: &Map<String, Value>) -> Kind {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let fields = schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| {
            properties
                .iter()
                .map(|(name, schema)| Field {
                    name: name.clone(),
                    shape: Shape::compile(schema),
                    required: required.contains(&name.as_str()),
                })
                .collect()
        })
        .unwrap_or_default();
    let others = schema
        .get("additionalProperties")
        .filter(|others| others.is_object())
        .map(|others| Box::new(Shape::compile(others)));
    let names = schema
        .get("propertyNames")
        .map(|names| Box::new(Shape::compile(names)));
    Kind::Object {
        fields,
        others,
        names,
        most: schema.get("maxProperties").and_then(Value::as_u64),
    }
}

/// The constants of an enumeration, in either of the forms that schemas use.
fn choices(schema: &Map<String, Value>) -> Option<Vec<String>> {
    if let Some(listed) = schema.get("enum").and_then(Value::as_array) {
        if listed.contains(&Value::Null) {
            return None;
        }
        return listed
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect();
    }
    if let Some(constant) = schema.get("const").and_then(Value::as_str) {
        return Some(vec![constant.to_owned()]);
    }
    schema
        .get("oneOf")?
        .as_array()?
        .iter()
        .map(|one| choices(one.as_object()?))
        .collect::<Option<Vec<_>>>()
        .map(|lists| lists.concat())
}

/// The schema without its null, if it allows null.
fn nullable(schema: &Map<String, Value>) -> Option<Value> {
    if let Some(types) = schema.get("type").and_then(Value::as_array) {
        let mut inner = schema.clone();
        let only = types.iter().find(|one| one.as_str() != Some("null"))?;
        inner.insert("type".to_owned(), only.clone());
        if let Some(Value::Array(listed)) = inner.get_mut("enum") {
            listed.retain(|one| !one.is_null());
        }
        return Some(Value::Object(inner));
    }
    let alternatives = schema.get("anyOf")?.as_array()?;
    alternatives
        .iter()
        .find(|one| one.get("type").and_then(Value::as_str) != Some("null"))
        .cloned()
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn fault(path: &str, rule: impl std::fmt::Display) -> String {
    let path = if path.is_empty() { "body" } else { path };
    format!("{path}: {rule}")
}

fn range(verb: &str, least: u64, most: Option<u64>, unit: &str) -> String {
    match most {
        Some(most) if most == least => format!("{verb} {least} {unit}"),
        Some(most) => format!("{verb} {least} to {most} {unit}"),
        None => format!("{verb} at least {least} {unit}"),
    }
}

fn bounds(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("must be {least} to {most}"),
        (Some(least), None) => format!("must be at least {least}"),
        (None, Some(most)) => format!("must be at most {most}"),
        (None, None) => "is out of range".to_owned(),
    }
}

/// A client's own field name, short and free of control characters, to be shown back to it.
fn printable(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(64)
        .collect()
}

/// The schema of `T` as the documentation shows it; definitions go to `components`.
pub fn schema<T: JsonSchema>(generator: &mut schemars::SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

#[cfg(test)]
mod tests {
    use super::{Faults, Shape};
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::{Value, json};

    /// A colour, documented as people do.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    enum Colour {
        /// Like a tomato.
        Red,
        /// Like grass.
        Green,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Part {
        #[schemars(range(min = 1, max = 999))]
        #[expect(dead_code, reason = "only its schema matters")]
        how_many: u32,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Thing {
        #[schemars(length(min = 1, max = 3))]
        name: String,
        colour: Option<Colour>,
        #[schemars(length(min = 1, max = 2))]
        parts: Vec<Part>,
        big: Option<bool>,
    }

    fn faults(value: &Value) -> Faults {
        let mut faults = Faults::default();
        Shape::of::<Thing>().walk(value, &mut faults);
        faults
    }

    #[test]
    fn a_good_thing_has_no_fault() {
        let good = json!({"name": "äöü", "colour": null, "parts": [{"howMany": 999}], "big": true});
        assert_eq!(faults(&good), Faults::default());
        assert_eq!(
            faults(&json!({"name": "a", "colour": "green", "parts": [{"howMany": 1}]})),
            Faults::default()
        );
    }

    #[test]
    fn all_faults_are_named_at_once_and_kept_apart() {
        let bad = json!({
            "name": "", "colour": "blue", "big": "yes", "extra": 1,
            "parts": [{"howMany": 0}, {"howMany": 1.5}],
        });
        let Faults { unparsable, broken } = faults(&bad);
        assert_eq!(
            unparsable,
            [
                "parts[1].howMany: must be an integer",
                "big: must be true or false",
                "extra: is not a known field",
            ]
        );
        assert_eq!(
            broken,
            [
                "name: must be 1 to 3 characters",
                "colour: must be one of red, green",
                "parts[0].howMany: must be 1 to 999",
            ]
        );
    }

    #[test]
    fn a_wrong_root_and_huge_numbers_are_faults_too() {
        assert_eq!(faults(&json!([])).unparsable, ["body: must be an object"]);
        let huge: Value =
            serde_json::from_str(r#"{"name":"a","parts":[{"howMany":99999999999999999999999}]}"#)
                .unwrap();
        assert_eq!(faults(&huge).broken, ["parts[0].howMany: must be 1 to 999"]);
        assert_eq!(
            faults(&json!({"name": "a"})).unparsable,
            ["parts: is required"]
        );
    }
}
