//! One HTTP request: who sends it, what it says, what the handler makes of it, and the answer.

use std::any::TypeId;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Request, RequestExt, Response, Service, service_fn};
use lambda_runtime::{Context, LambdaEvent};
use tracing::Instrument;

use store::event::Stamp;
use store::{Need, Needs, StartError, Wiring};

use crate::caller::Caller;
use crate::endpoint::{AnonymousScope, Endpoint, Expected, Nothing, Rq};
use crate::idempotency;
use crate::input::{self, MOST_BODY_BYTES};
use crate::problem::{Cause, Code, Failure};
use crate::reply::{Content, Reply, envelope, problem, wants_problem};
use crate::route::{Auth, Caching, Idempotency, Precondition, Wrapping};
use crate::runner::{Crash, Raw, Running, Surroundings, stale};
use crate::seal::Seal;
use crate::shape::{Faults, Shape};
use crate::token::TokenVerifier;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

pub(crate) struct HttpRunner<E: Endpoint> {
    needs: E::Needs,
    tokens: Option<TokenVerifier>,
    seal: Option<Seal>,
    surroundings: Surroundings,
    query: Shape,
    body: Option<Shape>,
    name: String,
}

/// An answer, before the representation is chosen.
struct Answer {
    status: u16,
    body: Option<Vec<u8>>,
    media_type: &'static str,
    headers: HeaderMap,
    code: Option<Code>,
}

impl<E: Endpoint> HttpRunner<E> {
    pub(crate) async fn start(
        name: String,
        wiring: &Wiring,
        surroundings: Surroundings,
    ) -> Result<Self, StartError> {
        let tokens = match E::ROUTE.auth {
            Auth::Open => None,
            _ => Some(TokenVerifier::wire(wiring).await?),
        };
        let seal = match E::ROUTE.auth {
            Auth::Owner(_) => Some(Seal::wire(wiring).await?),
            _ => None,
        };
        let has_body = TypeId::of::<E::Body>() != TypeId::of::<Nothing>();
        Ok(Self {
            needs: E::Needs::wire(wiring).await?,
            tokens,
            seal,
            surroundings,
            query: Shape::of::<E::Query>(),
            body: has_body.then(Shape::of::<E::Body>),
            name,
        })
    }

    async fn respond(&self, request: Request) -> Response<Body> {
        let headers = request.headers();
        let incoming = text(headers, "traceparent");
        let stamp = self.surroundings.stamp(incoming);
        let as_problem = wants_problem(text(headers, "accept"));
        let head = request.method() == http::Method::HEAD;
        let if_none_match = text(headers, "if-none-match").map(str::to_owned);
        let method = request.method().to_string();
        let span = tracing::info_span!(
            "request",
            function = self.name,
            traceId = stamp.trace,
            caller = tracing::field::Empty,
        );
        let began = tokio::time::Instant::now();
        let trace = stamp.trace.clone();
        let answered = AssertUnwindSafe(self.answer(&request, stamp))
            .catch_unwind()
            .instrument(span.clone())
            .await;
        let result = match answered {
            Ok(result) => result,
            Err(_panic) => Err(Failure::internal("the handler panicked")),
        };
        let mut answer = match result {
            Ok(answer) => answer,
            Err(failure) => refuse(&failure, &trace, as_problem, &span),
        };
        if E::ROUTE.method == crate::route::Method::Get && answer.status == 200 {
            not_modified(&mut answer, if_none_match.as_deref());
        }
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.in_scope(|| {
            tracing::info!(
                method,
                route = E::ROUTE.path,
                status = answer.status,
                code = answer.code.map(Code::name),
                durationMs = elapsed_ms,
                "request"
            );
        });
        finish(answer, &trace, head)
    }

    async fn answer(&self, request: &Request, stamp: Stamp) -> Result<Answer, Failure> {
        let rq = self.read(request, stamp).await?;
        tracing::Span::current().record("caller", rq.caller.name());
        let mut tries = 1;
        loop {
            let failure = match E::handle(&self.needs, &rq).await {
                Ok(reply) => return render::<E>(reply, &rq, false),
                Err(failure) => failure,
            };
            match failure.cause {
                Cause::Repeated(receipt) => {
                    let reply = E::replay(&self.needs, &rq, *receipt).await;
                    return match reply {
                        Ok(reply) => render::<E>(reply, &rq, true),
                        // A remembered decline is an outcome too, and says that it is a replay.
                        Err(failure) if failure.code == Code::PaymentDeclined => {
                            Ok(replayed_decline(&failure, request, &rq.stamp.trace))
                        }
                        Err(failure) => Err(failure),
                    };
                }
                Cause::Stale if tries < stale::TRIES => {
                    stale::pause(tries).await;
                    tries += 1;
                }
                _ => return Err(failure),
            }
        }
    }

    async fn read(&self, request: &Request, stamp: Stamp) -> Result<Rq<E>, Failure> {
        let headers = request.headers();
        let raw_path = request.raw_http_path().to_owned();
        let raw_query = request.uri().query().unwrap_or_default();
        let bytes: &[u8] = request.body();
        let caller = self.admit(headers, &stamp).await?;

        let parameters = if E::ROUTE.fallback {
            Some(Vec::new())
        } else {
            E::ROUTE.matches(&raw_path)
        };
        let parameters = parameters.ok_or_else(|| Failure::new(Code::NotFound))?;
        let path = input::path::<E::Path>(parameters)?;

        if bytes.len() > MOST_BODY_BYTES {
            let rule = format!("body: must be at most {MOST_BODY_BYTES} bytes");
            return Err(Failure::new(Code::PayloadTooLarge).error(rule));
        }
        let mut faults = Faults::default();
        let query = if E::ROUTE.fallback {
            serde_json::json!({})
        } else {
            input::query(raw_query, &self.query, &mut faults)
        };
        let body = match &self.body {
            Some(shape) => {
                is_json(headers, bytes)?;
                input::body(bytes, shape, &mut faults)
            }
            None => {
                if !bytes.is_empty() && !E::ROUTE.fallback {
                    faults.unparsable.push("body: must be empty".to_owned());
                }
                serde_json::json!({})
            }
        };
        let once = self.once(headers, &caller, &raw_path, bytes, &stamp, &mut faults);
        let if_match = if_match(headers, &mut faults);
        input::verdict(faults)?;
        if E::ROUTE.precondition == Precondition::Required && if_match.is_none() {
            return Err(Failure::new(Code::PreconditionRequired).error("If-Match: is required"));
        }
        let (once, anonymous_scope) = once.unzip();
        Ok(Rq {
            path,
            query: input::read(query)?,
            body: input::read(body)?,
            caller,
            stamp,
            once,
            if_match,
            anonymous_scope: anonymous_scope.flatten(),
            method: request.method().clone(),
            query_pairs: form_urlencoded::parse(raw_query.as_bytes())
                .into_owned()
                .collect(),
            raw_path,
        })
    }

    /// Who the caller is, if the route lets them in.
    async fn admit(&self, headers: &HeaderMap, stamp: &Stamp) -> Result<Caller, Failure> {
        let Some(tokens) = &self.tokens else {
            return Ok(Caller::Anonymous);
        };
        let caller = match bearer(headers)? {
            None => Caller::Anonymous,
            Some(token) if Seal::is_order_token(token) => self
                .seal
                .as_ref()
                .and_then(|seal| seal.order_of(token, stamp.now))
                .map(Caller::OrderHolder)
                .ok_or_else(unknown_token)?,
            Some(token) => tokens
                .verify(token, stamp.now)
                .await?
                .map(Caller::User)
                .ok_or_else(unknown_token)?,
        };
        match (E::ROUTE.auth, &caller) {
            (Auth::Open | Auth::Anyone, _)
            | (Auth::SignedIn, Caller::User(_))
            | (Auth::Owner(_), Caller::User(_) | Caller::OrderHolder(_)) => Ok(caller),
            (Auth::Staff(permission), Caller::User(_)) if caller.may(permission) => Ok(caller),
            (Auth::Staff(permission), Caller::User(_)) => Err(Failure::new(Code::Forbidden)
                .error(format!("the permission {} is needed", permission.as_str()))),
            _ => Err(Failure::new(Code::Unauthenticated)),
        }
    }

    fn once(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        path: &str,
        body: &[u8],
        stamp: &Stamp,
        faults: &mut Faults,
    ) -> Option<(store::once::Once, Option<AnonymousScope>)> {
        if E::ROUTE.idempotency == Idempotency::Natural {
            return None;
        }
        let Some(header) = headers.get(IDEMPOTENCY_KEY) else {
            if E::ROUTE.idempotency == Idempotency::Required {
                faults
                    .unparsable
                    .push("Idempotency-Key: is required".to_owned());
            }
            return None;
        };
        let key = match idempotency::key(header.as_bytes()) {
            Ok(key) => key,
            Err(fault) => {
                faults.unparsable.push(fault.to_owned());
                return None;
            }
        };
        let method = E::ROUTE.method.name();
        let once = idempotency::once(&caller.name(), method, path, key, body, stamp.now);
        let anonymous = (*caller == Caller::Anonymous).then(|| AnonymousScope {
            key: key.to_owned(),
            fingerprint: once.fingerprint.clone(),
        });
        Some((once, anonymous))
    }
}

impl<E: Endpoint> Running for HttpRunner<E> {
    fn invoke(&self, event: Raw) -> BoxFuture<'_, Result<Raw, Crash>> {
        Box::pin(async move {
            let request: LambdaRequest = serde_json::from_str(event.get())?;
            let service = service_fn(|request: Request| async {
                Ok::<_, std::convert::Infallible>(self.respond(request).await)
            });
            let mut adapter = Adapter::from(service);
            let response = adapter
                .call(LambdaEvent::new(request, Context::default()))
                .await?;
            Ok(serde_json::value::to_raw_value(&response)?)
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn unknown_token() -> Failure {
    Failure::new(Code::Unauthenticated).error("Authorization: the token is invalid or has expired")
}

/// The bearer token of a request (RFC 6750).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let credentials = header.to_str().ok().and_then(|text| text.split_once(' '));
    match credentials {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => {
            Err(Failure::new(Code::Unauthenticated).error("Authorization: must be a bearer token"))
        }
    }
}

fn is_json(headers: &HeaderMap, bytes: &[u8]) -> Result<(), Failure> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or("unreadable"));
    let Some(media_type) = media_type else {
        // Without a body there is nothing to have a type: that the body is missing is the fault.
        return if bytes.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(Code::UnsupportedMediaType)
                .error("Content-Type: must be application/json"))
        };
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Failure::new(Code::UnsupportedMediaType)
            .error("Content-Type: must be application/json"))
    }
}

/// `If-Match` (RFC 9110): strong tags only, each of which begins with a version.
fn if_match(headers: &HeaderMap, faults: &mut Faults) -> Option<Expected> {
    let header = headers.get(header::IF_MATCH)?;
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Some(Expected::Any);
    }
    let tags: Vec<&str> = text.split(',').map(str::trim).collect();
    let quoted = |tag: &&str| {
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        strong.len() >= 2 && strong.starts_with('"') && strong.ends_with('"')
    };
    if !tags.iter().all(quoted) {
        faults
            .unparsable
            .push("If-Match: must be * or a list of quoted ETags".to_owned());
        return None;
    }
    // A weak tag, or one that is not ours, matches no version.
    let versions = tags.iter().filter_map(|tag| {
        let bare = tag.strip_prefix('"')?.strip_suffix('"')?;
        bare.split('-').next()?.parse().ok()
    });
    Some(Expected::OneOf(versions.collect()))
}

fn render<E: Endpoint>(
    reply: Reply<E::Reply>,
    rq: &Rq<E>,
    replayed: bool,
) -> Result<Answer, Failure> {
    let Reply {
        content,
        location,
        version,
        next,
        status,
        allow,
    } = reply;
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| -> Result<(), Failure> {
        headers.insert(
            name,
            HeaderValue::from_str(value).map_err(Failure::internal)?,
        );
        Ok(())
    };
    if let Some(location) = location {
        set(header::LOCATION, &location)?;
    }
    if let Some(version) = version {
        set(header::ETAG, &format!("\"{version}\""))?;
    }
    if let Some(allow) = allow {
        set(header::ALLOW, &allow)?;
    }
    if replayed {
        set(HeaderName::from_static("idempotency-replayed"), "true")?;
    }
    let caching = match E::ROUTE.caching {
        Caching::NoStore => "no-store".to_owned(),
        Caching::Revalidate => "private, no-cache".to_owned(),
        Caching::Public(seconds) => format!("public, max-age={seconds}"),
    };
    set(header::CACHE_CONTROL, &caching)?;
    let (body, media_type) = match content {
        Content::Nothing => (None, "application/json"),
        Content::Asset(media_type, bytes) => (Some(bytes.into_owned()), media_type),
        Content::Data(data) if E::ROUTE.wrapping == Wrapping::Bare => (
            Some(serde_json::to_vec(&data).map_err(Failure::internal)?),
            "application/json",
        ),
        Content::Data(data) => {
            let paged = next.map(|next| page_of(rq, next.as_deref()));
            let (meta, links) = paged.unzip();
            let body = envelope(&data, meta, links);
            (Some(body.into_bytes()), "application/json")
        }
    };
    Ok(Answer {
        status: status.unwrap_or(E::ROUTE.status),
        body,
        media_type,
        headers,
        code: None,
    })
}

/// `meta` and `links` of a page.
fn page_of<E: Endpoint>(rq: &Rq<E>, next: Option<&str>) -> (serde_json::Value, serde_json::Value) {
    let link = |cursor: Option<&str>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &rq.query_pairs {
            if name != "cursor" || cursor.is_none() {
                query.append_pair(name, value);
            }
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        match query.finish() {
            query if query.is_empty() => rq.raw_path.clone(),
            query => format!("{}?{query}", rq.raw_path),
        }
    };
    let limit = rq
        .query_pairs
        .iter()
        .find(|(name, _)| name == "limit")
        .and_then(|(_, value)| value.parse::<u16>().ok())
        .unwrap_or_else(|| crate::cursor::Limit::default().get());
    let mut links = serde_json::json!({ "self": link(None) });
    if let Some(cursor) = next {
        links["next"] = link(Some(cursor)).into();
    }
    let meta = serde_json::json!({
        "limit": limit,
        "nextCursor": next,
        "hasMore": next.is_some(),
    });
    (meta, links)
}

fn refuse(failure: &Failure, trace: &str, as_problem: bool, span: &tracing::Span) -> Answer {
    if let Some(source) = &failure.source {
        span.in_scope(|| {
            if failure.code.status() >= 500 {
                tracing::error!(code = failure.code.name(), error = ?source, "failed");
            } else {
                tracing::warn!(code = failure.code.name(), error = ?source, "refused");
            }
        });
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if failure.code.status() == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = failure.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = &failure.allow
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(header::ALLOW, allow);
    }
    Answer {
        status: failure.code.status(),
        body: Some(problem(failure, trace, as_problem).into_bytes()),
        media_type: if as_problem {
            "application/problem+json"
        } else {
            "application/json"
        },
        headers,
        code: Some(failure.code),
    }
}

fn replayed_decline(failure: &Failure, request: &Request, trace: &str) -> Answer {
    let as_problem = wants_problem(text(request.headers(), "accept"));
    let mut answer = refuse(failure, trace, as_problem, &tracing::Span::current());
    answer.headers.insert(
        HeaderName::from_static("idempotency-replayed"),
        HeaderValue::from_static("true"),
    );
    answer
}

/// Turns a reply whose tag the client already has into 304.
fn not_modified(answer: &mut Answer, if_none_match: Option<&str>) {
    let (Some(known), Some(tag)) = (if_none_match, answer.headers.get(header::ETAG)) else {
        return;
    };
    let Ok(tag) = tag.to_str() else { return };
    let same = known.trim() == "*"
        || known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag);
    if same {
        answer.status = 304;
        answer.body = None;
    }
}

fn finish(answer: Answer, trace: &str, head: bool) -> Response<Body> {
    let Answer {
        status,
        body,
        media_type,
        headers,
        code: _,
    } = answer;
    let length = body.as_ref().map(Vec::len);
    let body = match body {
        Some(bytes) if !head => match String::from_utf8(bytes) {
            Ok(text) => Body::Text(text),
            Err(binary) => Body::Binary(binary.into_bytes()),
        },
        _ => Body::Empty,
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    let headers = response.headers_mut();
    if let Some(length) = length {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.insert(
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept, Authorization"),
    );
    if let Ok(trace) = HeaderValue::from_str(trace) {
        headers.insert(HeaderName::from_static("x-trace-id"), trace);
    }
    response
}
