//! The mock mode: every operation answers with an example of the contract, so that a front end can be
//! begun before there is anything behind it. Nothing is checked, and nothing is kept.
//!
//! Which example, the `Prefer` header says (RFC 7240): `Prefer: code=409` asks for a status,
//! `Prefer: example=conflict` for one of its examples. What was asked for and not given is a 400.

use http::Method;
use serde_json::{Map, Value, json};

use crate::gateway::{Asked, Response};

/// The contract, as it is published.
const CONTRACT: &str = include_str!("../../openapi.json");
const PREFER: &str = "prefer";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
/// What the examples' own trace says, where an example has none.
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The contract's examples.
pub(crate) struct Mock {
    contract: Value,
    /// The origins whose pages may read the answers.
    origins: Vec<String>,
}

/// What the client would like to be answered.
struct Wish {
    status: Option<String>,
    example: Option<String>,
    media_type: &'static str,
}

impl Mock {
    /// A mock that lets pages of the listed origins in.
    pub(crate) fn new(origins: &str) -> Result<Self, serde_json::Error> {
        Ok(Self {
            contract: serde_json::from_str(CONTRACT)?,
            origins: origins
                .split(',')
                .map(|one| one.trim().to_owned())
                .collect(),
        })
    }

    /// The example that a request to the operation at `path` is answered with; none if what it
    /// answers is no JSON.
    pub(crate) fn answer(&self, path: &str, asked: &Asked<'_>) -> Option<Response> {
        let method = match asked.method {
            "HEAD" => Method::GET,
            other => other.parse().ok()?,
        };
        let operation = &self.contract["paths"][path][method.as_str().to_ascii_lowercase()];
        let responses = operation["responses"].as_object()?;
        let wish = Wish::of(asked);
        let mut answer = match self.chosen(responses, &wish)? {
            Ok((status, response, body)) => {
                let mut answer = match &body {
                    Value::Null => Response::empty(status),
                    body => Response::text(status, media_type(response, &wish), body.to_string()),
                };
                answer.headers.extend(told(asked, response, &body));
                answer
            }
            Err(unknown) => refusal(&unknown),
        };
        self.admit(asked, &mut answer);
        Some(answer)
    }

    /// The status, the response that the contract describes for it, and its example.
    fn chosen<'a>(
        &'a self,
        responses: &'a Map<String, Value>,
        wish: &Wish,
    ) -> Option<Result<(u16, &'a Value, Value), String>> {
        let success = || {
            responses
                .keys()
                .find(|status| status.starts_with('2'))
                .cloned()
        };
        let status = wish.status.clone().or_else(success)?;
        let Some(response) = responses.get(&status) else {
            return Some(Err(one_of("code", responses)));
        };
        let response = self.resolved(response);
        let content = &response["content"][media_type(response, wish)];
        let example = match (content["examples"].as_object(), &wish.example) {
            (Some(examples), Some(name)) => match examples.get(name) {
                Some(example) => &self.resolved(example)["value"],
                None => return Some(Err(one_of("example", examples))),
            },
            (Some(examples), None) => &self.resolved(examples.values().next()?)["value"],
            (None, _) => &content["example"],
        };
        // A response whose body has no example cannot be shown.
        if example.is_null() && response["content"].is_object() {
            return None;
        }
        Some(Ok((status.parse().ok()?, response, example.clone())))
    }

    /// What a reference of the contract stands for.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
        target
            .and_then(|it| self.contract.pointer(it))
            .unwrap_or(value)
    }

    /// Lets pages of the listed origins read the answer.
    fn admit(&self, asked: &Asked<'_>, answer: &mut Response) {
        let Some(origin) = header(asked, "origin") else {
            return;
        };
        if self.origins.iter().any(|listed| listed == origin) {
            let let_in = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            answer.headers.extend([
                let_in("access-control-allow-origin", origin),
                let_in("access-control-allow-credentials", "true"),
                let_in(
                    "access-control-expose-headers",
                    "ETag, Location, X-Trace-Id",
                ),
            ]);
        }
    }
}

/// Has the answer to a preflight allow that pages say which example they want.
pub(crate) fn let_prefer(answer: &mut Response) {
    for (name, value) in &mut answer.headers {
        if name == "access-control-allow-headers" {
            value.push_str(", Prefer");
        }
    }
}

impl Wish {
    fn of(asked: &Asked<'_>) -> Self {
        let preferred = |sought: &str| {
            let preferences = header(asked, PREFER)?.split([',', ';']);
            let mut pairs = preferences.filter_map(|one| one.trim().split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case(sought))?;
            Some(value.trim_matches('"').to_owned())
        };
        let problem = header(asked, "accept").is_some_and(|accept| accept.contains(PROBLEM));
        Self {
            status: preferred("code"),
            example: preferred("example"),
            media_type: if problem { PROBLEM } else { JSON },
        }
    }
}

/// The media type that the response has and the client likes.
fn media_type(response: &Value, wish: &Wish) -> &'static str {
    if response["content"][wish.media_type].is_object() {
        wish.media_type
    } else {
        JSON
    }
}

/// The headers that go with an example.
fn told(asked: &Asked<'_>, response: &Value, body: &Value) -> Vec<(String, String)> {
    let declares = |name: &str| response["headers"][name].is_object();
    let data = &body["data"];
    let trace = body["traceId"].as_str().unwrap_or(TRACE).to_owned();
    let made = data["id"].as_str().filter(|_| declares("Location"));
    let version = data["version"].as_i64().filter(|_| declares("ETag"));
    let path = asked.path().trim_end_matches('/');
    [
        Some(("x-trace-id", trace)),
        Some(("cache-control", "no-store".to_owned())),
        Some(("vary", "Accept, Origin, Prefer".to_owned())),
        made.map(|id| ("location", format!("{path}/{id}"))),
        version.map(|version| ("etag", format!("\"{version}\""))),
        declares("Retry-After").then(|| ("retry-after", "1".to_owned())),
        header(asked, PREFER).map(|wish| ("preference-applied", wish.to_owned())),
    ]
    .into_iter()
    .flatten()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn header<'a>(asked: &'a Asked<'_>, sought: &str) -> Option<&'a str> {
    let mut headers = asked.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case(sought))?;
    Some(value)
}

fn one_of(preference: &str, known: &Map<String, Value>) -> String {
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    format!("Prefer: {preference} must be one of {}", known.join(", "))
}

/// What is asked for is not in the contract.
fn refusal(why: &str) -> Response {
    Response::json(
        400,
        &json!({
            "success": false,
            "message": "The contract has no such example.",
            "statusCode": 400,
            "code": "invalid_request",
            "errors": [why],
            "traceId": TRACE,
        }),
    )
}
