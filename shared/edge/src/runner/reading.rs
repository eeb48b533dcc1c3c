//! Reading a request: all that can be said of it before its handler runs.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::OnceLock;

use domain::clock::Timestamp;
use http::header::{self, HeaderMap, HeaderName};
use lambda_http::{Request, RequestExt};
use serde_json::{Value, json};
use store::event::Stamp;
use store::once::Once;

use crate::as_sent::{self, AsSent};
use crate::caller::Caller;
use crate::endpoint::{AnonymousScope, Document, Endpoint, Expected, Nothing, Rq};
use crate::fields::{self, FIELDS};
use crate::idempotency;
use crate::input::{self, MOST_BODY_BYTES};
use crate::negotiation::acceptable;
use crate::patch::Patch;
use crate::problem::{Code, Failure};
use crate::route::{Idempotency, Method, Precondition, Route, Wrapping};
use crate::shape::{Faults, Shape};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How much is kept of what a client calls itself.
const AGENT_CHARACTERS: usize = 200;

/// Reads the requests of one route.
pub(super) struct Reader<E> {
    query: Shape,
    body: Takes,
    /// The fields that `fields` can name. To find them takes a while, and few requests ask.
    fields: OnceLock<Vec<String>>,
    endpoint: PhantomData<fn() -> E>,
}

/// What a route takes as its body.
enum Takes {
    Nothing,
    /// Whatever was sent, unread.
    AsSent,
    Whole(Shape),
    /// A patch to what is then a whole body.
    Patch {
        patch: Shape,
        whole: Shape,
    },
}

/// A request that has been read.
pub(super) struct Reading<E: Endpoint> {
    parameters: Vec<(&'static str, String)>,
    query: Value,
    body: Sent,
    caller: Caller,
    stamp: Stamp,
    address: String,
    same_site: bool,
    once: Option<Once>,
    anonymous_scope: Option<AnonymousScope>,
    if_match: Option<Expected>,
    fields: Option<BTreeSet<String>>,
    method: http::Method,
    raw_path: String,
    query_pairs: Vec<(String, String)>,
    agent: Option<String>,
    cookies: Vec<(String, String)>,
    endpoint: PhantomData<fn() -> E>,
}

/// The body as it was sent.
enum Sent {
    Whole(Value),
    Patch(Patch),
}

/// Where a request comes from.
pub(super) struct Sender {
    pub(super) caller: Caller,
    pub(super) address: String,
    pub(super) same_site: bool,
}

impl<E: Endpoint> Reader<E> {
    pub(super) fn new() -> Self {
        let body = if TypeId::of::<E::Body>() == TypeId::of::<Nothing>() {
            Takes::Nothing
        } else if TypeId::of::<E::Body>() == TypeId::of::<AsSent>() {
            Takes::AsSent
        } else if E::ROUTE.method == Method::Patch {
            Takes::Patch {
                patch: Shape::merge_patch_of::<E::Body>(),
                whole: Shape::of::<E::Body>(),
            }
        } else {
            Takes::Whole(Shape::of::<E::Body>())
        };
        Self {
            query: Shape::of::<E::Query>(),
            body,
            fields: OnceLock::new(),
            endpoint: PhantomData,
        }
    }

    fn fields(&self) -> &[String] {
        self.fields.get_or_init(|| {
            let sparse = E::ROUTE.method == Method::Get && E::ROUTE.wrapping == Wrapping::Envelope;
            match sparse && !E::ROUTE.fallback {
                true => fields::names_of::<E::Reply>(),
                false => Vec::new(),
            }
        })
    }

    pub(super) fn read(
        &self,
        request: &Request,
        sender: Sender,
        stamp: Stamp,
    ) -> Result<Reading<E>, Failure> {
        let Sender {
            caller,
            address,
            same_site,
        } = sender;
        let headers = request.headers();
        acceptable(text(headers, "accept"), E::ROUTE.produces)?;
        let raw_path = request.raw_http_path().to_owned();
        let parameters = if E::ROUTE.fallback {
            Some(Vec::new())
        } else {
            E::ROUTE.matches(&raw_path)
        };
        let parameters = parameters.ok_or_else(|| Failure::new(Code::NotFound))?;
        // What is no id names nothing, whatever else is wrong.
        input::path::<E::Path>(parameters.clone())?;

        let bytes: &[u8] = request.body();
        let mut faults = Faults::default();
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let (query, fields) = self.query(&pairs, &mut faults);
        let body = self.body(headers, bytes, &mut faults)?;
        let once = once::<E>(headers, &caller, &raw_path, bytes, stamp.now, &mut faults);
        // Whoever asks for what is not there is not told that they ask in the wrong way.
        let if_match = if E::ROUTE.fallback {
            None
        } else {
            tags(headers, &header::IF_NONE_MATCH, &mut faults);
            tags(headers, &header::IF_MATCH, &mut faults)
        };
        input::verdict(faults)?;
        precondition(&E::ROUTE, if_match.as_ref())?;
        let anonymous_scope =
            once.as_ref()
                .filter(|_| caller == Caller::Anonymous)
                .map(|(once, key)| AnonymousScope {
                    key: key.clone(),
                    fingerprint: once.fingerprint.clone(),
                });
        Ok(Reading {
            parameters,
            query,
            body: body.unwrap_or_else(|| Sent::Whole(json!({}))),
            caller,
            stamp,
            address,
            same_site,
            once: once.map(|(once, _)| once),
            anonymous_scope,
            if_match,
            fields,
            method: request.method().clone(),
            raw_path,
            query_pairs: pairs,
            agent: text(headers, "user-agent")
                .map(|agent| agent.chars().take(AGENT_CHARACTERS).collect()),
            cookies: cookies(headers),
            endpoint: PhantomData,
        })
    }

    fn query(
        &self,
        pairs: &[(String, String)],
        faults: &mut Faults,
    ) -> (Value, Option<BTreeSet<String>>) {
        if E::ROUTE.fallback {
            return (json!({}), None);
        }
        let is_own = |(name, _): &(String, String)| self.query.field(name).is_some();
        let known = match pairs.iter().all(is_own) {
            true => &[],
            false => self.fields(),
        };
        let (sparse, own): (Vec<_>, Vec<_>) = pairs
            .iter()
            .partition(|(name, _)| name == FIELDS && !known.is_empty());
        let also = (!known.is_empty()).then_some(FIELDS);
        let query = input::query(&own, &self.query, also, faults);
        if sparse.len() > 1 {
            faults.unparsable.push(format!("{FIELDS}: is given twice"));
        }
        let asked = sparse
            .first()
            .map(|(_, text)| fields::asked(text, known, faults));
        (query, asked)
    }

    /// The body, unless `faults` tell why there is none.
    fn body(
        &self,
        headers: &HeaderMap,
        bytes: &[u8],
        faults: &mut Faults,
    ) -> Result<Option<Sent>, Failure> {
        match &self.body {
            Takes::Nothing => {
                // However long it is and however it is coded.
                if !bytes.is_empty() && !E::ROUTE.fallback {
                    faults.unparsable.push("body: must be empty".to_owned());
                }
                Ok(None)
            }
            Takes::AsSent => {
                can_be_taken(headers, bytes)?;
                Ok(as_sent::read(headers, bytes, faults).map(Sent::Whole))
            }
            Takes::Whole(shape) => {
                can_be_taken(headers, bytes)?;
                is_json(headers, bytes)?;
                // Where nothing is required of a body, none is as good as an empty one.
                if bytes.is_empty() && shape.is_satisfied_by_nothing() {
                    return Ok(None);
                }
                Ok(Some(Sent::Whole(input::body(bytes, shape, faults))))
            }
            Takes::Patch { patch, .. } => {
                can_be_taken(headers, bytes)?;
                let content_type = headers
                    .get(header::CONTENT_TYPE)
                    .map(|value| value.to_str().unwrap_or("unreadable"));
                Ok(Patch::read(content_type, bytes, patch, faults)?.map(Sent::Patch))
            }
        }
    }

    /// The request as its handler takes it. A patch is applied to the document as it now stands.
    pub(super) async fn request(
        &self,
        reading: &Reading<E>,
        needs: &E::Needs,
    ) -> Result<Rq<E>, Failure> {
        let (body, based_on) = match (&reading.body, &self.body) {
            (Sent::Whole(body), _) => (body.clone(), None),
            (Sent::Patch(patch), Takes::Patch { whole, .. }) => {
                let path = input::path::<E::Path>(reading.parameters.clone())?;
                let Document { fields, version } =
                    E::document(needs, &path, &reading.caller).await?;
                // Before the patch, so that a client that is behind learns that, and not that its
                // patch does not fit.
                expects(reading.if_match.as_ref(), version)?;
                let patched = patch.apply(fields)?;
                let mut faults = Faults::default();
                whole.walk(&patched, &mut faults);
                // The patch could be read: that it leads to no object of this kind is a rule (RFC 5789). But
                // what must be there is no patch's to take away.
                let (cleared, missing) = std::mem::take(&mut faults.unparsable)
                    .into_iter()
                    .partition(|fault| patch.clears(fault.split(": ").next().unwrap_or_default()));
                faults.unparsable = cleared;
                faults.broken.extend::<Vec<String>>(missing);
                input::verdict(faults)?;
                (patched, Some(version))
            }
            (Sent::Patch(_), _) => return Err(Failure::internal("a patch where none is taken")),
        };
        Ok(Rq {
            path: input::path(reading.parameters.clone())?,
            query: input::read(reading.query.clone())?,
            body: input::read(body)?,
            caller: reading.caller.clone(),
            stamp: reading.stamp.clone(),
            once: reading.once.clone(),
            if_match: reading.if_match.clone(),
            anonymous_scope: reading.anonymous_scope.clone(),
            method: reading.method.clone(),
            raw_path: reading.raw_path.clone(),
            query_pairs: reading.query_pairs.clone(),
            fields: reading.fields.clone(),
            address: reading.address.clone(),
            same_site: reading.same_site,
            agent: reading.agent.clone(),
            cookies: reading.cookies.clone(),
            based_on,
        })
    }
}

/// Checks that `If-Match` is there where it must be, and names no version where there is none. A
/// handler that has no version to hold it against would pass over it.
fn precondition(route: &Route, if_match: Option<&Expected>) -> Result<(), Failure> {
    match (route.precondition, if_match) {
        (Precondition::Required, None) => {
            Err(Failure::new(Code::PreconditionRequired).error("If-Match: is required"))
        }
        (Precondition::Unmatched, Some(Expected::OneOf(_))) if route.method != Method::Get => {
            Err(Failure::new(Code::PreconditionFailed)
                .error("If-Match: what this changes has no ETag"))
        }
        _ => Ok(()),
    }
}

/// Checks `If-Match` against a version.
///
/// # Errors
/// 412 if it names others.
pub(crate) fn expects(if_match: Option<&Expected>, version: u64) -> Result<(), Failure> {
    match if_match {
        Some(Expected::OneOf(versions)) if !versions.contains(&version) => {
            Err(Failure::new(Code::PreconditionFailed)
                .error(format!("If-Match: the version is {version}")))
        }
        _ => Ok(()),
    }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The record that makes a request happen once, with the key behind it.
fn once<E: Endpoint>(
    headers: &HeaderMap,
    caller: &Caller,
    path: &str,
    body: &[u8],
    now: Timestamp,
    faults: &mut Faults,
) -> Option<(Once, String)> {
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
    match idempotency::key(header.as_bytes()) {
        Ok(key) => {
            let method = E::ROUTE.method.name();
            let once = idempotency::once(&caller.name(), method, path, key, body, now);
            Some((once, key.to_owned()))
        }
        Err(fault) => {
            faults.unparsable.push(fault.to_owned());
            None
        }
    }
}

/// Checks the length of a body, and that it is sent as it is.
fn can_be_taken(headers: &HeaderMap, bytes: &[u8]) -> Result<(), Failure> {
    if bytes.len() > MOST_BODY_BYTES {
        let rule = format!("body: must be at most {MOST_BODY_BYTES} bytes");
        return Err(Failure::new(Code::PayloadTooLarge).error(rule));
    }
    if !bytes.is_empty() && headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Failure::new(Code::UnsupportedMediaType)
            .error("Content-Encoding: bodies are taken as they are"));
    }
    Ok(())
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

/// The longest list of entity tags, in bytes.
const MOST_TAGS_BYTES: usize = 1_024;

/// The entity tags of a header (RFC 9110). Only strong ones match, and each begins with a version.
fn tags(headers: &HeaderMap, name: &HeaderName, faults: &mut Faults) -> Option<Expected> {
    let header = headers.get(name)?;
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Some(Expected::Any);
    }
    let tags: Vec<&str> = text.split(',').map(str::trim).collect();
    let quoted = |tag: &&str| {
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        strong.len() >= 2 && strong.starts_with('"') && strong.ends_with('"')
    };
    if text.len() > MOST_TAGS_BYTES || !tags.iter().all(quoted) {
        let name = if *name == header::IF_MATCH {
            "If-Match"
        } else {
            "If-None-Match"
        };
        faults.unparsable.push(format!(
            "{name}: must be * or a list of quoted ETags, up to {MOST_TAGS_BYTES} characters"
        ));
        return None;
    }
    // A weak tag, or one that is not ours, matches no version.
    let versions = tags.iter().filter_map(|tag| {
        let bare = tag.strip_prefix('"')?.strip_suffix('"')?;
        bare.split('-').next()?.parse().ok()
    });
    Some(Expected::OneOf(versions.collect()))
}
