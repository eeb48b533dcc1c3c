//! Which method of which path leads to which function: what the gateway, the fallback and the
//! development router are all told.

use std::collections::{BTreeMap, BTreeSet};

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

/// The methods that a path does not answer, but that the gateway would take to another path's function,
/// whose parameter fits what the path spells out: `DELETE /users/me` would erase the user called `me`.
#[must_use]
pub fn overlooked(path: &str) -> Vec<Verb> {
    let paths = paths();
    let own = paths.get(path);
    let found: BTreeSet<Verb> = paths
        .iter()
        .filter(|(other, _)| fits(other, path))
        .flat_map(|(_, methods)| methods.keys().copied())
        .filter(|verb| own.is_none_or(|own| !own.contains_key(verb)))
        .collect();
    found.into_iter().collect()
}

/// Whether what `path` spells out also fits `other`.
fn fits(other: &str, path: &str) -> bool {
    let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (other, path) = (segments(other), segments(path));
    other.len() == path.len()
        && other
            .iter()
            .zip(&path)
            .all(|(other, own)| other.starts_with('{') || other == own)
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
