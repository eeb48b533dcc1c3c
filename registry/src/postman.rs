//! The API as a Postman collection: a folder for each service, in an order in which all of it runs
//! through on a fresh demo shop. Bodies and parameters are the examples of the description; tokens and
//! the ids of what was created are handed on from request to request.

use edge::Code;
use edge::Function;
use edge::route::{Auth, Method, Wrapping};
use serde_json::{Map, Value, json};

use crate::SERVICES;

/// The demo shop's administrator.
const ADMIN: &str = "admin@example.com";

/// The collection of what `document` describes, whose examples are `examples`.
#[must_use]
pub fn collection(document: &Value, examples: &Value) -> Value {
    let requests: Vec<Request<'_>> = SERVICES
        .iter()
        .flat_map(|service| service.functions)
        .filter_map(|function| Request::of(function, document, examples))
        .collect();
    let mut folders = vec![sign_in()];
    for service in SERVICES {
        let mut own: Vec<&Request<'_>> = requests
            .iter()
            .filter(|request| request.function.service == service.name && !request.takes_away())
            .collect();
        own.sort_by_key(|request| request.turn());
        let items: Vec<Value> = own.into_iter().map(Request::item).collect();
        if !items.is_empty() {
            folders.push(folder(service.name, service.summary, &items));
        }
    }
    // The newest first, and what belongs to the caller's own session last of all.
    let last: Vec<Value> = requests
        .iter()
        .rev()
        .filter(|request| request.takes_away())
        .map(Request::item)
        .collect();
    folders.push(folder(
        "at last",
        "What takes away what the others need.",
        &last,
    ));
    json!({
        "info": {
            "name": "Souk",
            "description": "Every operation of the shop. Run it as a whole on a fresh demo shop \
                            (`cargo run -- --memory --rate-limit off`).",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": bearer("customerToken"),
        "variable": variables(&requests),
        "item": folders,
    })
}

fn folder(name: &str, description: &str, items: &[Value]) -> Value {
    json!({ "name": name, "description": description, "item": items })
}

fn bearer(variable: &str) -> Value {
    let token = format!("{{{{{variable}}}}}");
    json!({
        "type": "bearer",
        "bearer": [{ "key": "token", "value": token, "type": "string" }],
    })
}

fn variables(requests: &[Request<'_>]) -> Vec<Value> {
    let mut variables = vec![json!({ "key": "baseUrl", "value": "http://127.0.0.1:9000" })];
    let mut known = Vec::new();
    for request in requests {
        for parameter in request.parameters("path") {
            let Some(variable) = request.chained(parameter) else {
                continue;
            };
            if !known.contains(&variable) {
                let value = parameter["example"].clone();
                variables.push(json!({ "key": variable.clone(), "value": value }));
                known.push(variable);
            }
        }
    }
    variables
}

/// The demo accounts sign in; their tokens are for all that follows.
fn sign_in() -> Value {
    let account = |who: &str, email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        json!({
            "name": format!("Sign in as {who}"),
            "request": {
                "method": "POST",
                "auth": { "type": "noauth" },
                "header": [{ "key": "Content-Type", "value": "application/json" }],
                "body": raw(&body),
                "url": url("/api/v1/sessions", &[]),
            },
            "event": script(&[
                "pm.test(\"succeeds\", () => pm.response.to.have.status(201));".to_owned(),
                format!("pm.collectionVariables.set(\"{who}Token\", pm.response.json().data.accessToken);"),
            ]),
        })
    };
    let items = [
        account("admin", ADMIN, "Admin-demo-1"),
        account("customer", "customer@example.com", "Customer-demo-1"),
    ];
    folder(
        "sign in",
        "The demo accounts, whose tokens the others use.",
        &items,
    )
}

fn raw(body: &Value) -> Value {
    json!({
        "mode": "raw",
        "raw": serde_json::to_string_pretty(body).unwrap_or_default(),
        "options": { "raw": { "language": "json" } },
    })
}

fn url(path: &str, query: &[Value]) -> Value {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let pairs: Vec<String> = query
        .iter()
        .filter(|pair| pair["disabled"] != true)
        .filter_map(|pair| {
            Some(format!(
                "{}={}",
                pair["key"].as_str()?,
                pair["value"].as_str()?
            ))
        })
        .collect();
    let asked = if pairs.is_empty() { "" } else { "?" };
    json!({
        "raw": format!("{{{{baseUrl}}}}{path}{asked}{}", pairs.join("&")),
        "host": ["{{baseUrl}}"],
        "path": segments,
        "query": query,
    })
}

fn script(lines: &[String]) -> Value {
    json!([{ "listen": "test", "script": { "type": "text/javascript", "exec": lines } }])
}

/// An operation as a request of the collection.
struct Request<'a> {
    function: &'static Function,
    route: edge::Route,
    document: &'a Value,
    operation: &'a Value,
    /// Whose example it is.
    caller: &'a Value,
}

impl<'a> Request<'a> {
    fn of(function: &'static Function, document: &'a Value, examples: &'a Value) -> Option<Self> {
        let route = *function.route().filter(|route| !route.fallback)?;
        let method = route.method.name().to_ascii_lowercase();
        let operation = document["paths"].get(route.full_path())?.get(method)?;
        Some(Self {
            function,
            route,
            document,
            operation,
            caller: &examples[function.name()]["request"]["caller"],
        })
    }

    /// Whether it takes something away that other requests need.
    fn takes_away(&self) -> bool {
        self.route.method == Method::Delete
    }

    /// When its turn comes within its service: what creates first, then what reads, then what changes,
    /// and what stands below an object after the object.
    fn turn(&self) -> (usize, Method, &'static str) {
        let order = match self.route.method {
            Method::Post => 0,
            Method::Get => 1,
            Method::Put | Method::Patch => 2,
            Method::Delete => 3,
        };
        let below = self.route.path.split('/').skip(3).count();
        (below * 4 + order, self.route.method, self.route.path)
    }

    fn item(&self) -> Value {
        let mut request = json!({
            "method": self.route.method.name(),
            "description": self.operation["description"],
            "header": self.headers(),
            "url": self.url(),
        });
        match self.route.auth {
            Auth::Open => request["auth"] = json!({ "type": "noauth" }),
            // The customer's token stands for all the others.
            _ if self.caller == ADMIN => request["auth"] = bearer("adminToken"),
            Auth::Staff(_) => request["auth"] = bearer("adminToken"),
            Auth::Anyone | Auth::SignedIn | Auth::Mine(_) | Auth::Owner(_) => {}
        }
        if let Some((_, content)) = self.content() {
            request["body"] = raw(&content["example"]);
        }
        json!({
            "name": self.operation["summary"],
            "request": request,
            "event": script(&self.tests()),
        })
    }

    fn content(&self) -> Option<(&'a String, &'a Value)> {
        self.operation["requestBody"]["content"]
            .as_object()?
            .iter()
            .next()
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = &'a Value> {
        let document = self.document;
        let all = self.operation["parameters"]
            .as_array()
            .into_iter()
            .flatten();
        all.map(move |parameter| match parameter["$ref"].as_str() {
            Some(reference) => document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or(parameter),
            None => parameter,
        })
        .filter(move |parameter| parameter["in"] == place)
    }

    /// The variable that a parameter of the path is handed on in: the id of what was created below the
    /// same collection. What the example names besides belongs to the object that the example names.
    fn chained(&self, parameter: &Value) -> Option<String> {
        let reads_or_takes = matches!(self.route.method, Method::Get | Method::Delete);
        let is_alone = self.route.path.matches('{').count() == 1;
        let is_id = parameter["name"] == "id" && reads_or_takes && is_alone;
        is_id.then(|| self.variable())
    }

    fn variable(&self) -> String {
        let collection = self.route.path.split('/').nth(1).unwrap_or_default();
        format!("{}Id", collection.replace('-', "_"))
    }

    fn headers(&self) -> Vec<Value> {
        let content_type = self
            .content()
            .map(|(media_type, _)| json!({ "key": "Content-Type", "value": media_type }));
        let declared = self.parameters("header").map(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = match name {
                "Idempotency-Key" => json!("{{$guid}}"),
                _ => parameter["example"].clone(),
            };
            json!({
                "key": name,
                "value": value,
                "description": parameter["description"],
                "disabled": parameter["required"] != true,
            })
        });
        content_type.into_iter().chain(declared).collect()
    }

    fn url(&self) -> Value {
        let mut path = self.route.full_path();
        for parameter in self.parameters("path") {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = match self.chained(parameter) {
                Some(variable) => format!("{{{{{variable}}}}}"),
                None => text(&parameter["example"]),
            };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        let query: Vec<Value> = self
            .parameters("query")
            .map(|parameter| {
                json!({
                    "key": parameter["name"],
                    "value": text(&parameter["example"]),
                    "description": parameter["description"],
                    // Whoever wants a filter or another page turns it on.
                    "disabled": parameter["required"] != true,
                })
            })
            .collect();
        url(&path, &query)
    }

    fn tests(&self) -> Vec<String> {
        let documented: Vec<&str> = self.operation["responses"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .map(String::as_str)
            .collect();
        let mut lines = vec![
            format!(
                "pm.test(\"answers as documented\", () => pm.expect(pm.response.code).to.be.oneOf([{}]));",
                documented.join(", ")
            ),
            "pm.test(\"carries its trace\", () => pm.response.to.have.header(\"X-Trace-Id\"));"
                .to_owned(),
        ];
        if self.needs_a_secret() {
            return lines;
        }
        let status = self.route.status;
        lines.push(format!(
            "pm.test(\"succeeds\", () => pm.response.to.have.status({status}));"
        ));
        let answers = self.operation["responses"][status.to_string()]
            .get("content")
            .is_some();
        if answers && self.route.wrapping == Wrapping::Envelope {
            lines.push(
                "pm.test(\"is in the envelope\", () => pm.expect(pm.response.json().success).to.equal(true));"
                    .to_owned(),
            );
        }
        if self.route.method == Method::Post && self.route.parameters().is_empty() {
            lines.push(format!(
                "const made = pm.response.code === 201 ? pm.response.json().data.id : undefined;\n\
                 if (made) pm.collectionVariables.set(\"{}\", made);",
                self.variable()
            ));
        }
        lines
    }

    /// Whether it takes a token that the shop gave somebody, or a signature, which no collection can know.
    fn needs_a_secret(&self) -> bool {
        // Only the payment provider can sign what it reports.
        if self.route.errors.contains(&Code::InvalidSignature) {
            return true;
        }
        let is_secret = |name: &str| name == "token" || name == "refreshToken";
        let in_body = self
            .content()
            .and_then(|(_, content)| content["example"].as_object())
            .is_some_and(|body| body.keys().any(|name| is_secret(name)));
        in_body || self.route.parameters().into_iter().any(is_secret)
    }
}

/// A value as it stands in a path or a query.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
