//! The sample event of every function, as a request that can be sent and changed.

use std::collections::BTreeSet;
use std::path::Path;

use edge::function::Trigger;
use edge::{Function, Route};
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::shop::{Answer, Shop};

/// A function's sample request, which succeeds on the seeded shop.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) function: &'static Function,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
}

/// The raw sample event of a function.
pub(crate) fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../events")
        .join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("events/{name}.json cannot be read: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("events/{name}.json: {error}"))
}

/// The sample requests of all routes but the fallback, which has none of its own.
pub(crate) fn routes() -> Vec<Sample> {
    registry::functions()
        .filter(|function| function.route().is_some_and(|route| !route.fallback))
        .map(sample)
        .collect()
}

fn sample(function: &'static Function) -> Sample {
    let event = event(&function.name());
    let text = |pointer: &str| {
        let found = event.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let query = text("/rawQueryString");
    let path = text("/rawPath");
    let headers = event["headers"]
        .as_object()
        .map(|headers| {
            headers
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect()
        })
        .unwrap_or_default();
    let body = event["body"]
        .as_str()
        .map(|body| serde_json::from_str(body).expect("a sample's body is JSON"));
    Sample {
        function,
        method: text("/requestContext/http/method"),
        path: if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        },
        headers,
        body,
    }
}

impl Sample {
    /// Whether the query may have such a parameter.
    pub(crate) fn takes(&self, parameter: &str) -> bool {
        let Trigger::Http { describe, .. } = self.function.trigger else {
            return false;
        };
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut other = SchemaSettings::draft2020_12().into_generator();
        let description = describe(&mut generator, &mut other);
        description.query.as_value()["properties"]
            .get(parameter)
            .is_some()
    }

    /// The name of its function.
    pub(crate) fn name(&self) -> String {
        self.function.name()
    }

    /// The route that it asks.
    pub(crate) fn route(&self) -> &'static Route {
        self.function.route().expect("a route")
    }

    /// Sends it with another method.
    pub(crate) async fn send(&self, shop: &Shop, method: &str) -> Answer {
        let mut ask = shop.anybody().ask(method, &self.path);
        for (name, value) in &self.headers {
            ask = ask.header(name, value);
        }
        let body = self.body.as_ref().map(ToString::to_string);
        ask.body(body.unwrap_or_default().as_bytes()).send().await
    }

    /// Sends it as it is.
    pub(crate) async fn sent(&self, shop: &Shop) -> Answer {
        self.send(shop, &self.method).await
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The same request with another header, or without it.
    pub(crate) fn with_header(&self, name: &str, value: Option<&str>) -> Self {
        let mut changed = self.clone();
        changed
            .headers
            .retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            changed.headers.push((name.to_owned(), value.to_owned()));
        }
        changed
    }

    /// The same request with another path.
    pub(crate) fn at(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// The path and whatever query it has, with one more parameter.
    pub(crate) fn asking(&self, query: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.at(&format!("{}{separator}{query}", self.path))
    }
}

/// Operations, by name.
pub(crate) type Names = BTreeSet<String>;

/// The operations whose sample passes a test.
pub(crate) fn those(test: impl Fn(&Sample) -> bool) -> Names {
    let passing = routes().into_iter().filter(test);
    passing.map(|sample| sample.name()).collect()
}

/// The operations whose route passes a test.
pub(crate) fn whose_route(test: impl Fn(&Route) -> bool) -> Names {
    those(|sample| test(sample.route()))
}

/// Fails unless a check applied to all `expected` operations but the exceptions, and to no others. Each
/// exception comes with its reason.
pub(crate) fn applied_to(applied: &Names, mut expected: Names, but: &[(&str, &str)]) {
    for (name, reason) in but {
        assert!(expected.remove(*name), "{name} is no exception: {reason}");
    }
    let passed_over: Vec<_> = expected.difference(applied).collect();
    let unexpected: Vec<_> = applied.difference(&expected).collect();
    assert!(
        passed_over.is_empty() && unexpected.is_empty(),
        "not tried on {passed_over:?}, and for no reason on {unexpected:?}"
    );
}
