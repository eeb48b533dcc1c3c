//! What every operation keeps to, tried on every operation there is: the registry lists them, and the
//! sample events say how each is called.

use std::io::{Read, Write};
use std::sync::Arc;

use edge::route::{Auth, Caching, Method, Precondition};
use local::Options;
use local::aws::{Fault, Faults};

use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};

/// A listed origin of the local store.
const LISTED: &str = "http://localhost:3000";

/// A shop with limits that nobody reaches, so that their headers are there.
async fn limited() -> Shop {
    Shop::with(Options {
        demo_orders: true,
        rate_limits: "default=1000000/10,strict=1000000/1".to_owned(),
        ..Options::for_tests()
    })
    .await
}

/// Runs a check on every operation, each on a shop of its own. It says whether it applies, and how
/// often it does is given back.
async fn on_every_operation<F>(check: impl Fn(Sample) -> F) -> usize
where
    F: Future<Output = bool>,
{
    let mut applied = 0;
    for sample in routes() {
        if check(sample).await {
            applied += 1;
        }
    }
    applied
}

impl Sample {
    fn name(&self) -> String {
        self.function.name()
    }

    fn route(&self) -> &'static edge::Route {
        self.function.route().expect("a route")
    }

    async fn send(&self, shop: &Shop, method: &str) -> Answer {
        let mut ask = shop.anybody().ask(method, &self.path);
        for (name, value) in &self.headers {
            ask = ask.header(name, value);
        }
        let body = self.body.as_ref().map(ToString::to_string);
        ask.body(body.unwrap_or_default().as_bytes()).send().await
    }

    async fn sent(&self, shop: &Shop) -> Answer {
        self.send(shop, &self.method).await
    }
}

/// What every answer says, of whatever status.
fn is_well_mannered(name: &str, answer: &Answer) {
    for (header, value) in [
        ("x-content-type-options", "nosniff"),
        (
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        ),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{name}: {answer:?}");
    }
    for header in [
        "cache-control",
        "content-security-policy",
        "vary",
        "x-frame-options",
    ] {
        assert!(answer.header(header).is_some(), "{name}: no {header}");
    }
    let trace = answer.header("x-trace-id").expect("a trace");
    assert_eq!(trace.len(), 55, "{name}: {trace}");
    let number = |header: &str| -> u64 {
        let value = answer.header(header);
        value
            .and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("{name}: {header} is {value:?}"))
    };
    let (limit, left) = (number("x-ratelimit-limit"), number("x-ratelimit-remaining"));
    assert!(left < limit, "{name}: {left} of {limit}");
    assert_eq!(number("x-ratelimit-reset") % 60, 0, "{name}");
    let policy = answer.header("ratelimit-policy").expect("a policy");
    assert!(policy.ends_with(&format!(";q={limit};w=60")), "{policy}");
    let state = answer.header("ratelimit").expect("a state");
    assert!(state.contains(&format!(";r={left};t=")), "{state}");
    if answer.status >= 400 {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        let body = answer.json();
        // That the shop is not ready is no failure of the request.
        if body["success"] == true {
            return;
        }
        assert_eq!(body["statusCode"], answer.status, "{name}: {body}");
        assert_eq!(body["traceId"].as_str(), Some(trace), "{name}: {body}");
    }
}

/// The headers that may differ between two answers to the same question.
fn comparable(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| {
            !["x-trace-id", "apigw-requestid"].contains(&name.as_str())
                && !name.contains("ratelimit")
        })
        .cloned()
        .collect();
    headers.sort();
    headers
}

#[tokio::test(start_paused = true)]
async fn every_answer_says_what_answers_say() {
    let applied = on_every_operation(|sample| async move {
        let (shop, name) = (limited().await, sample.name());
        let done = sample.sent(&shop).await;
        assert!(done.status < 300, "{name}: {done:?}");
        is_well_mannered(&name, &done);
        let expected = match sample.route().caching {
            Caching::NoStore => "no-store".to_owned(),
            Caching::Revalidate => "private, no-cache".to_owned(),
            Caching::Public(seconds) => format!("public, max-age={seconds}"),
        };
        assert_eq!(
            done.header("cache-control"),
            Some(expected.as_str()),
            "{name}"
        );
        // An undeclared parameter is a 400 everywhere, a token that is none a 401 where one is read.
        let odd = sample.asking("surely-undeclared=1").sent(&shop).await;
        assert_eq!(odd.status, 400, "{name}: {odd:?}");
        is_well_mannered(&name, &odd);
        let forged = sample.with_header("authorization", Some("Bearer none"));
        let forged = forged.sent(&shop).await;
        if sample.route().auth != Auth::Open {
            assert_eq!(forged.status, 401, "{name}: {forged:?}");
            is_well_mannered(&name, &forged);
        }
        true
    })
    .await;
    assert!(applied >= 24, "{applied}");
}

/// Every call of every function is lost.
struct Lost;

impl Faults for Lost {
    fn before(&self, _function: &str, _operation: &str) -> Fault {
        Fault::Drop
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_5xx_is_well_mannered_too() {
    let applied = on_every_operation(|sample| async move {
        let (shop, name) = (limited().await, sample.name());
        shop.store.set_faults(Some(Arc::new(Lost)));
        let failed = sample.sent(&shop).await;
        if failed.status < 500 {
            return false;
        }
        if name != "platform-ready" {
            assert_eq!(failed.code(), "unavailable", "{name}: {failed:?}");
            assert!(failed.header("retry-after").is_some(), "{name}");
        }
        if failed.header("x-ratelimit-limit").is_some() {
            is_well_mannered(&name, &failed);
        } else {
            // Strict requests are refused when they cannot be counted: there is no count to tell.
            let strict = sample.route().rate == edge::route::RateClass::Strict;
            assert!(strict, "{name}: {failed:?}");
        }
        true
    })
    .await;
    assert!(applied >= 18, "{applied}");
}

#[tokio::test(start_paused = true)]
async fn head_says_what_get_says() {
    let applied = on_every_operation(|sample| async move {
        if sample.route().method != Method::Get {
            return false;
        }
        let (shop, name) = (limited().await, sample.name());
        for codings in ["identity", "gzip", "br"] {
            let sample = sample.with_header("accept-encoding", Some(codings));
            let get = sample.send(&shop, "GET").await;
            let head = sample.send(&shop, "HEAD").await;
            assert_eq!(head.status, get.status, "{name}");
            assert!(head.body.is_empty() && !get.body.is_empty(), "{name}");
            assert_eq!(comparable(&head), comparable(&get), "{name} {codings}");
        }
        true
    })
    .await;
    assert!(applied >= 15, "{applied}");
}

#[tokio::test(start_paused = true)]
async fn options_tell_the_methods_and_others_are_405() {
    let shop = limited().await;
    for sample in routes() {
        let (name, path) = (sample.name(), sample.path.as_str());
        let options = shop.anybody().ask("OPTIONS", path).send().await;
        assert_eq!(options.status, 204, "{name}: {options:?}");
        is_well_mannered(&name, &options);
        let allow = options.header("allow").expect("methods").to_owned();
        let allowed: Vec<&str> = allow.split(", ").collect();
        assert!(allowed.contains(&sample.method.as_str()), "{name}: {allow}");
        assert_eq!(
            allowed.contains(&"HEAD"),
            allowed.contains(&"GET"),
            "{name}: {allow}"
        );
        let patched = options.header("accept-patch").is_some();
        assert_eq!(patched, allowed.contains(&"PATCH"), "{name}");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if allowed.contains(&method) {
                continue;
            }
            let refused = shop.anybody().ask(method, path).send().await;
            assert_eq!(refused.status, 405, "{name} {method}: {refused:?}");
            assert_eq!(refused.header("allow"), Some(allow.as_str()), "{name}");
            if method != "HEAD" {
                assert_eq!(refused.code(), "method_not_allowed", "{name}");
                is_well_mannered(&name, &refused);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_client_cannot_take_is_406_and_what_we_cannot_read_415() {
    let shop = limited().await;
    let (mut answers, mut bodies) = (0, 0);
    for sample in routes() {
        let name = sample.name();
        if !sample.route().produces.contains(&"*/*") {
            let odd = sample.with_header("accept", Some("image/png, application/xml;q=0.9"));
            let odd = odd.sent(&shop).await;
            assert_eq!(odd.status, 406, "{name}: {odd:?}");
            assert_eq!(odd.code(), "not_acceptable", "{name}");
            is_well_mannered(&name, &odd);
            answers += 1;
        }
        if sample.body.is_some() {
            for (header, value) in [
                ("content-type", "application/xml"),
                ("content-encoding", "gzip"),
            ] {
                let odd = sample.with_header(header, Some(value)).sent(&shop).await;
                assert_eq!(odd.status, 415, "{name}: {odd:?}");
                assert_eq!(odd.code(), "unsupported_media_type", "{name}");
                is_well_mannered(&name, &odd);
            }
            bodies += 1;
        }
    }
    assert!(answers >= 22 && bodies >= 9, "{answers}, {bodies}");
}

#[tokio::test(start_paused = true)]
async fn who_has_the_current_version_is_told_so() {
    let applied = on_every_operation(|sample| async move {
        let route = sample.route();
        if route.method != Method::Get || route.caching == Caching::NoStore {
            return false;
        }
        let (shop, name) = (limited().await, sample.name());
        let first = sample.sent(&shop).await;
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{name}: {tag}");
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = sample.with_header("if-none-match", Some(&known));
            let again = again.sent(&shop).await;
            assert_eq!(again.status, 304, "{name}: {again:?}");
            assert!(again.body.is_empty(), "{name}");
            assert_eq!(again.header("etag"), Some(tag.as_str()), "{name}");
            assert_eq!(
                again.header("cache-control"),
                first.header("cache-control"),
                "{name}"
            );
            is_well_mannered(&name, &again);
        }
        let other = sample.with_header("if-none-match", Some("\"other\""));
        assert_eq!(other.sent(&shop).await.status, 200, "{name}");
        true
    })
    .await;
    assert!(applied >= 8, "{applied}");
}

#[tokio::test(start_paused = true)]
async fn a_change_to_another_version_is_412_and_to_none_428() {
    let (mut checked, mut guarded) = (0, 0);
    for sample in routes() {
        let (route, name) = (sample.route(), sample.name());
        let shop = limited().await;
        let demanded = route.precondition == Precondition::Required;
        if demanded {
            let without = sample.with_header("if-match", None).sent(&shop).await;
            assert_eq!(without.status, 428, "{name}: {without:?}");
            assert_eq!(without.code(), "precondition_required", "{name}");
            is_well_mannered(&name, &without);
            guarded += 1;
        }
        if demanded || sample.header("if-match").is_some() {
            let outdated = sample.with_header("if-match", Some("\"999999\""));
            let outdated = outdated.sent(&shop).await;
            assert_eq!(outdated.status, 412, "{name}: {outdated:?}");
            is_well_mannered(&name, &outdated);
            let current = sample.with_header("if-match", Some("*")).sent(&shop).await;
            assert!(current.status < 300, "{name}: {current:?}");
            checked += 1;
        }
    }
    assert!(checked >= 1 && guarded >= 1, "{checked}, {guarded}");
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        Some("gzip") => {
            let mut decoder = flate2::write::GzDecoder::new(&mut plain);
            decoder.write_all(&answer.body).expect("gzip");
            decoder.finish().expect("gzip to its end");
        }
        Some("br") => {
            let mut decoder = brotli::Decompressor::new(answer.body.as_slice(), 4_096);
            decoder.read_to_end(&mut plain).expect("brotli");
        }
        other => panic!("coded as {other:?}"),
    }
    plain
}

#[tokio::test(start_paused = true)]
async fn compressed_answers_are_the_same_answers() {
    let applied = on_every_operation(|sample| async move {
        if sample.route().method != Method::Get {
            return false;
        }
        let (shop, name) = (limited().await, sample.name());
        let plain = sample.sent(&shop).await;
        let kind = plain.header("content-type").unwrap_or_default();
        let shrinks = plain.body.len() >= 256 && !kind.starts_with("image/");
        for coding in ["gzip", "br"] {
            let coded = sample.with_header("accept-encoding", Some(coding));
            let coded = coded.sent(&shop).await;
            assert_eq!(coded.status, plain.status, "{name}");
            if !shrinks {
                assert_eq!(coded.header("content-encoding"), None, "{name}");
                continue;
            }
            assert_eq!(coded.header("content-encoding"), Some(coding), "{name}");
            assert_eq!(decoded(&coded), plain.body, "{name} as {coding}");
            assert!(coded.body.len() < plain.body.len(), "{name} as {coding}");
            let length = coded.header("content-length").map(str::to_owned);
            assert_eq!(length, Some(coded.body.len().to_string()), "{name}");
            assert!(
                coded
                    .header("vary")
                    .is_some_and(|vary| vary.contains("Accept-Encoding")),
                "{name}"
            );
            // A strong tag stands for one sequence of bytes.
            if let Some(tag) = plain.header("etag") {
                assert_ne!(coded.header("etag"), Some(tag), "{name}");
            }
        }
        shrinks
    })
    .await;
    assert!(applied >= 10, "{applied}");
}

#[tokio::test(start_paused = true)]
async fn pages_of_listed_origins_are_let_in_and_no_others() {
    let shop = limited().await;
    for sample in routes() {
        let name = sample.name();
        let preflight = |origin: &'static str| {
            shop.anybody()
                .ask("OPTIONS", &sample.path)
                .header("origin", origin)
                .header("access-control-request-method", &sample.method)
                .header("access-control-request-headers", "authorization")
                .send()
        };
        let asked = preflight(LISTED).await;
        assert_eq!(asked.status, 204, "{name}");
        assert_eq!(
            asked.header("access-control-allow-origin"),
            Some(LISTED),
            "{name}"
        );
        assert_eq!(
            asked.header("access-control-allow-methods"),
            asked.header("allow"),
            "{name}"
        );
        assert!(
            asked
                .header("access-control-allow-headers")
                .is_some_and(|headers| headers.contains("Idempotency-Key")),
            "{name}"
        );
        for origin in [LISTED, "https://evil.example", "null"] {
            // Whether or not the request succeeds, only a listed origin may read the answer.
            let asked = sample.with_header("origin", Some(origin));
            let answer = asked.asking("surely-undeclared=1").sent(&shop).await;
            let listed = origin == LISTED;
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, listed.then_some(LISTED), "{name} from {origin}");
            let any = answer
                .headers
                .iter()
                .any(|(header, _)| header.starts_with("access-control-"));
            assert_eq!(any, listed, "{name} from {origin}");
            assert!(
                answer
                    .header("vary")
                    .is_some_and(|vary| vary.contains("Origin")),
                "{name}"
            );
        }
        let foreign = preflight("https://evil.example").await;
        assert_eq!(
            foreign.header("access-control-allow-origin"),
            None,
            "{name}"
        );
        assert_eq!(
            foreign.header("access-control-allow-methods"),
            None,
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_has_the_fields_that_were_asked_for() {
    let applied = on_every_operation(|sample| async move {
        let route = sample.route();
        let enveloped = route.wrapping == edge::route::Wrapping::Envelope;
        if route.method != Method::Get || !enveloped {
            return false;
        }
        let (shop, name) = (limited().await, sample.name());
        let whole = sample.sent(&shop).await;
        let data = whole.json()["data"].clone();
        let one = if data.is_array() { &data[0] } else { &data };
        let Some((field, value)) = one.as_object().and_then(|fields| fields.iter().next()) else {
            return false;
        };
        let sparse = sample.asking(&format!("fields={field}")).sent(&shop).await;
        assert_eq!(sparse.status, 200, "{name}: {sparse:?}");
        let data = sparse.json()["data"].clone();
        let one = if data.is_array() { &data[0] } else { &data };
        assert_eq!(one, &serde_json::json!({ field: value }), "{name}");
        if let Some(tag) = whole.header("etag") {
            assert_ne!(sparse.header("etag"), Some(tag), "{name}");
        }
        for odd in [
            "fields=nothing",
            "fields=",
            "fields=id,,id",
            "fields=id&fields=id",
        ] {
            let odd = sample.asking(odd).sent(&shop).await;
            assert_eq!(odd.status, 400, "{name}: {odd:?}");
            let told = odd.errors();
            assert!(
                told.iter().any(|line| line.starts_with("fields: ")),
                "{told:?}"
            );
        }
        true
    })
    .await;
    assert!(applied >= 7, "{applied}");
}
