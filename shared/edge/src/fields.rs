//! Sparse replies: `fields=id,name` leaves the named fields of an object, or of each in a list.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::shape::Faults;

/// The parameter's name.
pub const FIELDS: &str = "fields";

/// The names of the fields of what `T` is answered as, or of each item of a list.
#[must_use]
pub fn names_of<T: JsonSchema>() -> Vec<String> {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut names = Vec::new();
    collect(schema.as_value(), &mut names);
    names
}

fn collect(schema: &Value, names: &mut Vec<String>) {
    if let Some(items) = schema.get("items") {
        return collect(items, names);
    }
    for name in schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
    {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    // What is answered in one of several forms may be asked for any field of any of them.
    for form in ["anyOf", "oneOf"] {
        for one in schema[form].as_array().into_iter().flatten() {
            collect(one, names);
        }
    }
}

/// The fields that a query asks for; names that there are not are a fault that lists what is allowed.
pub(crate) fn asked(text: &str, known: &[String], faults: &mut Faults) -> BTreeSet<String> {
    let asked: BTreeSet<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if !asked.iter().all(|name| known.contains(name)) {
        faults.unparsable.push(format!(
            "{FIELDS}: must be names out of {}, separated by commas",
            known.join(", ")
        ));
    }
    asked
}

/// Leaves only the fields that were asked for.
pub(crate) fn keep(data: &mut Value, asked: &BTreeSet<String>) {
    match data {
        Value::Object(fields) => fields.retain(|name, _| asked.contains(name)),
        Value::Array(items) => items.iter_mut().for_each(|item| keep(item, asked)),
        _ => {}
    }
}
