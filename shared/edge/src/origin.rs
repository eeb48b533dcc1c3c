//! Where requests come from: network addresses, of which forwarded ones count only behind a known
//! proxy, and web origins, of which only the listed ones are let in (CORS, Fetch standard).

use std::net::IpAddr;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use lambda_http::Request;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use store::env::{Env, Var};
use store::need::StartError;

/// The web origins whose pages may call the API.
pub const CORS_ORIGINS: Var = Var::new(
    "CORS_ORIGINS",
    "the web origins whose pages may call the API, separated by commas, or none",
);
/// The proxies whose word on the client's address counts.
pub const TRUSTED_PROXIES: Var = Var::new(
    "TRUSTED_PROXIES",
    "the networks of proxies whose X-Forwarded-For counts, separated by commas, or none",
);

/// What a script may read of an answer.
const EXPOSED: &str = "Allow, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, \
                       Retry-After, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, \
                       X-RateLimit-Reset, X-Trace-Id";
/// What a script may send.
const TAKEN: &str = "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, \
                     Traceparent";
/// How long a browser may remember the answer to a preflight: as long as any does, two hours.
const REMEMBERED_S: &str = "7200";

/// The origins and proxies that are known.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    listed: Vec<String>,
    proxies: Vec<IpNet>,
}

impl Origins {
    pub(crate) const VARS: [Var; 2] = [CORS_ORIGINS, TRUSTED_PROXIES];

    pub(crate) fn read(env: &Env) -> Result<Self, StartError> {
        let listed: Vec<String> = listed(env.get(CORS_ORIGINS)?).map(str::to_owned).collect();
        if let Some(odd) = listed.iter().find(|origin| !is_origin(origin)) {
            let why = format!("{odd} is no origin such as https://shop.example.com");
            return Err(StartError::Unusable(CORS_ORIGINS, why));
        }
        let networks = |text: &str| {
            let alone = text.parse().map(|address: IpAddr| IpNet::from(address));
            text.parse::<IpNet>().or(alone).map_err(|_| {
                let why = format!("{text} is no network such as 130.176.0.0/16");
                StartError::Unusable(TRUSTED_PROXIES, why)
            })
        };
        let proxies = self::listed(env.get(TRUSTED_PROXIES)?)
            .map(networks)
            .collect::<Result<_, _>>()?;
        Ok(Self { listed, proxies })
    }

    /// The address of the client: what the gateway saw, or what a trusted proxy says it saw.
    pub(crate) fn address(&self, request: &Request) -> String {
        let seen = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
            _ => None,
        };
        let seen = seen.unwrap_or_default();
        let trusted = |address: &str| {
            address
                .parse::<IpAddr>()
                .is_ok_and(|address| self.proxies.iter().any(|proxy| proxy.contains(&address)))
        };
        if !trusted(&seen) {
            return seen;
        }
        // Each proxy adds at the end what it saw, so that the last one not ours is the client.
        let forwarded = request.headers().get_all("x-forwarded-for").iter();
        let hops: Vec<&str> = forwarded
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(','))
            .map(str::trim)
            .collect();
        hops.into_iter()
            .rev()
            .find(|hop| !trusted(hop))
            .filter(|hop| hop.parse::<IpAddr>().is_ok())
            .map_or(seen, str::to_owned)
    }

    /// Whether a request that carries a cookie comes from the shop's own pages or listed ones; a
    /// client that is no browser says nothing of its origin.
    pub(crate) fn is_same_site(&self, headers: &HeaderMap) -> bool {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        match text(&header::ORIGIN) {
            Some(origin) => {
                let own = origin.split_once("://").map(|(_, host)| host);
                self.is_listed(origin) || own.is_some() && own == text(&header::HOST)
            }
            None => text(&HeaderName::from_static("sec-fetch-site")) != Some("cross-site"),
        }
    }

    fn is_listed(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed == origin)
    }

    /// Adds what lets a page of a listed origin read the answer; nothing for any other.
    pub(crate) fn admit(&self, request: &HeaderMap, preflight: bool, answer: &mut HeaderMap) {
        let Some(origin) = request.get(header::ORIGIN) else {
            return;
        };
        if !origin.to_str().is_ok_and(|origin| self.is_listed(origin)) {
            return;
        }
        let fixed = HeaderValue::from_static;
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
        if !preflight {
            answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, fixed(EXPOSED));
            return;
        }
        if let Some(allow) = answer.get(header::ALLOW).cloned() {
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
        }
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, fixed(TAKEN));
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, fixed(REMEMBERED_S));
    }
}

/// The elements of a list in a variable; `none` stands for an empty one.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|element| !element.is_empty() && *element != "none")
}

/// Scheme, host and perhaps port, without a path; never `*` or `null`.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderName, HeaderValue};
    use store::env::Env;

    use super::{CORS_ORIGINS, Origins, TRUSTED_PROXIES};

    fn origins(listed: &str, proxies: &str) -> Result<Origins, String> {
        let env = Env::new([
            (CORS_ORIGINS.name.to_owned(), listed.to_owned()),
            (TRUSTED_PROXIES.name.to_owned(), proxies.to_owned()),
        ]);
        Origins::read(&env).map_err(|error| error.to_string())
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn a_list_that_lets_everybody_in_is_no_list() {
        assert!(origins("none", "none").is_ok());
        assert!(
            origins(
                "https://shop.example.com, http://localhost:3000",
                "10.0.0.0/8,::1"
            )
            .is_ok()
        );
        for odd in [
            "*",
            "null",
            "shop.example.com",
            "https://shop.example.com/",
            "https://*.example.com",
        ] {
            assert!(origins(odd, "none").is_err(), "{odd}");
        }
        assert!(origins("none", "somewhere").is_err());
    }

    #[test]
    fn a_cookie_counts_only_on_requests_from_the_shops_own_pages() {
        let known = origins("https://shop.example.com", "none").unwrap();
        for same in [
            &[][..],
            &[("origin", "https://shop.example.com")],
            &[
                ("origin", "https://api.example.com"),
                ("host", "api.example.com"),
            ],
            &[("sec-fetch-site", "same-origin")],
        ] {
            assert!(known.is_same_site(&headers(same)), "{same:?}");
        }
        for cross in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[
                ("origin", "https://shop.example.com.evil.example"),
                ("host", "api.example.com"),
            ],
            &[("sec-fetch-site", "cross-site")],
        ] {
            assert!(!known.is_same_site(&headers(cross)), "{cross:?}");
        }
    }
}
