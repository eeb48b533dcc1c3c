//! What a route declares about itself.

use domain::role::Permission;

use crate::negotiation::{JSON, PROBLEM};
use crate::problem::Code;

/// The methods that endpoints implement. HEAD is answered by GET's function, OPTIONS and every
/// other method by the fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Nobody is asked who they are: no token is read.
    Open,
    /// Anyone; a token is read if one is sent, and must then be valid.
    Anyone,
    /// Anyone who is signed in.
    SignedIn,
    /// The owner of the object, the holder of its order token, or staff with the permission;
    /// to everybody else the object does not exist.
    Owner(Permission),
    /// A person, for what is theirs; staff with the permission, for what is anybody's.
    Mine(Permission),
    /// Staff with the permission.
    Staff(Permission),
}

/// How many requests a caller has, and what happens where they cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateClass {
    /// The usual number. If the count is not to be had, requests are let through: a shop that cannot
    /// count should still sell.
    Default,
    /// A few, each counted at once: where secrets are tried, or mail is sent to whatever address is
    /// named. If the count is not to be had, requests are refused.
    Strict,
}

impl RateClass {
    /// Its name, in headers and settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
        }
    }
}

/// Whether a route takes an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// The method is idempotent by itself.
    Natural,
    /// The key is honoured when sent.
    Accepted,
    /// The key must be sent.
    Required,
}

/// Whether a write can or must name the version it is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// What the route changes shows no version: an `If-Match` that names one matches nothing. For a
    /// read it says nothing.
    Unmatched,
    /// `If-Match` is honoured when sent.
    Honoured,
    /// `If-Match` must be sent: a lost update would hurt.
    Required,
}

/// The cookie that carries a session on, for browsers.
pub const SESSION_COOKIE: &str = "souk_refresh";

/// What a route has to do with the cookie that carries a session on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionCookie {
    /// Nothing.
    None,
    /// Its replies set it or take it away.
    Set,
    /// It may take the place of a field of the body, and replies set it.
    Taken,
}

/// How a reply is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// In the envelope `{"success":true,"data":...}`.
    Envelope,
    /// Bare: a document whose shape a standard fixes, or an asset.
    Bare,
}

/// Who may keep a reply, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nobody.
    NoStore,
    /// The client, which must ask whether it is still current.
    Revalidate,
    /// Anyone, for so many seconds.
    Public(u32),
}

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path below the base path, or below the root; parameters stand in braces.
    pub path: &'static str,
    /// Whether the path is below the root instead of `/api/v1`.
    pub at_root: bool,
    /// Who may call it.
    pub auth: Auth,
    /// The status of success.
    pub status: u16,
    /// Another status that comes with the same reply.
    pub also: Option<u16>,
    /// Whether the caller's account is asked what it may do this moment. A token tells what it could up
    /// to 15 minutes ago, which is not enough where rights are given.
    pub vouched: bool,
    /// Whether its replies say where what was made can be found.
    pub located: bool,
    /// Whether what it is asked for may be at another path by now, to which it then leads.
    pub moves: bool,
    /// Whether it takes an idempotency key.
    pub idempotency: Idempotency,
    /// How many requests a caller has.
    pub rate: RateClass,
    /// Whether it honours or demands `If-Match`.
    pub precondition: Precondition,
    /// What it has to do with the session's cookie.
    pub cookie: SessionCookie,
    /// The media types that it answers in; `*/*` where that depends on what is asked for.
    pub produces: &'static [&'static str],
    /// How its reply is wrapped.
    pub wrapping: Wrapping,
    /// Who may cache it.
    pub caching: Caching,
    /// The errors it can answer beyond those that follow from the rest.
    pub errors: &'static [Code],
    /// The function's memory in MB, which also sets its share of a CPU.
    pub memory_mb: u16,
    /// One line for the documentation.
    pub summary: &'static str,
    /// Whether the path belongs to the fallback, which answers every route that does not exist.
    pub fallback: bool,
}

/// The path that all versioned routes stand below.
pub const BASE: &str = "/api/v1";
/// The longest an HTTP function may run, in seconds; below the gateway's 30.
pub const HTTP_TIMEOUT_S: u16 = 10;

impl Route {
    const fn new(method: Method, path: &'static str, status: u16, summary: &'static str) -> Self {
        Self {
            method,
            path,
            at_root: false,
            auth: Auth::SignedIn,
            status,
            also: None,
            vouched: false,
            located: false,
            moves: false,
            idempotency: Idempotency::Natural,
            rate: RateClass::Default,
            precondition: Precondition::Unmatched,
            cookie: SessionCookie::None,
            produces: &[JSON, PROBLEM],
            wrapping: Wrapping::Envelope,
            caching: Caching::NoStore,
            errors: &[],
            memory_mb: 256,
            summary,
            fallback: false,
        }
    }

    /// A GET that answers 200.
    #[must_use]
    pub const fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new(Method::Get, path, 200, summary)
    }

    /// A POST that answers 201 and takes an idempotency key.
    #[must_use]
    pub const fn post(path: &'static str, summary: &'static str) -> Self {
        Self {
            idempotency: Idempotency::Accepted,
            ..Self::new(Method::Post, path, 201, summary)
        }
    }

    /// A PUT that answers 200.
    #[must_use]
    pub const fn put(path: &'static str, summary: &'static str) -> Self {
        Self::new(Method::Put, path, 200, summary)
    }

    /// A PATCH that answers 200. What is patched has a version: [`crate::Document`] asks for it.
    #[must_use]
    pub const fn patch(path: &'static str, summary: &'static str) -> Self {
        Self::new(Method::Patch, path, 200, summary).versioned()
    }

    /// A DELETE that answers 204.
    #[must_use]
    pub const fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new(Method::Delete, path, 204, summary)
    }

    /// The route of everything that no other route answers.
    #[must_use]
    pub const fn fallback(summary: &'static str) -> Self {
        Self {
            fallback: true,
            // That there is nothing can be told to anyone.
            produces: &["*/*"],
            ..Self::new(Method::Get, "", 404, summary)
                .at_root()
                .auth(Auth::Open)
        }
    }

    /// The same route at the root instead of below the base path.
    #[must_use]
    pub const fn at_root(self) -> Self {
        Self {
            at_root: true,
            ..self
        }
    }

    /// The same route for other callers.
    #[must_use]
    pub const fn auth(self, auth: Auth) -> Self {
        Self { auth, ..self }
    }

    /// The same route with another status that comes with the same reply.
    #[must_use]
    pub const fn also(self, status: u16) -> Self {
        Self {
            also: Some(status),
            ..self
        }
    }

    /// The same route, for callers whose account says so this moment.
    #[must_use]
    pub const fn vouched(self) -> Self {
        Self {
            vouched: true,
            ..self
        }
    }

    /// The same route with replies that say where what was made can be found.
    #[must_use]
    pub const fn located(self) -> Self {
        Self {
            located: true,
            ..self
        }
    }

    /// The same route, leading on to where what it is asked for is by now: its handler answers
    /// [`crate::Reply::moved`].
    #[must_use]
    pub const fn moves(self) -> Self {
        Self {
            moves: true,
            ..self
        }
    }

    /// The same route with an idempotency key that must be sent.
    #[must_use]
    pub const fn once(self) -> Self {
        Self {
            idempotency: Idempotency::Required,
            ..self
        }
    }

    /// The same route, changing what has a version: its handler holds `If-Match` against it with
    /// [`crate::Rq::expects`].
    #[must_use]
    pub const fn versioned(self) -> Self {
        Self {
            precondition: Precondition::Honoured,
            ..self
        }
    }

    /// The same route, which changes nothing: an idempotency key would have nothing to remember.
    #[must_use]
    pub const fn changes_nothing(self) -> Self {
        Self {
            idempotency: Idempotency::Natural,
            ..self
        }
    }

    /// The same route with an `If-Match` that must be sent.
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self {
            precondition: Precondition::Required,
            ..self
        }
    }

    /// The same route with a status of success other than its method's.
    #[must_use]
    pub const fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same route with few requests for each caller.
    #[must_use]
    pub const fn strict(self) -> Self {
        Self {
            rate: RateClass::Strict,
            ..self
        }
    }

    /// The same route with replies that set the session's cookie or take it away.
    #[must_use]
    pub const fn sets_cookie(self) -> Self {
        Self {
            cookie: SessionCookie::Set,
            ..self
        }
    }

    /// The same route, taking the session's cookie, with replies that set the next one.
    #[must_use]
    pub const fn takes_cookie(self) -> Self {
        Self {
            cookie: SessionCookie::Taken,
            ..self
        }
    }

    /// The same route with a bare reply.
    #[must_use]
    pub const fn bare(self) -> Self {
        Self {
            wrapping: Wrapping::Bare,
            ..self
        }
    }

    /// The same route with replies of other media types.
    #[must_use]
    pub const fn produces(self, produces: &'static [&'static str]) -> Self {
        Self { produces, ..self }
    }

    /// The same route with other caching.
    #[must_use]
    pub const fn caching(self, caching: Caching) -> Self {
        Self { caching, ..self }
    }

    /// The same route with these errors of its own.
    #[must_use]
    pub const fn errors(self, errors: &'static [Code]) -> Self {
        Self { errors, ..self }
    }

    /// The same route with more or less memory.
    #[must_use]
    pub const fn memory_mb(self, memory_mb: u16) -> Self {
        Self { memory_mb, ..self }
    }

    /// The whole path, as the gateway knows it.
    #[must_use]
    pub fn full_path(&self) -> String {
        if self.at_root {
            self.path.to_owned()
        } else {
            format!("{BASE}{}", self.path)
        }
    }

    /// The parameters of `path`, by name, if it belongs to this route. Values are percent-decoded.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let below = if self.at_root {
            path
        } else {
            path.strip_prefix(BASE)?
        };
        let mut parameters = Vec::new();
        let mut sought = self.path.split('/');
        let mut given = below.split('/');
        loop {
            match (sought.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(sought), Some(given)) => match parameter_name(sought) {
                    Some(_) if given.is_empty() => return None,
                    Some(name) => parameters.push((name, percent_decode(given)?)),
                    None if sought == given => {}
                    None => return None,
                },
                _ => return None,
            }
        }
    }

    /// The names of the path's parameters.
    #[must_use]
    pub fn parameters(&self) -> Vec<&'static str> {
        self.path.split('/').filter_map(parameter_name).collect()
    }
}

fn parameter_name(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Decodes `%XX`; nothing for broken escapes and for bytes that are not UTF-8.
fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let escape = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&escape).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn a_path_is_matched_segment_by_segment() {
        let route = Route::get("/inventory/{sku}/movements", "");
        assert_eq!(
            route.matches("/api/v1/inventory/A%2D1/movements"),
            Some(vec![("sku", "A-1".to_owned())])
        );
        for foreign in [
            "/inventory/A-1/movements",
            "/api/v1/inventory/A-1",
            "/api/v1/inventory/A-1/movements/",
            "/api/v1/inventory/a/b/movements",
            "/api/v1/inventory//movements",
            "/api/v1/inventory/%zz/movements",
            "/api/v1/inventory/%ff/movements",
        ] {
            assert_eq!(route.matches(foreign), None, "{foreign}");
        }
    }
}
