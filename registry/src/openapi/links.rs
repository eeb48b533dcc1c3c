//! How operations lead to one another: from whatever shows an object to what can be done with it.
//!
//! Nobody declares a link. An operation below `/things` that answers with things leads to every
//! operation on `/things/{id}`; one that answers with something that has a `thingId` leads there too,
//! and to whatever takes a `thingId` in its body.

use edge::Route;
use edge::route::{Method, Precondition};
use serde_json::{Map, Value, json};

use super::operation::Described;
use super::schemas::Renames;

/// Every operation that can be led to.
pub(super) struct Links {
    targets: Vec<Target>,
    schemas: Map<String, Value>,
}

struct Target {
    operation: String,
    route: Route,
    /// The fields of its body that must be there.
    body: Vec<String>,
}

impl Links {
    pub(super) fn new(all: &[Described], schemas: &Map<String, Value>, renames: &Renames) -> Self {
        let target = |described: &Described| Target {
            operation: described.operation_id(),
            route: *described.route(),
            body: described
                .body(renames)
                .map(|body| required(&body, schemas))
                .unwrap_or_default(),
        };
        Self {
            targets: all.iter().map(target).collect(),
            schemas: schemas.clone(),
        }
    }

    /// The links from an operation that answers with `reply`.
    pub(super) fn from(&self, route: &Route, reply: &Value) -> Map<String, Value> {
        let (data, schema) = match reply.get("items") {
            Some(items) => ("$response.body#/data/0", items),
            None => ("$response.body#/data", reply),
        };
        let fields = self.fields(schema);
        let links = self.targets.iter().flat_map(|target| {
            fields
                .iter()
                .filter_map(|field| target.link(route, data, field))
        });
        links.collect()
    }

    fn fields(&self, schema: &Value) -> Vec<String> {
        let schema = resolved(schema, &self.schemas);
        let Some(properties) = schema["properties"].as_object() else {
            return Vec::new();
        };
        properties.keys().cloned().collect()
    }
}

impl Target {
    /// The link to this operation by a field of what `from` answers with, if the field names what the
    /// operation is about.
    fn link(&self, from: &Route, data: &str, field: &str) -> Option<(String, Value)> {
        let value = format!("{data}/{field}");
        let name = format!("{}By{}", self.operation, capitalised(field));
        let is_itself = from.method == self.route.method && from.path == self.route.path;
        if let (false, [parameter]) = (is_itself, self.route.parameters().as_slice())
            && self.names(from, parameter, field)
        {
            let mut parameters = json!({ format!("path.{parameter}"): value });
            let shows_it = from.method == Method::Get && from.path == self.route.path;
            if self.route.precondition == Precondition::Required && shows_it {
                parameters["header.If-Match"] = json!("$response.header.ETag");
            }
            let link = json!({
                "operationId": self.operation,
                "description": format!("The `{field}` of the answer is the `{parameter}` of this operation."),
                "parameters": parameters,
            });
            return Some((name, link));
        }
        let sought = match field {
            "id" => format!("{}Id", singular(collection(from)?)?),
            field => field.to_owned(),
        };
        if !is_itself && sought.ends_with("Id") && self.body.contains(&sought) {
            let link = json!({
                "operationId": self.operation,
                "description": format!("The `{field}` of the answer is the `{sought}` that this operation takes."),
                "requestBody": { sought: value },
            });
            return Some((name, link));
        }
        None
    }

    /// Whether a field of what `from` answers with is this operation's parameter.
    fn names(&self, from: &Route, parameter: &str, field: &str) -> bool {
        let (Some(here), Some(there)) = (collection(from), collection(&self.route)) else {
            return false;
        };
        // What stands below an object is of another kind: `POST /orders/{id}/cancellations` answers
        // with no order.
        let is_of_the_kind = below(from) <= 1 && here == there && field == parameter;
        let refers = singular(there).is_some_and(|kind| field == format!("{kind}Id"));
        // Slugs are names of their own kind, whatever else is asked for by that word.
        let named = parameter != "id" && field == parameter;
        let by_slug = parameter == "slug" && here != there;
        is_of_the_kind || parameter == "id" && refers || named && !by_slug
    }
}

/// The first word of a path: what the objects below it are.
fn collection(route: &Route) -> Option<&'static str> {
    if route.at_root {
        return None;
    }
    route.path.split('/').nth(1)
}

/// How many words stand below the first.
fn below(route: &Route) -> usize {
    route.path.split('/').skip(2).count()
}

fn singular(collection: &str) -> Option<&str> {
    collection.strip_suffix('s')
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

fn required(schema: &Value, schemas: &Map<String, Value>) -> Vec<String> {
    let names = resolved(schema, schemas)["required"].as_array();
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// The schema itself, or the first of its forms, where it refers to others.
fn resolved<'a>(schema: &'a Value, schemas: &'a Map<String, Value>) -> &'a Value {
    let inner = schema["anyOf"]
        .as_array()
        .and_then(|forms| forms.first())
        .unwrap_or(schema);
    let named = inner["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next())
        .and_then(|name| schemas.get(name));
    match named {
        Some(named) => resolved(named, schemas),
        None => inner,
    }
}
