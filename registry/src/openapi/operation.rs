//! One route as an operation.

use edge::function::{Description, Trigger};
use edge::route::{Auth, Caching, Idempotency, Method, Wrapping};
use edge::{Function, Route};
use serde_json::{Map, Value, json};

use super::parameters::parameters;
use super::problems::{codes, responses};
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
    /// Path, method and operation.
    pub(super) fn operation(self, renames: &Renames) -> (String, String, Value) {
        let Self {
            service,
            function,
            route,
            schemas,
        } = self;
        let taken = |schema: schemars::Schema| {
            let mut schema = schema.to_value();
            renames.apply(&mut schema);
            schema
        };
        let (path, query) = (taken(schemas.path), taken(schemas.query));
        let reply = schemas.reply.map(schemars::Schema::to_value);
        let tagged = is_tagged(route, reply.as_ref());
        let mut operation = json!({
            "operationId": function.operation_id(),
            "summary": route.summary,
            "tags": [service.name],
        });
        if let Some(description) = who(route.auth) {
            operation["description"] = json!(description);
        }
        operation["security"] = security(route.auth);
        let parameters = parameters(route, &path, &query, tagged);
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
        }
        let has_body = schemas.body.is_some();
        if let Some(body) = schemas.body {
            operation["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": taken(body) } },
            });
        }
        let paged = query["properties"].get("cursor").is_some();
        let mut answers = Map::new();
        answers.insert(
            route.status.to_string(),
            success(route, reply, paged, tagged),
        );
        if tagged {
            answers.insert(
                "304".to_owned(),
                json!({ "$ref": "#/components/responses/NotModified" }),
            );
        }
        answers.extend(responses(&codes(function, route, has_body)));
        operation["responses"] = Value::Object(answers);
        let method = route.method.name().to_ascii_lowercase();
        (route.full_path(), method, operation)
    }
}

/// Whether a read answers with an ETag: what it shows has a version.
fn is_tagged(route: &Route, reply: Option<&Value>) -> bool {
    route.method == Method::Get
        && route.caching == Caching::Revalidate
        && reply.is_some_and(|reply| reply["type"] != "array")
}

fn who(auth: Auth) -> Option<String> {
    match auth {
        Auth::Open => None,
        Auth::Anyone => {
            Some("For anyone. A token is not needed; one that is sent must be valid.".to_owned())
        }
        Auth::SignedIn => Some("For anyone who is signed in.".to_owned()),
        Auth::Owner(permission) => Some(format!(
            "For its owner, for the holder of its order token, and for staff with the permission \
             `{}`; to everybody else it does not exist.",
            permission.as_str()
        )),
        Auth::Staff(permission) => Some(format!(
            "For staff with the permission `{}`.",
            permission.as_str()
        )),
    }
}

fn security(auth: Auth) -> Value {
    match auth {
        Auth::Open => json!([]),
        Auth::Anyone => json!([{}, { "bearer": [] }]),
        Auth::SignedIn | Auth::Owner(_) => json!([{ "bearer": [] }]),
        Auth::Staff(permission) => json!([{ "bearer": [permission.as_str()] }]),
    }
}

fn success(route: &Route, reply: Option<Value>, paged: bool, tagged: bool) -> Value {
    let content = match (route.wrapping, reply) {
        (_, None) if route.status == 204 => None,
        (Wrapping::Envelope, None) => None,
        (Wrapping::Bare, None) => Some(json!({ "*/*": {} })),
        (Wrapping::Bare, Some(reply)) => Some(json!({ "application/json": { "schema": reply } })),
        (Wrapping::Envelope, Some(reply)) => {
            Some(json!({ "application/json": { "schema": envelope(&reply, paged) } }))
        }
    };
    let created = route.method == Method::Post && route.status == 201;
    let headers: Map<String, Value> = [
        ("X-Trace-Id", true),
        ("Cache-Control", true),
        ("ETag", tagged),
        ("Location", created),
        (
            "Idempotency-Replayed",
            route.idempotency != Idempotency::Natural,
        ),
    ]
    .into_iter()
    .filter(|(_, sent)| *sent)
    .map(|(name, _)| {
        (
            name.to_owned(),
            json!({ "$ref": format!("#/components/headers/{name}") }),
        )
    })
    .collect();
    let mut response = json!({ "description": description(route), "headers": headers });
    if let Some(content) = content {
        response["content"] = content;
    }
    response
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
    let mut properties = json!({ "success": { "const": true }, "data": data });
    let mut required = vec!["success", "data"];
    if paged {
        properties["meta"] = json!({ "$ref": "#/components/schemas/PageMeta" });
        properties["links"] = json!({ "$ref": "#/components/schemas/PageLinks" });
        required.extend(["meta", "links"]);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}
