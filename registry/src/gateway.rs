//! Which method of which path leads to which function: what the gateway, the fallback and the
//! development router are all told.

use std::collections::BTreeMap;

use edge::Function;
use edge::route::Method;
use serde_json::{Value, json};

use crate::functions;

/// The methods a path answers, in the order that documents list them, each with its function.
pub type Methods = BTreeMap<Verb, &'static Function>;

/// A method as the gateway knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads.
    Get,
    /// Reads, but for the body.
    Head,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Deletes.
    Delete,
    /// Asks what is allowed.
    Options,
}

impl Verb {
    /// Every method.
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// The methods that an endpoint of `method` answers: HEAD belongs to GET's function.
    const fn of(method: Method) -> &'static [Self] {
        match method {
            Method::Get => &[Self::Get, Self::Head],
            Method::Post => &[Self::Post],
            Method::Put => &[Self::Put],
            Method::Patch => &[Self::Patch],
            Method::Delete => &[Self::Delete],
        }
    }
}

/// Every path with its methods, in the order of the paths.
#[must_use]
pub fn paths() -> BTreeMap<String, Methods> {
    let mut paths: BTreeMap<String, Methods> = BTreeMap::new();
    for function in functions() {
        let Some(route) = function.route().filter(|route| !route.fallback) else {
            continue;
        };
        let methods = paths.entry(route.full_path()).or_default();
        for verb in Verb::of(route.method) {
            methods.insert(*verb, function);
        }
    }
    paths
}

/// The function that answers every route that does not exist.
#[must_use]
pub fn fallback() -> Option<&'static Function> {
    functions().find(|function| function.route().is_some_and(|route| route.fallback))
}

/// What the fallback knows of the other routes.
#[must_use]
pub fn routes_json() -> Value {
    paths()
        .into_iter()
        .map(|(path, methods)| {
            let methods: Vec<&str> = methods.keys().map(|verb| verb.name()).collect();
            json!({ "path": path, "methods": methods })
        })
        .collect()
}
