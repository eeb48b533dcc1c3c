//! What the description says of versions and headers is what the shop does, for every operation there
//! is.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use edge::route::{Method, Precondition};
use registry::openapi;
use serde_json::Value;

use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};

/// What every answer has that needs no telling: what HTTP asks for, what protects
/// browsers, and what the gateway adds.
const UNSAID: [&str; 10] = [
    "apigw-requestid",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    openapi::document(|path| std::fs::read_to_string(root.join(path)).unwrap_or_default())
});

/// The headers that an operation declares for a status, by their names in lower case.
fn declared(sample: &Sample, status: u16) -> BTreeSet<String> {
    let route = sample.function.route().expect("a route");
    let operation = &DOCUMENT["paths"][route.full_path()][sample.method.to_lowercase()];
    let mut response = &operation["responses"][status.to_string()];
    if let Some(reference) = response["$ref"].as_str() {
        let target = DOCUMENT.pointer(reference.trim_start_matches('#'));
        response = target.expect("a response");
    }
    let headers = response["headers"].as_object();
    headers
        .into_iter()
        .flat_map(|headers| headers.keys())
        .map(|name| name.to_lowercase())
        .collect()
}

async fn send(shop: &Shop, sample: &Sample) -> Answer {
    let mut ask = shop.anybody().ask(&sample.method, &sample.path);
    for (name, value) in &sample.headers {
        ask = ask.header(name, value);
    }
    let body = sample.body.as_ref().map(Value::to_string);
    ask.body(body.unwrap_or_default().as_bytes()).send().await
}

#[tokio::test(start_paused = true)]
async fn no_change_passes_over_a_version_that_is_named() {
    let mut refused = 0;
    for sample in routes() {
        let route = sample.function.route().expect("a route");
        if route.method == Method::Get {
            continue;
        }
        let (shop, name) = (Shop::with_orders().await, sample.function.name());
        for tag in ["\"999999\"", "\"another\"", "W/\"1\""] {
            let outdated = sample.with_header("if-match", Some(tag));
            let outdated = send(&shop, &outdated).await;
            assert_eq!(outdated.status, 412, "{name}: {outdated:?}");
            assert_eq!(outdated.code(), "precondition_failed", "{name}");
            refused += 1;
        }
        // Nothing was changed, so that there is everything left to change.
        let any = sample.with_header("if-match", Some("*"));
        let any = send(&shop, &any).await;
        assert!(any.status < 300, "{name}: {any:?}");
    }
    assert!(refused >= 60, "{refused}");
}

#[test]
fn if_match_is_declared_where_it_can_match() {
    for sample in routes() {
        let route = sample.function.route().expect("a route");
        let operation = &DOCUMENT["paths"][route.full_path()][sample.method.to_lowercase()];
        let parameters = operation["parameters"].to_string();
        assert_eq!(
            parameters.contains("IfMatch\""),
            route.precondition != Precondition::Unmatched,
            "{}",
            sample.function.name()
        );
        assert_eq!(
            operation["responses"].get("412").is_some(),
            route.method != Method::Get,
            "{}",
            sample.function.name()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_has_the_headers_that_its_operation_declares_and_no_others() {
    let mut tagged = 0;
    for sample in routes() {
        let (shop, name) = (Shop::with_orders().await, sample.function.name());
        let answer = send(&shop, &sample).await;
        assert!(answer.status < 300, "{name}: {answer:?}");
        let declared = declared(&sample, answer.status);
        for (header, value) in &answer.headers {
            let header = header.to_lowercase();
            assert!(
                declared.contains(&header) || UNSAID.contains(&header.as_str()),
                "{name} does not declare {header}: {value}"
            );
        }
        for header in ["etag", "location", "set-cookie"] {
            assert_eq!(
                answer.header(header).is_some(),
                declared.contains(header),
                "{name}: {header}"
            );
        }
        tagged += usize::from(answer.header("etag").is_some());
    }
    assert!(tagged >= 20, "{tagged}");
}
