//! The routes below `/_local`, which exist in no Lambda: what a person at this machine may see and do
//! beside the API.

mod assets;
mod endpoints;
mod orders;
mod provider;
mod traffic;

use std::error::Error;
use std::time::Duration;

use domain::id::PaymentId;
use edge::Code;
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoreError;

use crate::aws::{CloudError, QueueDepth};
use crate::gateway::{Asked, Response};
use crate::local_store::Store;

const ROOT: &str = "/_local";
/// The furthest that time is moved at once: ten years.
const FURTHEST_S: u64 = 10 * 366 * 24 * 60 * 60;

/// How many messages of a queue are shown.
const MOST_MESSAGES: usize = 100;

/// Why the console does not do what it is asked to.
enum Refusal {
    /// With this code, for this reason.
    Plain(Code, String),
    /// The path answers these methods only.
    Method(&'static str),
    /// Something behind it fails.
    Broken(Box<dyn Error + Send + Sync>),
}

impl Refusal {
    /// There is nothing at this path.
    fn nothing() -> Self {
        Self::Plain(Code::NotFound, String::new())
    }

    fn broken(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Broken(error.into())
    }
}

type Done = Result<Response, Refusal>;

/// Whether a path belongs to the console.
pub(crate) fn owns(path: &str) -> bool {
    path == ROOT || path.starts_with("/_local/")
}

/// Answers a request to the console.
pub(crate) async fn answer(store: &Store, asked: &Asked<'_>) -> Response {
    let done = route(store, asked).await;
    let trace = edge::trace::traceparent(None, store.stack.entropy.as_ref());
    let mut response = match done {
        Ok(response) => response,
        Err(refusal) => refuse(refusal, &trace),
    };
    let mut header = |name: &str, value: &str| {
        response.headers.push((name.to_owned(), value.to_owned()));
    };
    header("x-trace-id", &trace);
    header("cache-control", "no-store");
    header("x-content-type-options", "nosniff");
    assets::bar(&mut response);
    response
}

async fn route(store: &Store, asked: &Asked<'_>) -> Done {
    let path = asked.path().strip_prefix(ROOT).unwrap_or_default();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let methods = methods(&segments).ok_or_else(Refusal::nothing)?;
    let method = match asked.method {
        "HEAD" => "GET",
        other => other,
    };
    if !methods.split(", ").any(|known| known == method) {
        return Err(Refusal::Method(methods));
    }
    if method == "GET" {
        look(store, &segments).await
    } else {
        act(store, &segments, asked.body).await
    }
}

/// Which methods a path answers, as `Allow` lists them; none if there is no such path.
fn methods(segments: &[&str]) -> Option<&'static str> {
    match segments {
        []
        | [
            "emails" | "endpoints" | "events" | "orders" | "overview" | "provider" | "queues"
            | "requests" | "streams",
        ]
        | ["assets" | "orders", _]
        | ["emails", _, "html"] => Some("GET"),
        ["queues", _, "messages"] => Some("GET, POST"),
        ["queues", _, "redrive"] | ["clock"] | ["payments", _, "authenticate"] => Some("POST"),
        _ => None,
    }
}

/// What a person sees.
async fn look(store: &Store, segments: &[&str]) -> Done {
    let data = match segments {
        [] => return Ok(assets::page()),
        ["assets", name] => return assets::asset(name).ok_or_else(Refusal::nothing),
        ["emails", id, "html"] => return mail(store, id),
        ["emails"] => json!(store.stack.cloud.emails()),
        ["endpoints"] => endpoints::endpoints(store),
        ["events"] => json!(store.events()?),
        ["orders"] => json!(orders::newest(store).await?),
        ["orders", id] => orders::life(store, id).await?,
        ["overview"] => traffic::overview(store).await?,
        ["provider"] => json!(provider::books(&store.stack)?),
        ["queues"] => queues(store).await?,
        ["queues", name, "messages"] => messages(store, name).await?,
        ["requests"] => json!(traffic::requests(store)),
        ["streams"] => json!(traffic::streams(store)?),
        _ => return Err(Refusal::nothing()),
    };
    Ok(success(200, &data))
}

/// What a person does.
async fn act(store: &Store, segments: &[&str], body: &[u8]) -> Done {
    match segments {
        ["queues", name, "messages"] => send(store, name, body).await,
        ["queues", name, "redrive"] => redrive(store, name).await,
        ["clock"] => advance(store, body).await,
        ["payments", id, _] => authenticate(store, id, body).await,
        _ => Err(Refusal::nothing()),
    }
}

fn mail(store: &Store, id: &str) -> Done {
    let mut emails = store.stack.cloud.emails().into_iter();
    let html = emails
        .find(|mail| mail.id == id)
        .and_then(|mail| mail.html)
        .ok_or_else(Refusal::nothing)?;
    Ok(assets::mail(html))
}

async fn queues(store: &Store) -> Result<Value, Refusal> {
    Ok(store.queues().await?.into_iter().map(depth).collect())
}

/// A queue's dead letters, then what it holds, the longest sent first.
async fn messages(store: &Store, queue: &str) -> Result<Value, Refusal> {
    let name = store.queue_name(queue);
    let known = store.queues().await?;
    let queue = known
        .into_iter()
        .map(|depth| depth.name)
        .find(|short| store.queue_name(short) == name)
        .ok_or(CloudError::NoSuchQueue(name))?;
    let mut held = store.messages().await?;
    held.retain(|message| message.queue == queue);
    held.sort_by_key(|message| !message.dead);
    let first = held.iter().take(MOST_MESSAGES);
    let view = |message| traffic::message_view(store, message);
    Ok(first.map(view).collect())
}

fn depth(depth: QueueDepth) -> Value {
    let QueueDepth {
        name,
        visible,
        in_flight,
        delayed,
        dead_letters,
    } = depth;
    json!({
        "name": name,
        "visible": visible,
        "inFlight": in_flight,
        "delayed": delayed,
        "deadLetters": dead_letters,
    })
}

async fn send(store: &Store, queue: &str, body: &[u8]) -> Done {
    let body = std::str::from_utf8(body)
        .map_err(|_| Refusal::Plain(Code::InvalidRequest, "body: must be UTF-8".to_owned()))?;
    if body.is_empty() {
        let why = "body: must not be empty".to_owned();
        return Err(Refusal::Plain(Code::InvalidRequest, why));
    }
    let queue = store.queue_name(queue);
    store.stack.cloud.send_raw(&queue, body).await?;
    Ok(success(201, &json!({ "queue": queue })))
}

async fn redrive(store: &Store, queue: &str) -> Done {
    let moved = store.stack.cloud.redrive(&store.queue_name(queue)).await?;
    Ok(success(200, &json!({ "moved": moved })))
}

async fn advance(store: &Store, body: &[u8]) -> Done {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Advance {
        advance_seconds: u64,
    }
    let Advance { advance_seconds } = read(body)?;
    if advance_seconds > FURTHEST_S {
        let rule = format!("advanceSeconds: must be 0 to {FURTHEST_S}");
        return Err(Refusal::Plain(Code::ValidationFailed, rule));
    }
    store.advance(Duration::from_secs(advance_seconds)).await;
    Ok(success(200, &json!({ "now": store.now() })))
}

async fn authenticate(store: &Store, payment: &str, body: &[u8]) -> Done {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Authentication {
        outcome: provider::Outcome,
    }
    let Authentication { outcome } = read(body)?;
    let payment = PaymentId::parse(payment).map_err(|_| Refusal::nothing())?;
    let charge = provider::authenticate(&store.stack, payment, outcome).await?;
    Ok(success(200, &charge))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::Plain(Code::InvalidRequest, format!("body: {error}")))
}

fn success(status: u16, data: &Value) -> Response {
    Response::json(status, &json!({ "success": true, "data": data }))
}

fn refuse(refusal: Refusal, trace: &str) -> Response {
    let (code, line, allow) = match refusal {
        Refusal::Plain(code, line) => (code, line, None),
        Refusal::Method(allow) => (Code::MethodNotAllowed, String::new(), Some(allow)),
        Refusal::Broken(error) => {
            tracing::error!(%error, "the console cannot answer");
            (Code::Internal, String::new(), None)
        }
    };
    let errors: Vec<String> = Some(line)
        .filter(|line| !line.is_empty())
        .into_iter()
        .collect();
    let body = json!({
        "success": false,
        "message": code.title(),
        "statusCode": code.status(),
        "code": code.name(),
        "errors": errors,
        "traceId": trace,
    });
    let mut response = Response::json(code.status(), &body);
    if let Some(allow) = allow {
        response
            .headers
            .push(("allow".to_owned(), allow.to_owned()));
    }
    response
}

impl From<CloudError> for Refusal {
    fn from(error: CloudError) -> Self {
        match error {
            CloudError::NoSuchQueue(name) => {
                Self::Plain(Code::NotFound, format!("queue: there is no queue {name}"))
            }
            other => Self::broken(other),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::nothing(),
            other => Self::broken(other),
        }
    }
}
