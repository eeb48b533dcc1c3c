//! The named schemas. What a type takes and what it answers may differ (a field with a default is
//! optional in one and always there in the other), so there are two generators; where both make a
//! schema of the same name and they differ, the one for requests is called `NAMEInput`.

use std::collections::{BTreeMap, BTreeSet};

use edge::bounds::bound;
use edge::function::Description;
use schemars::SchemaGenerator;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Map, Value};

/// What references to named schemas begin with.
pub(super) const AT: &str = "#/components/schemas/";

/// The two generators.
pub(super) struct Schemas {
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
}

/// The schemas for requests that go by another name in the document.
pub(super) struct Renames(BTreeSet<String>);

impl Schemas {
    pub(super) fn new() -> Self {
        Self {
            inputs: generator(Contract::Deserialize),
            outputs: generator(Contract::Serialize),
        }
    }

    /// The schemas of a route; what they refer to is kept for [`Schemas::merge`].
    pub(super) fn describe(
        &mut self,
        describe: fn(&mut SchemaGenerator, &mut SchemaGenerator) -> Description,
    ) -> Description {
        describe(&mut self.inputs, &mut self.outputs)
    }

    /// Every named schema, in the order of their names.
    pub(super) fn merge(self) -> (Map<String, Value>, Renames) {
        let inputs: BTreeMap<String, Value> = definitions(self.inputs);
        let mut all: BTreeMap<String, Value> = definitions(self.outputs);
        let renames = Renames(differing(&inputs, &all));
        for (name, mut schema) in inputs {
            renames.apply(&mut schema);
            all.insert(renames.name(&name), schema);
        }
        (all.into_iter().collect(), renames)
    }
}

impl Renames {
    fn name(&self, name: &str) -> String {
        if self.0.contains(name) {
            format!("{name}Input")
        } else {
            name.to_owned()
        }
    }

    /// Brings the references of a request's schema up to date.
    pub(super) fn apply(&self, schema: &mut Value) {
        each_reference(schema, &mut |reference| {
            if let Some(name) = reference.strip_prefix(AT) {
                *reference = format!("{AT}{}", self.name(name));
            }
        });
    }
}

fn generator(contract: Contract) -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings.contract = contract;
        })
        .into_generator()
}

fn definitions(mut generator: SchemaGenerator) -> BTreeMap<String, Value> {
    let mut definitions = generator.take_definitions(true);
    definitions.values_mut().for_each(bound);
    definitions.into_iter().collect()
}

/// The names that stand for different things in the two, be it only by what they refer to.
fn differing(
    inputs: &BTreeMap<String, Value>,
    outputs: &BTreeMap<String, Value>,
) -> BTreeSet<String> {
    let shared = || {
        inputs
            .iter()
            .filter_map(|(name, input)| Some((name, input, outputs.get(name)?)))
    };
    let mut differing: BTreeSet<String> = shared()
        .filter(|(_, input, output)| input != output)
        .map(|(name, ..)| name.clone())
        .collect();
    loop {
        let more: Vec<String> = shared()
            .filter(|(name, input, _)| !differing.contains(*name) && refers_to(input, &differing))
            .map(|(name, ..)| name.clone())
            .collect();
        if more.is_empty() {
            return differing;
        }
        differing.extend(more);
    }
}

fn refers_to(schema: &Value, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    each_reference(&mut schema.clone(), &mut |reference| {
        found |= reference
            .strip_prefix(AT)
            .is_some_and(|name| names.contains(name));
    });
    found
}

fn each_reference(schema: &mut Value, act: &mut impl FnMut(&mut String)) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(reference) if name == "$ref" => act(reference),
                    value => each_reference(value, act),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_reference(item, act)),
        _ => {}
    }
}
