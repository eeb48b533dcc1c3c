//! What operations refer to: schemas, responses, parameters and headers that many share.

use std::collections::BTreeSet;

use edge::Code;
use edge::reply::MOST_ERRORS;
use edge::route::SESSION_COOKIE;
use serde_json::{Map, Value, json};

use super::examples::{Examples, TRACE};
use super::problems;

/// The most items of a page.
pub(super) const MOST_ITEMS: u16 = 100;

/// `traceparent` as a pattern.
const TRACE_PATTERN: &str = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$";
/// A list of entity tags as a pattern, or `*`. No tag of the shop's holds a comma.
const TAGS_PATTERN: &str = r#"^(\*|(W/)?"[!#-+.-~-]*"( ?, ?(W/)?"[!#-+.-~-]*")*)$"#;
/// A key of 1 to 255 visible characters, bare or in quotes, as a pattern.
const KEY_PATTERN: &str = r#"^([!#-~][!-~]{0,254}|"[!-~]{1,255}")$"#;
/// Any text on one line.
const LINE_PATTERN: &str = r"^[^\u0000-\u001f\u007f]*$";

/// The components, with the named schemas of the routes.
pub(super) fn components(mut schemas: Map<String, Value>, examples: &Examples) -> Value {
    schemas.extend(shared_schemas());
    schemas.sort_keys();
    let mut responses = problems::shared_responses(examples);
    responses.insert("NotModified".to_owned(), not_modified());
    json!({
        "schemas": schemas,
        "responses": responses,
        "parameters": parameters(),
        "headers": headers(),
        "examples": problems::examples(examples),
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of 15 minutes, from `POST /sessions` (RFC8725); or the \
                                token of one order, where a guest's order is meant.",
            },
            "apiKey": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "sk_...",
                "description": "A key for programs, sent as `Authorization: Bearer sk_...`. It may do \
                                what its scopes say.",
            },
            "refreshCookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": SESSION_COOKIE,
                "description": "The refresh token of the session, for browsers. It counts only on requests \
                                of the shop's own pages.",
            },
        },
    })
}

/// References to the headers that a response has: those of every response, and these.
pub(super) fn header_references<const COUNT: usize>(
    own: [(&str, bool); COUNT],
) -> Map<String, Value> {
    const ALWAYS: [&str; 9] = [
        "Access-Control-Allow-Origin",
        "X-Trace-Id",
        "Cache-Control",
        "Vary",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "RateLimit",
        "RateLimit-Policy",
    ];
    own.iter()
        .filter_map(|(name, sent)| sent.then_some(*name))
        .chain(ALWAYS)
        .map(|name| {
            let reference = format!("#/components/headers/{name}");
            (name.to_owned(), json!({ "$ref": reference }))
        })
        .collect()
}

/// Drops the components that nothing refers to.
pub(super) fn keep_used(document: &mut Value) {
    loop {
        let text = document.to_string();
        let used: BTreeSet<&str> = text
            .split("\"$ref\":\"#/components/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let mut dropped = false;
        for kind in ["schemas", "responses", "parameters", "headers", "examples"] {
            let Some(components) = document["components"][kind].as_object_mut() else {
                continue;
            };
            components.retain(|name, _| {
                let keep = used.contains(format!("{kind}/{name}").as_str());
                dropped |= !keep;
                keep
            });
        }
        if !dropped {
            return;
        }
    }
}

fn text(most: u32, pattern: &str, description: &str) -> Value {
    json!({
        "type": "string",
        "maxLength": most,
        "pattern": pattern,
        "description": description,
    })
}

fn link(description: &str) -> Value {
    json!({
        "type": "string",
        "format": "uri-reference",
        "maxLength": 4096,
        "description": description,
    })
}

fn status() -> Value {
    json!({
        "type": "integer",
        "format": "int32",
        "minimum": 400,
        "maximum": 599,
        "description": "The HTTP status.",
    })
}

fn shared_schemas() -> [(String, Value); 9] {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let code = json!({
        "type": "string",
        "enum": codes,
        "description": "What went wrong, in a word that stays the same.",
    });
    let line = text(2_000, LINE_PATTERN, "One fault.");
    let errors = json!({
        "type": "array",
        "items": line,
        "maxItems": MOST_ERRORS,
        "description": "A line for each fault; it begins with the field's name where it has one. Of very \
                        many, the last line says how many more there are.",
    });
    let details = json!({
        "type": "array",
        "items": { "$ref": "#/components/schemas/ErrorDetail" },
        "maxItems": MOST_ERRORS,
        "description": "Data about the faults, such as what was out of stock.",
    });
    let mut trace = text(
        55,
        TRACE_PATTERN,
        "The request's W3C traceparent; name it when asking for help.",
    );
    trace["examples"] = json!([TRACE]);
    let success = json!({ "type": "boolean", "const": false, "description": "Always false." });
    let error = json!({
        "type": "object",
        "description": "An error in the envelope.",
        "properties": {
            "success": success,
            "message": text(200, LINE_PATTERN, "A sentence for people."),
            "statusCode": status(),
            "code": { "$ref": "#/components/schemas/ErrorCode" },
            "errors": errors,
            "details": details,
            "traceId": trace,
        },
        "required": ["success", "message", "statusCode", "code", "errors", "traceId"],
        "additionalProperties": false,
    });
    let problem = json!({
        "type": "object",
        "description": "An error as an RFC 9457 problem.",
        "properties": {
            "type": link("Always `about:blank`: `code` says what went wrong."),
            "title": text(200, LINE_PATTERN, "The phrase of the HTTP status."),
            "status": status(),
            "detail": text(200, LINE_PATTERN, "A sentence for people."),
            "code": { "$ref": "#/components/schemas/ErrorCode" },
            "errors": errors,
            "details": details,
            "traceId": trace,
        },
        "required": ["type", "title", "status", "detail", "code", "errors", "traceId"],
        "additionalProperties": false,
    });
    let cursor = json!({
        "type": ["string", "null"],
        "maxLength": 1_024,
        "pattern": "^[A-Za-z0-9_-]+$",
        "description": "The `cursor` of the next page; null on the last.",
    });
    let limit = json!({
        "type": "integer",
        "format": "int32",
        "minimum": 1,
        "maximum": MOST_ITEMS,
        "description": "The most items of a page.",
    });
    let more = json!({ "type": "boolean", "description": "Whether there is another page." });
    let count = |most: u16, description: &str| {
        json!({
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": most,
            "description": description,
        })
    };
    let closed = |description: &str, properties: Value, required: Value| {
        json!({
            "type": "object",
            "description": description,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let by_cursor = closed(
        "Where a page by cursor ends.",
        json!({ "limit": limit, "nextCursor": cursor, "hasMore": more }),
        json!(["limit", "nextCursor", "hasMore"]),
    );
    let by_number = closed(
        "Where a numbered page stands. There is `total` up to 1,000 items, and `totalIsAtLeast` beyond.",
        json!({
            "page": count(1_000, "The page's number, counted from 1."),
            "pageSize": count(MOST_ITEMS, "The most items of a page."),
            "total": count(1_000, "How many items the list has."),
            "totalIsAtLeast": count(1_000, "The list has more items than this."),
            "totalPages": count(1_000, "How many pages can be asked for by number."),
        }),
        json!(["page", "pageSize", "totalPages"]),
    );
    let meta = json!({
        "description": "Where a page stands: by cursor, or by number where `page` or `pageSize` was sent.",
        "anyOf": [
            { "$ref": "#/components/schemas/CursorMeta" },
            { "$ref": "#/components/schemas/NumberMeta" },
        ],
    });
    let links = closed(
        "This page and those beside it, as far as there are any.",
        json!({
            "self": link("This page."),
            "next": link("The next page."),
            "prev": link("The page before; for numbered pages."),
        }),
        json!(["self"]),
    );
    [
        ("Error".to_owned(), error),
        ("ErrorCode".to_owned(), code),
        ("ErrorDetail".to_owned(), detail()),
        ("Problem".to_owned(), problem),
        ("JsonPatch".to_owned(), super::patch::steps()),
        ("CursorMeta".to_owned(), by_cursor),
        ("NumberMeta".to_owned(), by_number),
        ("PageMeta".to_owned(), meta),
        ("PageLinks".to_owned(), links),
    ]
}

/// Data about a fault. Each code has fields of its own; the catalogue of errors says which.
fn detail() -> Value {
    let count = |description: &str| {
        json!({
            "type": "integer",
            "format": "int64",
            "minimum": -1_000_000_000,
            "maximum": 1_000_000_000,
            "description": description,
        })
    };
    let word = |description: &str| text(64, "^[A-Za-z0-9._-]+$", description);
    json!({
        "type": "object",
        "description": "Data about a fault.",
        "properties": {
            "sku": word("What it is about."),
            "requested": count("Units that were wanted."),
            "available": count("Units that there are."),
            "delta": count("The adjustment that was wanted."),
            "from": word("The state that the object is in."),
            "to": word("The state that was wanted."),
            "allowed": {
                "type": "array",
                "items": word("A state."),
                "maxItems": 20,
                "description": "The states in which it could be done, or that can follow.",
            },
            "left": { "$ref": "#/components/schemas/Money" },
            "reason": word("Why: what the provider says, or what changed."),
            "oldPrice": { "$ref": "#/components/schemas/Money" },
            "newPrice": { "$ref": "#/components/schemas/Money" },
            "paymentId": {
                "type": "string",
                "format": "uuid",
                "minLength": 36,
                "maxLength": 36,
                "description": "The payment that was declined.",
            },
        },
        "minProperties": 1,
        "additionalProperties": false,
    })
}

fn not_modified() -> Value {
    json!({
        "description": "The client already has the current version.",
        "headers": header_references([("ETag", true)]),
    })
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, description: &str, schema: Value, example: &str| {
        let mut parameter = json!({ "name": name, "in": "header", "description": description });
        if required {
            parameter["required"] = json!(true);
        }
        parameter["schema"] = schema;
        parameter["example"] = json!(example);
        parameter
    };
    let key = bare(257, KEY_PATTERN);
    let once = "1 to 255 visible characters, bare or quoted, that make the request happen once: \
                within 24 hours the same request with the same key is answered as the first was.";
    let one = "9a1c6f0e-7a35-4f5e-9d0b-1f2b6f7a2f11";
    let mut tags = bare(1_024, TAGS_PATTERN);
    tags["format"] = json!("entity-tags");
    let based_on = "The ETag of the version that the change is based on, or `*`.";
    json!({
        "IdempotencyKey": header("Idempotency-Key", false, once, key.clone(), one),
        "RequiredIdempotencyKey": header("Idempotency-Key", true, once, key, one),
        "IfMatch": header("If-Match", false, based_on, tags.clone(), "*"),
        "RequiredIfMatch": header("If-Match", true, based_on, tags.clone(), "*"),
        "IfNoneMatch": header(
            "If-None-Match",
            false,
            "The ETag that the client has: the answer is 304 if it is still current.",
            tags,
            "\"1\"",
        ),
    })
}

fn headers() -> Value {
    let header = |description: &str, required: bool, schema: Value, example: Value| {
        let mut header = json!({ "description": description });
        if required {
            header["required"] = json!(true);
        }
        header["schema"] = schema;
        header["example"] = example;
        header
    };
    let always = |description: &str, most: u32, pattern: &str, example: &str| {
        header(description, true, bare(most, pattern), json!(example))
    };
    let sometimes = |description: &str, most: u32, pattern: &str, example: &str| {
        header(description, false, bare(most, pattern), json!(example))
    };
    let counted = |description: &str, most: u64, example: u64| {
        header(description, false, count(most), json!(example))
    };
    let path = json!({ "type": "string", "format": "uri-reference", "maxLength": 2_048 });
    let listed = "^[A-Za-z0-9-]+(, ?[A-Za-z0-9-]+)*$";
    let structured = "^[ -~]*$";
    let cookie = format!(
        "{SESSION_COOKIE}=rt_AZvAsVHQcAA; HttpOnly; Secure; SameSite=Strict; Path=/api/v1/sessions; \
         Max-Age=2592000"
    );
    json!({
        "Access-Control-Allow-Origin": sometimes(
            "The origin of the page that may read the reply, where it is one of those that are let in.",
            200,
            "^(https?://[^ ]+|\\*|null)$",
            "https://shop.example.com",
        ),
        "X-Trace-Id": always("The request's W3C traceparent.", 55, TRACE_PATTERN, TRACE),
        "Cache-Control": always(
            "Who may keep the reply, and for how long.",
            200,
            "^[a-z0-9=, -]+$",
            "no-store",
        ),
        "Vary": always(
            "Which request headers the reply depends on.",
            200,
            listed,
            "Accept, Accept-Encoding, Authorization, Origin",
        ),
        "ETag": sometimes("The version of what is shown.", 200, "^\"[!#-~]*\"$", "\"3\""),
        "Location": header(
            "The path of what was created, or of where it is by now.",
            false,
            path,
            json!("/api/v1/orders/019bc0b1-4de8-7000-8000-000000100001"),
        ),
        "Set-Cookie": sometimes(
            "The cookie that carries the session on, for browsers; empty where the session ends.",
            1_024,
            &format!("^{SESSION_COOKIE}=[A-Za-z0-9_-]*(; [A-Za-z0-9=/-]+)*$"),
            &cookie,
        ),
        "Idempotency-Replayed": header(
            "`true` if this is the answer to an earlier request with the same key.",
            false,
            json!({ "type": "boolean", "const": true }),
            json!(true),
        ),
        "WWW-Authenticate": always("How to authenticate: `Bearer`.", 200, "^Bearer", "Bearer"),
        "Allow": always(
            "The methods that the path answers.",
            200,
            "^[A-Z]+(, ?[A-Z]+)*$",
            "GET, HEAD, OPTIONS, POST",
        ),
        "Accept-Patch": always(
            "The media types of patches.",
            200,
            structured,
            "application/merge-patch+json, application/json-patch+json, application/json",
        ),
        "Retry-After": counted("Seconds after which to try again.", 86_400, 1),
        "X-RateLimit-Limit": counted(
            "How many requests are let through in a window, where limits are on.",
            1_000_000,
            600,
        ),
        "X-RateLimit-Remaining": counted("How many of them are left, unless the request could not be counted.", 1_000_000, 599),
        "X-RateLimit-Reset": counted(
            "When the next window begins, in seconds since 1970.",
            253_402_300_799,
            1_796_000_040,
        ),
        "RateLimit": sometimes(
            "What is left of the limit, as the IETF's draft writes it, unless the request could not be \
             counted.",
            200,
            structured,
            "\"default\";r=599;t=40",
        ),
        "RateLimit-Policy": sometimes(
            "The limit and its window, as the IETF's draft writes it.",
            200,
            structured,
            "\"default\";q=600;w=60",
        ),
    })
}

fn bare(most: u32, pattern: &str) -> Value {
    json!({ "type": "string", "maxLength": most, "pattern": pattern })
}

fn count(most: u64) -> Value {
    json!({
        "type": "integer",
        "format": if most > 2_147_483_647 { "int64" } else { "int32" },
        "minimum": 0,
        "maximum": most,
    })
}
