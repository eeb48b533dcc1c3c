//! What a handler answers, and the JSON around it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};
use store::page::Place;

use crate::problem::Failure;

/// A success.
#[derive(Debug)]
pub struct Reply<T> {
    pub(crate) content: Content<T>,
    pub(crate) location: Option<String>,
    pub(crate) version: Option<u64>,
    /// What it shows that changes without its version.
    pub(crate) beside: Option<String>,
    /// Whether what is asked for is at its location instead.
    pub(crate) moved: bool,
    pub(crate) place: Option<Place>,
    pub(crate) status: Option<u16>,
    pub(crate) allow: Option<String>,
    pub(crate) cookies: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Content<T> {
    Nothing,
    Data(T),
    Asset(&'static str, Cow<'static, [u8]>),
}

impl<T> Reply<T> {
    fn with(content: Content<T>) -> Self {
        Self {
            content,
            location: None,
            version: None,
            beside: None,
            moved: false,
            place: None,
            status: None,
            allow: None,
            cookies: Vec::new(),
        }
    }

    /// Some data.
    #[must_use]
    pub fn of(data: T) -> Self {
        Self::with(Content::Data(data))
    }

    /// No content.
    #[must_use]
    pub fn nothing() -> Self {
        Self::with(Content::Nothing)
    }

    /// That what is asked for is at another path, below the base path. The query goes along.
    #[must_use]
    pub fn moved(path: impl std::fmt::Display) -> Self {
        let mut reply = Self::nothing().location(path).status(301);
        reply.moved = true;
        reply
    }

    /// Bytes of a media type.
    #[must_use]
    pub fn asset(media_type: &'static str, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::with(Content::Asset(media_type, bytes.into()))
    }

    /// The same reply with the path, below the base path, of what was created.
    #[must_use]
    pub fn location(mut self, path: impl std::fmt::Display) -> Self {
        self.location = Some(format!("{}{path}", crate::route::BASE));
        self
    }

    /// The same reply with the version of what it shows, which makes its ETag.
    #[must_use]
    pub fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// The same reply, which also shows something that changes without its version: its ETag is made of
    /// both.
    #[must_use]
    pub fn beside(mut self, shown: Option<impl std::fmt::Display>) -> Self {
        self.beside = shown.map(|shown| shown.to_string());
        self
    }

    /// The same reply as a page; a next position is a sealed cursor by now.
    #[must_use]
    pub(crate) fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same reply with one more `Set-Cookie`.
    #[must_use]
    pub fn cookie(mut self, cookie: impl Into<String>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    /// The same reply with another status than the route's own.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same reply with the methods that its path answers.
    #[must_use]
    pub fn allow(mut self, methods: impl Into<String>) -> Self {
        self.allow = Some(methods.into());
        self
    }
}

/// The body of a success in its envelope.
pub(crate) fn envelope(data: &impl Serialize, meta: Option<Value>, links: Option<Value>) -> String {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        success: bool,
        data: &'a T,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        links: Option<Value>,
    }
    serde_json::to_string(&Envelope {
        success: true,
        data,
        meta,
        links,
    })
    .unwrap_or_default()
}

/// How many lines of faults one answer has.
pub const MOST_ERRORS: usize = 100;

/// The lines of faults, as many as are of use: a body of many small faults must not become an answer
/// many times its size.
fn lines(errors: &[String]) -> Cow<'_, [String]> {
    if errors.len() <= MOST_ERRORS {
        return errors.into();
    }
    let (named, left) = errors.split_at(MOST_ERRORS - 1);
    let mut lines = named.to_vec();
    lines.push(format!("and {} more", left.len()));
    lines.into()
}

/// The body of a failure, in one of its two forms.
pub(crate) fn problem(failure: &Failure, trace: &str, as_problem: bool) -> String {
    let Failure {
        code,
        errors,
        details,
        ..
    } = failure;
    let errors = lines(errors);
    let mut body = if as_problem {
        json!({
            "type": "about:blank",
            "title": phrase(code.status()),
            "status": code.status(),
            "detail": code.title(),
            "code": code.name(),
            "errors": errors,
        })
    } else {
        json!({
            "success": false,
            "message": code.title(),
            "statusCode": code.status(),
            "code": code.name(),
            "errors": errors,
        })
    };
    if !details.is_empty() {
        body["details"] = json!(details);
    }
    body["traceId"] = json!(trace);
    body.to_string()
}

/// The phrase of a status, which RFC 9457 wants for the title of a problem without a type.
fn phrase(status: u16) -> &'static str {
    http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error")
}
