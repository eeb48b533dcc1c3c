//! The gateway: from an HTTP request to the event of its function, and from the function's answer to
//! a response, as an HTTP API of Amazon API Gateway does with payload format 2.0.

use data_encoding::{BASE64, HEXLOWER};
use domain::clock::{Clock, Entropy, Timestamp};
use edge::Function;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::InvokeError;
use crate::functions::Functions;
use crate::mock::{self, Mock};
use crate::stack::Stack;

/// API Gateway takes no larger bodies.
pub(crate) const LARGEST_BODY: usize = 10 * 1024 * 1024;
/// Lambda takes no larger events.
const LARGEST_EVENT: usize = 6 * 1024 * 1024;

/// A request to the store.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// Path and query, as sent.
    pub(crate) target: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
    /// The address it comes from.
    pub(crate) source: &'a str,
}

/// A response of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// A response with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A response without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A response with a body of a media type.
    pub(crate) fn text(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: body.into().into_bytes(),
        }
    }
}

impl Asked<'_> {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A response, and the function that it comes from; none if the gateway answered by itself.
pub(crate) struct Answered {
    pub(crate) response: Response,
    pub(crate) function: Option<String>,
}

/// Answers a request.
pub(crate) async fn answer(stack: &Stack, functions: &Functions, asked: &Asked<'_>) -> Answered {
    let by_itself = |response| Answered {
        response,
        function: None,
    };
    if asked.body.len() > LARGEST_BODY {
        return by_itself(too_large());
    }
    let Some((function, parameters)) = route(asked.method, asked.path()) else {
        return by_itself(own(404, "Not Found"));
    };
    Answered {
        response: ask(stack, functions, asked, function, &parameters).await,
        function: Some(function.name()),
    }
}

/// What a function answers to a request.
async fn ask(
    stack: &Stack,
    functions: &Functions,
    asked: &Asked<'_>,
    function: &Function,
    parameters: &[(&'static str, String)],
) -> Response {
    let of_mock = |mock: &Mock| mock.answer(&function.route()?.full_path(), asked);
    if let Some(example) = stack.mock.as_ref().and_then(of_mock) {
        return example;
    }
    let id = request_id(stack.entropy.as_ref());
    let event = event(asked, function, parameters, stack.clock.now(), &id).to_string();
    if event.len() > LARGEST_EVENT {
        return too_large();
    }
    let mut response = match functions.invoke(&function.name(), event).await {
        Ok(answer) => read(&answer).unwrap_or_else(|error| {
            tracing::error!(function = function.name(), %error, "the answer cannot be read");
            own(500, "Internal Server Error")
        }),
        Err(InvokeError::TimedOut) => own(503, "Service Unavailable"),
        Err(error) => {
            tracing::error!(function = function.name(), %error, "no answer");
            own(500, "Internal Server Error")
        }
    };
    response.headers.push(("apigw-requestid".to_owned(), id));
    if stack.mock.is_some() {
        mock::let_prefer(&mut response);
    }
    response
}

/// The function that answers a request, and the parameters of its path. The path with the fewest
/// parameters wins; what no route of it answers goes to the fallback.
fn route(method: &str, path: &str) -> Option<(&'static Function, Vec<(&'static str, String)>)> {
    let sought = if method == "HEAD" { "GET" } else { method };
    let of_path: Vec<_> = registry::functions()
        .filter_map(|function| {
            let route = function.route().filter(|route| !route.fallback)?;
            Some((function, route.method, route.matches(path)?))
        })
        .collect();
    let fewest = of_path
        .iter()
        .map(|(_, _, parameters)| parameters.len())
        .min();
    let best = of_path
        .into_iter()
        .find(|(_, method, parameters)| method.name() == sought && Some(parameters.len()) == fewest)
        .map(|(function, _, parameters)| (function, parameters));
    best.or_else(|| registry::gateway::fallback().map(|function| (function, Vec::new())))
}

fn event(
    asked: &Asked<'_>,
    function: &Function,
    parameters: &[(&'static str, String)],
    now: Timestamp,
    id: &str,
) -> Value {
    let route_key = function
        .route()
        .filter(|route| !route.fallback)
        .map_or_else(
            || "$default".to_owned(),
            |route| format!("{} {}", asked.method, route.full_path()),
        );
    let (headers, cookies) = headers(asked.headers);
    let agent = headers.get("user-agent").cloned();
    let domain = headers.get("host").cloned();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": asked.path(),
        "rawQueryString": asked.query(),
        "headers": headers,
        "requestContext": {
            "accountId": crate::options::ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": "local",
            "http": {
                "method": asked.method,
                "path": asked.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": asked.source,
                "userAgent": agent.unwrap_or_else(|| json!("")),
            },
            "requestId": id,
            "routeKey": route_key,
            "stage": "$default",
            "time": now,
            "timeEpoch": now.as_millis(),
        },
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let query = query_parameters(asked.query());
    if !query.is_empty() {
        event["queryStringParameters"] = Value::Object(query);
    }
    if !parameters.is_empty() {
        event["pathParameters"] = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
    }
    if !asked.body.is_empty() {
        match std::str::from_utf8(asked.body) {
            Ok(text) => event["body"] = json!(text),
            Err(_) => {
                event["body"] = json!(BASE64.encode(asked.body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event
}

/// Headers with names in lower case and equal ones joined, and the cookies, which travel apart.
fn headers(sent: &[(String, String)]) -> (Map<String, Value>, Vec<String>) {
    let mut headers: Map<String, Value> = Map::new();
    let mut cookies = Vec::new();
    for (name, value) in sent {
        let name = name.to_ascii_lowercase();
        if name == "cookie" {
            cookies.extend(value.split(';').map(|one| one.trim().to_owned()));
            continue;
        }
        join(&mut headers, name, value);
    }
    (headers, cookies)
}

fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        join(&mut parameters, name.into_owned(), &value);
    }
    parameters
}

fn join(map: &mut Map<String, Value>, name: String, value: &str) {
    let joined = match map.get(&name).and_then(Value::as_str) {
        Some(known) => format!("{known},{value}"),
        None => value.to_owned(),
    };
    map.insert(name, Value::String(joined));
}

/// A function's answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn read(answer: &str) -> Result<Response, String> {
    let Answer {
        status_code,
        headers,
        cookies,
        body,
        is_base64_encoded,
    } = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    let body = body.unwrap_or_default().into_bytes();
    let body = if is_base64_encoded {
        BASE64.decode(&body).map_err(|error| error.to_string())?
    } else {
        body
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), text(value)))
        .chain(
            cookies
                .into_iter()
                .map(|cookie| ("set-cookie".to_owned(), cookie)),
        );
    Ok(Response {
        status: status_code,
        headers: headers.collect(),
        body,
    })
}

/// What the gateway says on its own account.
fn own(status: u16, message: &str) -> Response {
    Response::json(status, &json!({ "message": message }))
}

pub(crate) fn too_large() -> Response {
    own(413, "Request Entity Too Large")
}

fn request_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::{headers, query_parameters};
    use serde_json::{Value, json};

    #[test]
    fn equal_headers_and_parameters_are_joined_and_cookies_travel_apart() {
        let sent = [
            ("Accept", "text/html"),
            ("accept", "application/json"),
            ("Cookie", "a=1; b=2"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (headers, cookies) = headers(&sent);
        assert_eq!(
            Value::Object(headers),
            json!({"accept": "text/html,application/json"})
        );
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(
            Value::Object(query_parameters("limit=1&q=a%20b&limit=2")),
            json!({"limit": "1,2", "q": "a b"})
        );
    }
}
