//! One route as an operation.

use edge::bounds::bound;
use edge::function::{Description, Trigger};
use edge::route::{Auth, Caching, Idempotency, Method, SessionCookie, Wrapping};
use edge::{Code, Function, Route};
use schemars::Schema;
use serde_json::{Map, Value, json};

use super::components::{MOST_ITEMS, header_references};
use super::examples::{Example, Examples};
use super::links::Links;
use super::parameters::parameters;
use super::patch;
use super::problems::{as_problem, codes, example as error_example, responses};
use super::prose;
use super::schemas::{Renames, Schemas};
use crate::Service;

/// A route with its schemas.
pub(super) struct Described {
    service: &'static Service,
    function: &'static Function,
    route: &'static Route,
    schemas: Description,
}

/// The description of a function that answers a route of its own.
pub(super) fn describe(
    service: &'static Service,
    function: &'static Function,
    schemas: &mut Schemas,
) -> Option<Described> {
    match &function.trigger {
        Trigger::Http { route, describe } if !route.fallback => Some(Described {
            service,
            function,
            route,
            schemas: schemas.describe(*describe),
        }),
        _ => None,
    }
}

impl Described {
    pub(super) fn operation_id(&self) -> String {
        self.function.operation_id()
    }

    pub(super) const fn route(&self) -> &'static Route {
        self.route
    }

    /// Where the route's module stands.
    pub(super) fn source(&self) -> String {
        format!(
            "functions/{}/src/{}.rs",
            self.service.name, self.function.module
        )
    }

    /// The schema of its body, if it takes one.
    pub(super) fn body(&self, renames: &Renames) -> Option<Value> {
        let body = self.schemas.body.clone()?;
        Some(taken(body, renames))
    }

    /// Path, method and operation; `named` are the schemas with a name, `said` is what the route's module says of it.
    pub(super) fn operation(
        self,
        renames: &Renames,
        examples: &Examples,
        links: &Links,
        named: &Map<String, Value>,
        said: &str,
    ) -> (String, String, Value) {
        let body = self.body(renames);
        let Self {
            service,
            function,
            route,
            schemas,
        } = self;
        let example = examples.of(function);
        let path = taken(schemas.path, renames);
        let query = taken(schemas.query, renames);
        let reply = schemas.reply.map(answered);
        let tagged = is_tagged(route);
        let versioned = reply.as_ref().is_some_and(|reply| {
            let shown = schemas.fields.iter().any(|field| field == "version");
            shown && reply["type"] != "array"
        });
        let paged = query["properties"].get("cursor").is_some();
        let mut operation = json!({
            "operationId": function.operation_id(),
            "summary": route.summary,
            "description": prose::description(said, route, tagged, paged, &schemas.fields),
            "tags": [service.name],
            "security": security(route),
        });
        let parameters = parameters(route, &path, &query, tagged, example);
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
        }
        let has_body = body.is_some();
        if let Some(body) = body {
            operation["requestBody"] = match route.method {
                Method::Patch => patch::request(&body, named, example),
                _ => request(&body, schemas.body_required, example),
            };
        }
        let links = reply
            .as_ref()
            .map(|reply| links.from(route, reply))
            .unwrap_or_default();
        let mut answers = Map::new();
        answers.insert(
            route.status.to_string(),
            success(
                route,
                reply.as_ref(),
                paged,
                tagged || versioned,
                example,
                links,
            ),
        );
        if tagged {
            answers.insert(
                "304".to_owned(),
                json!({ "$ref": "#/components/responses/NotModified" }),
            );
        }
        answers.extend(responses(
            &codes(function, route, has_body),
            route.method == Method::Patch,
            examples,
        ));
        if route.moves {
            answers.insert("301".to_owned(), moved());
        }
        if let (Some(status), Some(reply)) = (route.also, reply) {
            answers.insert(status.to_string(), also(status, &reply, example, examples));
        }
        answers.sort_keys();
        operation["responses"] = Value::Object(answers);
        let method = route.method.name().to_ascii_lowercase();
        (route.full_path(), method, operation)
    }
}

/// A schema of what is taken.
fn taken(schema: Schema, renames: &Renames) -> Value {
    let mut schema = answered(schema);
    renames.apply(&mut schema);
    schema
}

/// A schema of what is answered.
fn answered(schema: Schema) -> Value {
    let mut schema = schema.to_value();
    bound(&mut schema);
    schema
}

/// Whether a read answers with an ETag: somebody may keep it, and ask whether it is still current.
fn is_tagged(route: &Route) -> bool {
    route.method == Method::Get && route.caching != Caching::NoStore
}

/// An API key goes wherever a person's token goes.
fn security(route: &Route) -> Value {
    match route.auth {
        // The cookie may also be left at home, and what it carries sent in the body.
        _ if route.cookie == SessionCookie::Taken => json!([{}, { "refreshCookie": [] }]),
        Auth::Open => json!([]),
        Auth::Anyone => json!([{}, { "bearer": [] }, { "apiKey": [] }]),
        // A key has no account of its own.
        Auth::SignedIn => json!([{ "bearer": [] }]),
        Auth::Mine(_) | Auth::Owner(_) | Auth::Staff(_) => {
            json!([{ "bearer": [] }, { "apiKey": [] }])
        }
    }
}

fn request(schema: &Value, required: bool, example: Example<'_>) -> Value {
    let mut content = json!({ "schema": schema });
    if let Some(body) = example.body() {
        content["example"] = body;
    }
    json!({
        "description": "What is asked for.",
        "required": required,
        "content": { "application/json": content },
    })
}

fn success(
    route: &Route,
    reply: Option<&Value>,
    paged: bool,
    tagged: bool,
    example: Example<'_>,
    links: Map<String, Value>,
) -> Value {
    let mut content = Map::new();
    if let Some(reply) = reply {
        for (media_type, schema) in media_types(route, reply, paged) {
            let mut content_of = json!({ "schema": schema });
            if let Some(body) = example.reply(&media_type) {
                content_of["example"] = body;
            }
            content.insert(media_type, content_of);
        }
    }
    let headers = header_references([
        ("ETag", tagged),
        ("Location", route.located),
        ("Set-Cookie", route.cookie != SessionCookie::None),
        (
            "Idempotency-Replayed",
            route.idempotency != Idempotency::Natural,
        ),
    ]);
    let mut response = json!({ "description": description(route), "headers": headers });
    if !content.is_empty() {
        response["content"] = Value::Object(content);
    }
    if !links.is_empty() {
        response["links"] = Value::Object(links);
    }
    response
}

/// What a reply is sent as: JSON, unless its type names other media types.
fn media_types(route: &Route, reply: &Value, paged: bool) -> Vec<(String, Value)> {
    let mut schema = reply.clone();
    let named = schema
        .as_object_mut()
        .and_then(|schema| schema.shift_remove("x-media-types"));
    let named = named.as_ref().and_then(Value::as_array);
    match (route.wrapping, named) {
        (Wrapping::Bare, Some(named)) => named
            .iter()
            .filter_map(Value::as_str)
            .map(|media_type| (media_type.to_owned(), schema.clone()))
            .collect(),
        (Wrapping::Bare, None) => vec![("application/json".to_owned(), schema)],
        (Wrapping::Envelope, _) => {
            vec![("application/json".to_owned(), envelope(&schema, paged))]
        }
    }
}

/// A status that comes with the same body as success does, beside the error of that status.
fn also(status: u16, reply: &Value, example: Example<'_>, examples: &Examples) -> Value {
    let mut shown = Map::new();
    if let Some(body) = example.also() {
        let summary = "What was asked for, with the news that not all is well.";
        shown.insert(
            "answer".to_owned(),
            json!({ "summary": summary, "value": body }),
        );
    }
    let codes = Code::ALL.iter().filter(|code| code.status() == status);
    shown.extend(codes.clone().map(|code| error_example(*code)));
    json!({
        "description": "What was asked for, with the news that not all is well; or an error.",
        "headers": header_references([("Retry-After", true)]),
        "content": {
            "application/json": {
                "schema": { "anyOf": [
                    envelope(reply, false),
                    { "$ref": "#/components/schemas/Error" },
                ] },
                "examples": shown,
            },
            "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "example": codes.clone().next().map(|code| as_problem(*code, examples)),
            },
        },
    })
}

/// What is asked for is elsewhere by now.
fn moved() -> Value {
    json!({
        "description": "It has another name by now: `Location` leads to where it is.",
        "headers": header_references([("Location", true)]),
    })
}

const fn description(route: &Route) -> &'static str {
    match (route.status, route.method) {
        (201, _) => "Created.",
        (202, _) => "Accepted.",
        (204, _) => "Done; there is nothing to say.",
        (_, Method::Get) => "Here it is.",
        _ => "Done.",
    }
}

fn envelope(data: &Value, paged: bool) -> Value {
    let mut data = data.clone();
    // No list is without a bound, and a page's is the widest.
    if data["type"] == "array" && data.get("maxItems").is_none() {
        data["maxItems"] = json!(MOST_ITEMS);
    }
    if data.get("$ref").is_none() && data.get("description").is_none() {
        data["description"] = json!("What was asked for.");
    }
    let success = json!({ "type": "boolean", "const": true, "description": "Always true." });
    let mut properties = json!({ "success": success, "data": data });
    let mut required = vec!["success", "data"];
    if paged {
        properties["meta"] = json!({ "$ref": "#/components/schemas/PageMeta" });
        properties["links"] = json!({ "$ref": "#/components/schemas/PageLinks" });
        required.extend(["meta", "links"]);
    }
    json!({
        "type": "object",
        "description": "A success.",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
