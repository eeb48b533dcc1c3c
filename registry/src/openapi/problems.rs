//! Which errors a route can answer, and how they are described.

use std::collections::BTreeMap;

use edge::route::{Auth, Idempotency, Method, Precondition};
use edge::{Code, Function, Route};
use serde_json::{Map, Value, json};

use super::components::header_references;
use super::examples::Examples;

/// Every code that a route can answer with.
pub(super) fn codes(function: &Function, route: &Route, has_body: bool) -> Vec<Code> {
    let needs = (function.declare)();
    let writes = route.method != Method::Get;
    let follows = [
        (Code::InvalidRequest, true),
        (Code::Unauthenticated, route.auth != Auth::Open),
        // Also whoever may do all that their account may: an API key has scopes of its own.
        (Code::Forbidden, route.auth != Auth::Open),
        (Code::MethodNotAllowed, true),
        (Code::NotAcceptable, !route.produces.contains(&"*/*")),
        (Code::RateLimited, true),
        (Code::PatchFailed, route.method == Method::Patch),
        (Code::NotFound, !route.parameters().is_empty()),
        (Code::Conflict, writes && !needs.grants.is_empty()),
        // Also where nothing has a version: an `If-Match` that names one is refused.
        (Code::PreconditionFailed, writes),
        (Code::PayloadTooLarge, has_body),
        (Code::UnsupportedMediaType, has_body),
        (Code::ValidationFailed, has_body),
        (
            Code::IdempotencyKeyReused,
            route.idempotency != Idempotency::Natural,
        ),
        (
            Code::PreconditionRequired,
            route.precondition == Precondition::Required,
        ),
        (Code::Internal, true),
        (Code::Unavailable, !needs.grants.is_empty()),
    ];
    let mut codes: Vec<Code> = follows
        .into_iter()
        .filter_map(|(code, follows)| follows.then_some(code))
        .chain(route.errors.iter().copied())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The error responses of an operation, by status.
pub(super) fn responses(
    codes: &[Code],
    patches: bool,
    recorded: &Examples,
) -> Vec<(String, Value)> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| {
            let response = match codes.as_slice() {
                [code] if !patches || code.status() != 415 => {
                    json!({ "$ref": format!("#/components/responses/{}", id(*code)) })
                }
                codes => response(codes, patches, recorded),
            };
            (status.to_string(), response)
        })
        .collect()
}

/// A response for each code, for operations to refer to.
pub(super) fn shared_responses(recorded: &Examples) -> Map<String, Value> {
    Code::ALL
        .iter()
        .map(|code| (id(*code), response(&[*code], false, recorded)))
        .collect()
}

/// An example for each code: what the shop answered.
pub(super) fn examples(recorded: &Examples) -> Map<String, Value> {
    Code::ALL
        .iter()
        .map(|code| {
            let value = recorded.error(*code);
            (
                id(*code),
                json!({ "summary": code.title(), "value": value }),
            )
        })
        .collect()
}

/// An error of a code as a problem.
pub(super) fn as_problem(code: Code, recorded: &Examples) -> Value {
    let title = http::StatusCode::from_u16(code.status())
        .ok()
        .and_then(|status| status.canonical_reason());
    let error = recorded.error(code);
    let mut problem = json!({
        "type": "about:blank",
        "title": title,
        "status": code.status(),
        "detail": code.title(),
        "code": code.name(),
        "errors": error["errors"],
    });
    if let Some(details) = error.get("details") {
        problem["details"] = details.clone();
    }
    problem["traceId"] = error["traceId"].clone();
    problem
}

fn response(codes: &[Code], patches: bool, recorded: &Examples) -> Value {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.name(), code.title()))
        .collect();
    let examples: Map<String, Value> = codes.iter().map(|code| example(*code)).collect();
    json!({
        "description": lines.join("\n\n"),
        "headers": headers(codes, patches),
        "content": {
            "application/json": {
                "schema": { "$ref": "#/components/schemas/Error" },
                "examples": examples,
            },
            "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "example": codes.first().map(|code| as_problem(*code, recorded)),
            },
        },
    })
}

/// The example of a code by its name.
pub(super) fn example(code: Code) -> (String, Value) {
    let example = format!("#/components/examples/{}", id(code));
    (code.name().to_owned(), json!({ "$ref": example }))
}

fn headers(codes: &[Code], patches: bool) -> Map<String, Value> {
    let any = |test: fn(&Code) -> bool| codes.iter().any(test);
    header_references([
        ("WWW-Authenticate", any(|code| code.status() == 401)),
        ("Allow", any(|code| code.status() == 405)),
        (
            "Retry-After",
            any(|code| code.status() == 429 || code.is_retryable() && code.status() != 500),
        ),
        ("Accept-Patch", patches && any(|code| code.status() == 415)),
        (
            "Idempotency-Replayed",
            codes.contains(&Code::PaymentDeclined),
        ),
    ])
}

/// The code's name among the components: `OutOfStock`.
fn id(code: Code) -> String {
    crate::templates::logical(code.name())
}
