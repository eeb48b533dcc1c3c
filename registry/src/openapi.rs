//! The description of the API for people and tools: OpenAPI 3.1, an operation for each route. What
//! each takes and answers comes from its types, which errors it can answer from how it behaves, what
//! it does from the first lines of its module, and its examples from its sample event, carried out.

mod components;
mod examples;
mod links;
mod operation;
mod parameters;
mod patch;
mod problems;
mod prose;
mod schemas;

use serde_json::{Map, Value, json};

use crate::{SERVICES, Service};
use examples::Examples;
use schemas::Schemas;

/// Where the examples stand: what each sample event asks for and what it is answered.
pub const EXAMPLES: &str = "contract/examples.json";

/// The whole document. `present` gives a file of the repository as it stands: the modules of the
/// routes and the examples are read.
#[must_use]
pub fn document(present: impl Fn(&str) -> String) -> Value {
    let examples = Examples::read(&present(EXAMPLES));
    let mut schemas = Schemas::new();
    let described: Vec<_> = SERVICES
        .iter()
        .flat_map(|service| {
            service
                .functions
                .iter()
                .map(move |function| (service, function))
        })
        .filter_map(|(service, function)| operation::describe(service, function, &mut schemas))
        .collect();
    let (components, renames) = schemas.merge();
    let links = links::Links::new(&described, &components, &renames);
    let mut paths = Map::new();
    for described in described {
        let source = present(&described.source());
        let said = prose::of_module(&source);
        let (path, method, operation) =
            described.operation(&renames, &examples, &links, &components, &said);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }
    paths.sort_keys();
    let components = components::components(components, &examples);
    examples::complete(&mut paths, &components["schemas"]);
    let mut document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Souk",
            "version": "1",
            "summary": "A headless shop: people, products, stock, orders, payments.",
            "description": INTRODUCTION,
            "contact": { "name": "Whoever runs this shop" },
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [
            { "url": "/", "description": "The shop that this document comes from, in production or local.", "x-internal": false },
        ],
        "tags": SERVICES.iter().filter(has_routes).map(tag).collect::<Vec<_>>(),
        "paths": paths,
        "components": components,
    });
    components::keep_used(&mut document);
    document
}

const INTRODUCTION: &str = "\
Successes come as `{\"success\":true,\"data\":...}`, lists with `meta` and `links` beside it. Errors come as \
`{\"success\":false,\"message\",\"statusCode\",\"code\",\"errors\",\"traceId\"}`, or as RFC 9457 problems to \
whoever accepts `application/problem+json`; branch on `code`, which is stable.\n\n\
A change of something without a version is answered 412 if `If-Match` names one: nothing could match.\n\n\
HEAD is answered wherever GET is. A path answers other methods with 405 and `Allow`, and OPTIONS with \
`Allow`. Every response carries the request's W3C traceparent as `X-Trace-Id`; a `traceparent` that is sent is \
continued.\n\n\
The gateway in front of a deployed shop speaks for itself when it lets nothing through: its 413, 429 and 503 \
carry `{\"message\":...}` alone.";

fn has_routes(service: &&Service) -> bool {
    let mut routes = service
        .functions
        .iter()
        .filter_map(|function| function.route());
    routes.any(|route| !route.fallback)
}

fn tag(service: &Service) -> Value {
    json!({ "name": service.name, "description": service.summary })
}
