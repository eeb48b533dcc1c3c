//! The answer to a request: its body, its headers, and the representation that the client can take.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lambda_http::{Body, Response};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use store::page::Place;

use crate::endpoint::{Endpoint, Rq};
use crate::fields;
use crate::negotiation::{Coding, JSON, PROBLEM};
use crate::patch::ACCEPT_PATCH;
use crate::problem::{Code, Failure};
use crate::reply::{Content, Reply, envelope, problem};
use crate::route::{Caching, Method, Route, Wrapping};

/// An answer, before the coding is chosen.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Option<Vec<u8>>,
    media_type: &'static str,
    pub(super) headers: HeaderMap,
    pub(super) code: Option<Code>,
}

/// What the client said it can take and has.
#[derive(Debug, Default, Clone)]
pub(super) struct Wishes {
    pub(super) head: bool,
    pub(super) as_problem: bool,
    pub(super) codings: Option<String>,
    pub(super) if_none_match: Option<String>,
}

/// The answer that a reply makes.
pub(super) fn render<E: Endpoint>(
    reply: Reply<E::Reply>,
    rq: &Rq<E>,
    replayed: bool,
) -> Result<Answer, Failure> {
    let Reply {
        content,
        location,
        version,
        beside,
        moved,
        place,
        status,
        allow,
        cookies,
    } = reply;
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| -> Result<(), Failure> {
        let value = HeaderValue::from_str(value).map_err(Failure::internal)?;
        headers.append(name, value);
        Ok(())
    };
    if let Some(mut location) = location {
        if moved && !rq.query_pairs.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            let query = query.extend_pairs(&rq.query_pairs).finish();
            location = format!("{location}?{query}");
        }
        set(header::LOCATION, &location)?;
    }
    if let Some(allow) = allow {
        if allow.contains("PATCH") {
            set(HeaderName::from_static("accept-patch"), ACCEPT_PATCH)?;
        }
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
    for cookie in cookies {
        set(header::SET_COOKIE, &cookie)?;
    }
    let (body, media_type) = match content {
        Content::Nothing => (None, JSON),
        Content::Asset(media_type, bytes) => (Some(bytes.into_owned()), media_type),
        Content::Data(data) if E::ROUTE.wrapping == Wrapping::Bare => (
            Some(serde_json::to_vec(&data).map_err(Failure::internal)?),
            JSON,
        ),
        Content::Data(data) => {
            let (meta, links) = place.map(|place| page_of(rq, place)).unzip();
            let body = match &rq.fields {
                None => envelope(&data, meta, links),
                Some(asked) => {
                    let mut data = serde_json::to_value(&data).map_err(Failure::internal)?;
                    fields::keep(&mut data, asked);
                    envelope(&data, meta, links)
                }
            };
            (Some(body.into_bytes()), JSON)
        }
    };
    let chosen = chosen(rq.fields.as_ref(), beside.as_deref());
    if let Some(tag) = tag(&E::ROUTE, version, chosen.as_deref(), body.as_deref()) {
        set(header::ETAG, &format!("\"{tag}\""))?;
    }
    Ok(Answer {
        status: status.unwrap_or(E::ROUTE.status),
        body,
        media_type,
        headers,
        code: None,
    })
}

/// What tells one representation of a version from another: the choice of fields, and what is shown beside
/// them.
fn chosen(fields: Option<&BTreeSet<String>>, beside: Option<&str>) -> Option<String> {
    let fields = fields.map(|fields| {
        let names: Vec<&str> = fields.iter().map(String::as_str).collect();
        names.join(",")
    });
    match (fields, beside) {
        (None, None) => None,
        (fields, None) => fields,
        (fields, Some(beside)) => Some(format!("{}/{beside}", fields.unwrap_or_default())),
    }
}

/// The tag of a representation, without its quotes: the version of what it shows where that has one,
/// else a digest of the body where a client is to ask again.
fn tag(
    route: &Route,
    version: Option<u64>,
    chosen: Option<&str>,
    body: Option<&[u8]>,
) -> Option<String> {
    let short = |bytes: &[u8]| HEXLOWER.encode(&digest(&SHA256, bytes).as_ref()[..8]);
    match (version, chosen) {
        (Some(version), None) => Some(version.to_string()),
        // Another choice is another representation of the same version.
        (Some(version), Some(chosen)) => Some(format!("{version}-{}", short(chosen.as_bytes()))),
        (None, _) if route.method == Method::Get && route.caching != Caching::NoStore => {
            body.map(|body| format!("h{}", short(body)))
        }
        (None, _) => None,
    }
}

/// `meta` and `links` of a page.
fn page_of<E: Endpoint>(rq: &Rq<E>, place: Place) -> (Value, Value) {
    // The request's own query, with some of its parameters changed.
    let link = |changed: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &rq.query_pairs {
            if !changed.iter().any(|(changed, _)| changed == name) {
                query.append_pair(name, value);
            }
        }
        query.extend_pairs(changed);
        match query.finish() {
            query if query.is_empty() => rq.raw_path.clone(),
            query => format!("{}?{query}", rq.raw_path),
        }
    };
    match place {
        Place::Before { limit, next } => {
            let mut links = json!({ "self": link(&[]) });
            if let Some(cursor) = &next {
                links["next"] = link(&[("cursor", cursor)]).into();
            }
            let meta = json!({
                "limit": limit,
                "nextCursor": next,
                "hasMore": next.is_some(),
            });
            (meta, links)
        }
        Place::Among {
            page,
            size,
            total,
            more,
        } => {
            let pages = total.div_ceil(size);
            let to = |page: u16| link(&[("page", &page.to_string())]);
            let mut links = json!({ "self": link(&[]) });
            if page < pages {
                links["next"] = to(page + 1).into();
            }
            if page > 1 {
                links["prev"] = to((page - 1).min(pages.max(1))).into();
            }
            let counted = if more { "totalIsAtLeast" } else { "total" };
            let meta = json!({
                "page": page,
                "pageSize": size,
                counted: total,
                "totalPages": pages,
            });
            (meta, links)
        }
    }
}

/// The answer to a request that fails.
pub(super) fn refuse(
    failure: &Failure,
    route: &Route,
    trace: &str,
    as_problem: bool,
    span: &tracing::Span,
) -> Answer {
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
    match failure.code.status() {
        401 => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        415 if route.method == Method::Patch => {
            let name = HeaderName::from_static("accept-patch");
            headers.insert(name, HeaderValue::from_static(ACCEPT_PATCH));
        }
        _ => {}
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
        media_type: if as_problem { PROBLEM } else { JSON },
        headers,
        code: Some(failure.code),
    }
}

impl Answer {
    /// The same answer, marked as one to an earlier request.
    pub(super) fn replayed(mut self) -> Self {
        self.headers.insert(
            HeaderName::from_static("idempotency-replayed"),
            HeaderValue::from_static("true"),
        );
        self
    }

    /// Chooses the representation and writes it: the body coded as the client likes it, 304 instead
    /// of what it already has, and for HEAD the headers alone.
    pub(super) fn send(mut self, route: &Route, trace: &str, wishes: &Wishes) -> Response<Body> {
        self.encode(wishes.codings.as_deref());
        if route.method == Method::Get && self.status == 200 {
            self.leave_out_what_is_known(wishes.if_none_match.as_deref());
        }
        let Self {
            status,
            body,
            media_type,
            headers,
            code: _,
        } = self;
        let length = body.as_ref().map(Vec::len);
        let body = match body {
            Some(bytes) if !wishes.head => match String::from_utf8(bytes) {
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
            if media_type.starts_with("text/html") {
                let policy = HeaderValue::from_static(PAGE_POLICY);
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
        for (name, value) in ALWAYS {
            let name = HeaderName::from_static(name);
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if let Ok(trace) = HeaderValue::from_str(trace) {
            headers.insert(HeaderName::from_static("x-trace-id"), trace);
        }
        response
    }

    fn encode(&mut self, accepted: Option<&str>) {
        let Some(body) = &self.body else { return };
        let Some(coding) = Coding::choose(accepted, self.media_type, body.len()) else {
            return;
        };
        let coded = match coding.code(body) {
            Ok(coded) => coded,
            Err(error) => {
                tracing::warn!(%error, "the body is sent as it is");
                return;
            }
        };
        self.body = Some(coded);
        self.headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static(coding.name()),
        );
        // A coded body is another representation, and its strong tag another one.
        let tag = self.headers.get(header::ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok()?.strip_suffix('"'));
        let tagged = tag.map(|tag| format!("{tag}-{}\"", coding.name()));
        if let Some(tagged) = tagged.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
            self.headers.insert(header::ETAG, tagged);
        }
    }

    fn leave_out_what_is_known(&mut self, if_none_match: Option<&str>) {
        let (Some(known), Some(tag)) = (if_none_match, self.headers.get(header::ETAG)) else {
            return;
        };
        let Ok(tag) = tag.to_str() else { return };
        let same = known.trim() == "*"
            || known
                .split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag);
        if same {
            self.status = 304;
            self.body = None;
            self.headers.remove(header::CONTENT_ENCODING);
        }
    }
}

/// What a page may do: use scripts, styles and images that come from here as files, and ask this shop.
/// Nothing may stand in the page itself, come from elsewhere, or put the page into a frame.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer says, unless the reply says otherwise: the headers that the OWASP REST Security
/// Cheat Sheet asks of an API, and on what the representation depends.
const ALWAYS: [(&str, &str); 7] = [
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("vary", "Accept, Accept-Encoding, Authorization, Origin"),
];
