//! What is said of an operation: what it does, who may call it, and what is special about it.

use edge::Route;
use edge::fields::FIELDS;
use edge::route::{
    Auth, Caching, Idempotency, Method, Precondition, SESSION_COOKIE, SessionCookie, Wrapping,
};

/// What the first paragraph of a module says, without the method and path that it begins with.
///
/// A route's module tells in its first lines what the route does; users of the API read the same.
pub(super) fn of_module(source: &str) -> String {
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join(" ");
    let said = match text.split_once("`: ") {
        Some((route, said)) if route.starts_with('`') => said,
        _ => &text,
    };
    let mut letters = said.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// The whole description.
pub(super) fn description(
    said: &str,
    route: &Route,
    tagged: bool,
    paged: bool,
    fields: &[String],
) -> String {
    let sentences = [
        Some(who(route)),
        key(route),
        version(route),
        keeping(route, tagged),
        paged.then(|| {
            "The list comes in pages: follow `links.next`, or send `meta.nextCursor` as `cursor`."
                .to_owned()
        }),
    ];
    let sentences = sentences.into_iter().chain([sparse(route, fields)]);
    let special = sentences.flatten().collect::<Vec<_>>();
    format!("{said}\n\n{}", special.join(" "))
}

/// How to ask for a part of what is answered. It stands here and not among the parameters, because the
/// schema of a reply cannot depend on one: it says what the whole reply is.
fn sparse(route: &Route, fields: &[String]) -> Option<String> {
    let enveloped = route.method == Method::Get && route.wrapping == Wrapping::Envelope;
    (enveloped && !fields.is_empty()).then(|| {
        format!(
            "With the query parameter `{FIELDS}`, each object has only the fields that it names, \
             separated by commas: any of `{}`.",
            fields.join("`, `")
        )
    })
}

fn who(route: &Route) -> String {
    match route.auth {
        _ if route.cookie == SessionCookie::Taken => format!(
            "For whoever has a refresh token: it comes in the body, or else in the cookie \
             `{SESSION_COOKIE}`."
        ),
        Auth::Open => "For anyone; no token is read.".to_owned(),
        Auth::Anyone => {
            "For anyone. A token is not needed; one that is sent must be valid.".to_owned()
        }
        Auth::SignedIn => "For anyone who is signed in.".to_owned(),
        Auth::Mine(permission) => format!(
            "For anyone who is signed in, about what is theirs; with the permission `{}`, about \
             everything.",
            permission.as_str()
        ),
        Auth::Owner(permission) => format!(
            "For its owner, for the holder of its order token, and for staff with the permission \
             `{}`; to everybody else it does not exist.",
            permission.as_str()
        ),
        Auth::Staff(permission) => {
            format!("For staff with the permission `{}`.", permission.as_str())
        }
    }
}

fn key(route: &Route) -> Option<String> {
    let same = "repeated with the same key, the request is answered as the first time and has no \
                second effect.";
    match route.idempotency {
        Idempotency::Natural => None,
        Idempotency::Accepted => Some(format!("`Idempotency-Key` may be sent: {same}")),
        Idempotency::Required => Some(format!("`Idempotency-Key` must be sent: {same}")),
    }
}

fn version(route: &Route) -> Option<String> {
    match route.precondition {
        Precondition::Required => Some(
            "`If-Match` must be sent with the ETag of the version that the change is based on; if \
             there is a newer one, nothing changes and the answer is 412."
                .to_owned(),
        ),
        Precondition::Honoured => Some(
            "`If-Match` may be sent: if there is a newer version, nothing changes and the answer is \
             412."
            .to_owned(),
        ),
        Precondition::Unmatched => None,
    }
}

fn keeping(route: &Route, tagged: bool) -> Option<String> {
    match route.caching {
        Caching::Public(seconds) => {
            Some(format!("Anyone may keep the answer for {seconds} seconds."))
        }
        _ if tagged => Some(
            "The answer has an ETag: sent as `If-None-Match`, it makes the next answer 304 as long \
             as nothing has changed."
                .to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of_module;

    #[test]
    fn a_module_says_in_its_first_paragraph_what_its_route_does() {
        let source =
            "//! `POST /orders`: places an order.\n//! At once.\n//!\n//! More.\n\nuse a;\n";
        assert_eq!(of_module(source), "Places an order. At once.");
        assert_eq!(of_module("//! Says: so.\n"), "Says: so.");
    }
}
