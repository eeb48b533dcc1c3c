//! How an answer is represented: with a body or without, whole or in part, coded or plain, to whoever has it
//! already and to pages of other origins.

use std::io::{Read, Write};

use edge::Route;
use edge::route::{Caching, Method, Wrapping};
use serde_json::json;

use super::{is_well_mannered, limited};
use crate::contract::declaring;
use crate::samples::{Names, Sample, applied_to, routes, whose_route};
use crate::shop::Answer;

/// A listed origin of the local store.
const LISTED: &str = "http://localhost:3000";
/// The least of a body that is coded.
const LEAST_BYTES: usize = 256;

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

fn reads() -> impl Iterator<Item = Sample> {
    routes()
        .into_iter()
        .filter(|sample| sample.route().method == Method::Get)
}

#[tokio::test(start_paused = true)]
async fn head_says_what_get_says() {
    let shop = limited().await;
    for sample in reads() {
        let name = sample.name();
        for codings in ["identity", "gzip", "br"] {
            let sample = sample.with_header("accept-encoding", Some(codings));
            let get = sample.send(&shop, "GET").await;
            let head = sample.send(&shop, "HEAD").await;
            assert_eq!(head.status, get.status, "{name}");
            assert!(head.body.is_empty() && !get.body.is_empty(), "{name}");
            assert_eq!(comparable(&head), comparable(&get), "{name} {codings}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_the_current_version_is_told_so() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in reads() {
        let name = sample.name();
        let first = sample.sent(&shop).await;
        let Some(tag) = first.header("etag").map(str::to_owned) else {
            continue;
        };
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
            is_well_mannered(&sample, &again);
        }
        let other = sample.with_header("if-none-match", Some("\"other\""));
        assert_eq!(other.sent(&shop).await.status, 200, "{name}");
        applied.insert(name);
    }
    let kept = |route: &Route| route.method == Method::Get && route.caching != Caching::NoStore;
    applied_to(&applied, whose_route(kept), &[]);
    assert_eq!(applied, declaring(304));
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

/// What every sample is answered in a shop of its own, and what it is when it is wrong in ways that take
/// long to tell. Shops begin alike, and the same is answered alike.
async fn told(codings: &str) -> Vec<(Answer, Answer)> {
    let shop = limited().await;
    let long = "a-parameter-that-nobody-has-ever-heard-of-and-that-takes-long-to-name";
    let mut told = Vec::new();
    for sample in routes() {
        let sample = sample.with_header("accept-encoding", Some(codings));
        let done = sample.sent(&shop).await;
        let wrong = sample.asking(&format!("{long}=1&{long}-either=1"));
        told.push((done, wrong.sent(&shop).await));
    }
    told
}

/// Checks that an answer is another one, coded.
fn is_the_same_but_coded(name: &str, coded: &Answer, plain: &Answer, coding: &str) {
    assert_eq!(coded.status, plain.status, "{name}");
    assert_eq!(coded.header("content-encoding"), Some(coding), "{name}");
    assert_eq!(decoded(coded), plain.body, "{name} as {coding}");
    assert!(coded.body.len() < plain.body.len(), "{name} as {coding}");
    let length = coded.header("content-length").map(str::to_owned);
    assert_eq!(length, Some(coded.body.len().to_string()), "{name}");
    let varies = coded.header("vary").unwrap_or_default();
    assert!(varies.contains("Accept-Encoding"), "{name}");
    // A strong tag stands for one sequence of bytes.
    if let Some(tag) = plain.header("etag") {
        assert_ne!(coded.header("etag"), Some(tag), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn compressed_answers_are_the_same_answers() {
    let plain = told("identity").await;
    for coding in ["gzip", "br"] {
        let coded = told(coding).await;
        let mut applied = Names::new();
        for (sample, (plain, coded)) in routes().iter().zip(plain.iter().zip(&coded)) {
            let name = sample.name();
            let ((done, wrong), (coded_done, coded_wrong)) = (plain, coded);
            assert_eq!(wrong.status, 400, "{name}");
            is_the_same_but_coded(&name, coded_wrong, wrong, coding);
            if done.body.len() >= LEAST_BYTES {
                is_the_same_but_coded(&name, coded_done, done, coding);
                applied.insert(name);
            } else {
                assert_eq!(coded_done.header("content-encoding"), None, "{name}");
                assert_eq!(coded_done.body, done.body, "{name}");
            }
        }
        let small = "what it answers is smaller than what is coded";
        applied_to(
            &applied,
            whose_route(|route| route.status != 204),
            &[
                ("inventory-adjust-level", small),
                ("inventory-configure-level", small),
                ("inventory-get-level", small),
                ("notifications-get-preferences", small),
                ("notifications-replace-preferences", small),
                ("orders-cancel-order", small),
                ("orders-create-note", small),
                ("payments-receive-webhook", small),
                ("platform-get-jwks", small),
                ("platform-health", small),
                ("users-change-email", small),
                ("users-request-password-reset", small),
            ],
        );
    }
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
    let shop = limited().await;
    // What is made is put on record, so that no list is empty.
    shop.key_with(&["stock:read"]).await;
    let mut applied = Names::new();
    for sample in reads() {
        let name = sample.name();
        let whole = sample.sent(&shop).await;
        let data = whole.json()["data"].clone();
        let one = if data.is_array() { &data[0] } else { &data };
        let Some((field, value)) = one.as_object().and_then(|fields| fields.iter().next()) else {
            continue;
        };
        let sparse = sample.asking(&format!("fields={field}")).sent(&shop).await;
        assert_eq!(sparse.status, 200, "{name}: {sparse:?}");
        let data = sparse.json()["data"].clone();
        let one = if data.is_array() { &data[0] } else { &data };
        assert_eq!(one, &json!({ field: value }), "{name}");
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
        applied.insert(name);
    }
    let enveloped =
        |route: &Route| route.method == Method::Get && route.wrapping == Wrapping::Envelope;
    applied_to(&applied, whose_route(enveloped), &[]);
}
