//! What operations refer to: schemas, responses, parameters and headers that many share.

use edge::Code;
use serde_json::{Map, Value, json};

use super::problems::{self, TRACE};

/// The components, with the named schemas of the routes.
pub(super) fn components(mut schemas: Map<String, Value>) -> Value {
    schemas.extend(shared_schemas());
    let mut schemas: Vec<(String, Value)> = schemas.into_iter().collect();
    schemas.sort_by(|(one, _), (other, _)| one.cmp(other));
    let schemas: Map<String, Value> = schemas.into_iter().collect();
    let mut responses = problems::shared_responses();
    responses.insert("NotModified".to_owned(), not_modified());
    json!({
        "schemas": schemas,
        "responses": responses,
        "parameters": parameters(),
        "headers": headers(),
        "examples": problems::examples(),
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token, or the token of one order where a guest's order is meant.",
            },
        },
    })
}

fn shared_schemas() -> [(String, Value); 4] {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let code = json!({
        "type": "string",
        "enum": codes,
        "description": "What went wrong, in a word that stays the same.",
    });
    let errors = json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "A line for each fault; it begins with the field's name where it has one.",
    });
    let details = json!({
        "type": "array",
        "items": { "type": "object" },
        "description": "Data about the faults, such as what was out of stock.",
    });
    let trace = json!({
        "type": "string",
        "description": "The request's W3C traceparent; name it when asking for help.",
        "examples": [TRACE],
    });
    let error = json!({
        "type": "object",
        "description": "An error in the envelope.",
        "properties": {
            "success": { "const": false },
            "message": { "type": "string", "description": "A sentence for people." },
            "statusCode": { "type": "integer", "description": "The HTTP status." },
            "code": code,
            "errors": errors,
            "details": details,
            "traceId": trace,
        },
        "required": ["success", "message", "statusCode", "code", "errors", "traceId"],
    });
    let problem = json!({
        "type": "object",
        "description": "An error as an RFC 9457 problem.",
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": code,
            "errors": errors,
            "details": details,
            "traceId": trace,
        },
        "required": ["type", "title", "status", "detail", "code", "errors", "traceId"],
    });
    let meta = json!({
        "type": "object",
        "description": "Where a page ends.",
        "properties": {
            "limit": { "type": "integer", "description": "The most items of a page." },
            "nextCursor": {
                "type": ["string", "null"],
                "description": "The `cursor` of the next page; null on the last.",
            },
            "hasMore": { "type": "boolean" },
        },
        "required": ["limit", "nextCursor", "hasMore"],
    });
    let links = json!({
        "type": "object",
        "description": "This page and the next, if there is one.",
        "properties": {
            "self": { "type": "string", "format": "uri-reference" },
            "next": { "type": "string", "format": "uri-reference" },
        },
        "required": ["self"],
    });
    [
        ("Error".to_owned(), error),
        ("Problem".to_owned(), problem),
        ("PageMeta".to_owned(), meta),
        ("PageLinks".to_owned(), links),
    ]
}

fn not_modified() -> Value {
    json!({
        "description": "The client already has the current version.",
        "headers": {
            "ETag": { "$ref": "#/components/headers/ETag" },
            "X-Trace-Id": { "$ref": "#/components/headers/X-Trace-Id" },
        },
    })
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, description: &str, schema: Value| {
        let mut parameter = json!({ "name": name, "in": "header", "description": description });
        if required {
            parameter["required"] = json!(true);
        }
        parameter["schema"] = schema;
        parameter
    };
    let key = json!({ "type": "string", "minLength": 1, "maxLength": 257 });
    let once = "1 to 255 visible characters, bare or quoted, that make the request happen once: \
                within 24 hours the same request with the same key is answered as the first was.";
    let tags = json!({ "type": "string" });
    let based_on = "The ETag of the version that the change is based on, or `*`.";
    json!({
        "IdempotencyKey": header("Idempotency-Key", false, once, key.clone()),
        "RequiredIdempotencyKey": header("Idempotency-Key", true, once, key),
        "IfMatch": header("If-Match", false, based_on, tags.clone()),
        "RequiredIfMatch": header("If-Match", true, based_on, tags.clone()),
        "IfNoneMatch": header(
            "If-None-Match",
            false,
            "The ETag that the client has: the answer is 304 if it is still current.",
            tags,
        ),
    })
}

fn headers() -> Value {
    let header =
        |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "X-Trace-Id": header("The request's W3C traceparent.", text()),
        "Cache-Control": header("Who may keep the reply, and for how long.", text()),
        "ETag": header("The version of what is shown.", text()),
        "Location": header("The path of what was created.", json!({ "type": "string", "format": "uri-reference" })),
        "Idempotency-Replayed": header(
            "`true` if this is the answer to an earlier request with the same key.",
            text(),
        ),
        "WWW-Authenticate": header("How to authenticate: `Bearer`.", text()),
        "Allow": header("The methods that the path answers.", text()),
        "Retry-After": header("Seconds after which to try again.", json!({ "type": "integer" })),
    })
}
