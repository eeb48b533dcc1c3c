//! Every method and path that no other route answers: 404, or 405 with the methods that the path does
//! answer, or those methods alone where `OPTIONS` asks for them.

use std::collections::BTreeSet;

use edge::{Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use serde::Deserialize;

/// Answers what nobody else does.
pub(crate) struct Fallback;

/// The paths of all routes, each with its methods.
static ROUTES: &[u8] = include_bytes!("../assets/routes.json");

/// A path that some route answers; a segment in braces stands for any.
#[derive(Deserialize)]
struct Known<'a> {
    path: &'a str,
    #[serde(borrow)]
    methods: Vec<&'a str>,
}

impl Endpoint for Fallback {
    const ROUTE: Route = Route::fallback("Every route that does not exist")
        .errors(&[Code::NotFound, Code::MethodNotAllowed]);
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let routes: Vec<Known<'_>> = serde_json::from_slice(ROUTES).map_err(Failure::internal)?;
        let allowed = allowed(&routes, rq.raw_path());
        if allowed.is_empty() {
            return Err(Failure::new(Code::NotFound));
        }
        let allow = allowed.iter().copied().collect::<Vec<&str>>().join(", ");
        match rq.method() {
            "OPTIONS" => Ok(Reply::nothing().status(204).allow(allow)),
            // Whoever routes here differs from us about what the path is: there is nothing at it.
            method if allowed.contains(method) => Err(Failure::new(Code::NotFound)),
            _ => Err(Failure::new(Code::MethodNotAllowed).allow(allow)),
        }
    }
}

/// The methods that a path answers; none if there is no such path. A path that is spelled out is not
/// also the value of another's parameter.
fn allowed<'a>(routes: &[Known<'a>], path: &str) -> BTreeSet<&'a str> {
    let parameters = |route: &Known<'_>| route.path.matches('{').count();
    let methods: BTreeSet<&str> = routes
        .iter()
        .filter(|route| is_of(route.path, path))
        .min_by_key(|route| parameters(route))
        .map(|route| route.methods.iter().copied().collect())
        .unwrap_or_default();
    let head = methods.contains("GET").then_some("HEAD");
    let options = (!methods.is_empty()).then_some("OPTIONS");
    methods.into_iter().chain(head).chain(options).collect()
}

fn is_of(known: &str, path: &str) -> bool {
    let mut given = path.split('/');
    let same = known.split('/').all(|sought| match given.next() {
        Some(segment) if sought.starts_with('{') => !segment.is_empty(),
        Some(segment) => segment == sought,
        None => false,
    });
    same && given.next().is_none()
}
