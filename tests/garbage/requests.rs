//! Paths, queries, headers and tokens that must never reach a handler.

use serde_json::{Map, Value, json};

use edge::route::{Auth, Idempotency, Precondition};

use super::{Verdicts, with_body};
use crate::samples::{Sample, routes};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn path_tricks() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "path tricks");
    let long = "9".repeat(2_000);
    for sample in routes() {
        let Some(route) = sample.function.route() else {
            continue;
        };
        let full = route.full_path();
        for parameter in route.parameters() {
            for trick in [
                "..",
                ".",
                "%2e%2e",
                "%00",
                "%ff",
                "%zz",
                "%",
                "a%2fb",
                "a/b",
                "%7Bid%7D",
                "-1",
                "1%20or%201=1",
                "%0d%0aX-A:1",
                "null",
                "undefined",
                long.as_str(),
                "",
            ] {
                let path = full.replace(&format!("{{{parameter}}}"), trick);
                let path = fill(&path, &sample);
                verdicts.refused(&sample.at(&path), None, 404, "").await;
            }
        }
        let plain = sample.path.split('?').next().unwrap_or_default().to_owned();
        for path in [
            format!("{plain}/"),
            format!("/{plain}"),
            format!("{plain}/%2e%2e/x/y/z"),
        ] {
            verdicts.refused(&sample.at(&path), None, 404, "").await;
        }
    }
    verdicts.end(100);
}

/// Puts the sample's own values where a path still has parameters.
fn fill(path: &str, sample: &Sample) -> String {
    let own: Vec<&str> = sample
        .path
        .split('?')
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    path.split('/')
        .enumerate()
        .map(|(index, segment)| match own.get(index) {
            Some(own) if segment.starts_with('{') => *own,
            _ => segment,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test(start_paused = true)]
async fn undeclared_parameters() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "undeclared parameters");
    for sample in routes() {
        for (query, name) in [
            ("zzz=1", "zzz"),
            ("__proto__=1", "__proto__"),
            ("limit[]=1", "limit[]"),
            ("Limit=1", "Limit"),
            ("a%00b=1", "ab"),
        ] {
            let line = format!("{name}: is not a known parameter");
            verdicts
                .refused(&sample.asking(query), None, 400, &line)
                .await;
        }
    }
    verdicts.end(100);
}

#[tokio::test(start_paused = true)]
async fn forged_tokens() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let good = customer.token().expect("a token").to_owned();
    let mut verdicts = Verdicts::of(&shop, "forged tokens");
    let forged = forgeries(&good);
    for sample in routes() {
        if sample
            .function
            .route()
            .is_some_and(|route| route.auth == Auth::Open)
        {
            continue;
        }
        for token in &forged {
            let sample = sample.with_header("authorization", Some(&format!("Bearer {token}")));
            verdicts
                .refused(&sample, None, 401, "Authorization: ")
                .await;
        }
        for other in ["Basic YTpi", "Bearer", "bearer  ", &good] {
            let sample = sample.with_header("authorization", Some(other));
            verdicts
                .refused(&sample, None, 401, "Authorization: ")
                .await;
        }
    }
    verdicts.end(200);
}

/// Tokens that look like `good` and are not.
fn forgeries(good: &str) -> Vec<String> {
    let parts: Vec<&str> = good.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let encode = |value: &Value| base64url(value.to_string().as_bytes());
    let headed = |changes: Value| {
        let mut fields: Map<String, Value> = decode(header);
        if let Value::Object(changes) = changes {
            fields.extend(changes);
        }
        format!("{}.{claims}.{signature}", encode(&Value::Object(fields)))
    };
    let claiming = |changes: Value| {
        let mut fields: Map<String, Value> = decode(claims);
        if let Value::Object(changes) = changes {
            fields.extend(changes);
        }
        format!("{header}.{}.{signature}", encode(&Value::Object(fields)))
    };
    let flipped = |text: &str| {
        let first = if text.starts_with('A') { "B" } else { "A" };
        format!("{first}{}", &text[1..])
    };
    vec![
        "x".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        headed(json!({"alg": "none"})),
        headed(json!({"alg": "None"})),
        headed(json!({"alg": "HS256"})),
        headed(json!({"kid": "other"})),
        headed(json!({"kid": ""})),
        headed(json!({"typ": "JWT"})),
        claiming(json!({"roles": ["admin"]})),
        claiming(json!({"exp": 99_999_999_999_i64})),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{}", flipped(signature)),
        format!("{good}x"),
        good[..good.len() - 4].to_owned(),
        "y".repeat(20_000),
        "ot_forged".to_owned(),
        "ot_".to_owned(),
        "sk_live_forged".to_owned(),
    ]
}

fn decode(part: &str) -> Map<String, Value> {
    let bytes = data_encoding::BASE64URL_NOPAD
        .decode(part.as_bytes())
        .expect("base64url");
    serde_json::from_slice(&bytes).expect("an object")
}

fn base64url(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}

#[tokio::test(start_paused = true)]
async fn expired_tokens() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let stale = format!("Bearer {}", admin.token().expect("a token"));
    shop.wait(16 * 60).await;
    let mut verdicts = Verdicts::of(&shop, "expired tokens");
    for sample in routes() {
        if sample
            .function
            .route()
            .is_some_and(|route| route.auth == Auth::Open)
        {
            continue;
        }
        let sample = sample.with_header("authorization", Some(&stale));
        verdicts
            .refused(&sample, None, 401, "Authorization: ")
            .await;
    }
    verdicts.end(15);
}

#[tokio::test(start_paused = true)]
async fn tampered_cursors() {
    let shop = Shop::open().await;
    let products = shop.anybody().get("/api/v1/products?limit=1").await;
    let good = products.text("/meta/nextCursor");
    let mut verdicts = Verdicts::of(&shop, "tampered cursors");
    for sample in routes() {
        let mut tampered = vec![
            "x".to_owned(),
            "%00".to_owned(),
            "null".to_owned(),
            "A".repeat(1_000),
            good[..good.len() - 1].to_owned(),
            format!("{good}A"),
        ];
        let takes_cursor = sample.takes("cursor");
        if !takes_cursor {
            continue;
        }
        for index in (0..good.len()).step_by(3) {
            let mut forged = good.clone().into_bytes();
            forged[index] = if forged[index] == b'A' { b'B' } else { b'A' };
            tampered.push(String::from_utf8(forged).expect("ASCII"));
        }
        for cursor in tampered {
            let path = sample.path.split('?').next().unwrap_or_default();
            let sample = sample.at(&format!("{path}?cursor={cursor}"));
            verdicts.refused(&sample, None, 400, "cursor: ").await;
        }
        let path = sample.path.split('?').next().unwrap_or_default();
        for (limit, rule) in [
            ("0", "must be 1 to 100"),
            ("101", "must be 1 to 100"),
            ("-1", "must be"),
            ("1.5", "must be an integer"),
            ("", "must be an integer"),
            ("99999999999999999999", "must be"),
        ] {
            let sample = sample.at(&format!("{path}?limit={limit}"));
            verdicts
                .refused(&sample, None, 400, &format!("limit: {rule}"))
                .await;
        }
    }
    verdicts.end(60);
}

#[tokio::test(start_paused = true)]
async fn wrong_content_types() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "wrong content types");
    for sample in with_body() {
        for content_type in [
            Some("text/plain"),
            Some("application/xml"),
            Some("multipart/form-data; boundary=x"),
            Some("application/x-www-form-urlencoded"),
            Some("application/jsonp"),
            Some(""),
            None,
        ] {
            let sample = sample.with_header("content-type", content_type);
            let rule = match sample.method.as_str() {
                "PATCH" => "Content-Type: must be one of application/merge-patch+json",
                _ => "Content-Type: must be application/json",
            };
            verdicts.refused(&sample, None, 415, rule).await;
        }
    }
    verdicts.end(50);
}

#[tokio::test(start_paused = true)]
async fn bad_headers() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "bad headers");
    for sample in routes() {
        let Some(route) = sample.function.route() else {
            continue;
        };
        if route.idempotency != Idempotency::Natural {
            let long = "k".repeat(256);
            for key in ["", "a b", "\"\"", long.as_str()] {
                let sample = sample.with_header("idempotency-key", Some(key));
                verdicts
                    .refused(&sample, None, 400, "Idempotency-Key: must be")
                    .await;
            }
        }
        if route.idempotency == Idempotency::Required {
            let sample = sample.with_header("idempotency-key", None);
            verdicts
                .refused(&sample, None, 400, "Idempotency-Key: is required")
                .await;
        }
        if route.precondition == Precondition::Required {
            let sample = sample.with_header("if-match", None);
            verdicts
                .refused(&sample, None, 428, "If-Match: is required")
                .await;
        }
        for tag in ["1", "\"1", "W/1", "\"1\", 2"] {
            let sample = sample.with_header("if-match", Some(tag));
            verdicts
                .refused(&sample, None, 400, "If-Match: must be")
                .await;
        }
    }
    verdicts.end(50);
}

#[tokio::test(start_paused = true)]
async fn every_sample_succeeds_as_it_is() {
    let shop = Shop::with_orders().await;
    let verdicts = Verdicts::of(&shop, "samples");
    for sample in routes() {
        let answer = verdicts.send(&sample, None).await;
        assert!(
            (200..300).contains(&answer.status),
            "{} {}: {} {:?}",
            sample.method,
            sample.path,
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        assert_eq!(
            sample.header("x-forwarded-for"),
            None,
            "the gateway's address counts"
        );
    }
}
