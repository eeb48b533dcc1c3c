//! Garbage in, a clear refusal out: every operation against classes of input that must never reach a
//! handler, with the exact status and the field that is named. Never a 5xx, never an internal word.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use edge::function::Trigger;
use edge::route::{Auth, Idempotency, Precondition};

use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};

/// Words that only we should ever see.
const INTERNAL: [&str; 12] = [
    "dynamo", "sdkerror", "panick", "serde", ".rs:", "rust", "tokio", "sqs", "unwrap", "stack",
    "none)", "some(",
];

/// Refusals that were asserted, and what was wrong with any of them.
struct Verdicts<'a> {
    shop: &'a Shop,
    class: &'static str,
    count: usize,
    wrong: Vec<String>,
}

impl<'a> Verdicts<'a> {
    fn of(shop: &'a Shop, class: &'static str) -> Self {
        Self {
            shop,
            class,
            count: 0,
            wrong: Vec::new(),
        }
    }

    async fn send(&self, sample: &Sample, bytes: Option<&[u8]>) -> Answer {
        let mut ask = self.shop.anybody().ask(&sample.method, &sample.path);
        for (name, value) in &sample.headers {
            ask = ask.header(name, value);
        }
        let body = match (bytes, &sample.body) {
            (Some(bytes), _) => bytes.to_vec(),
            (None, Some(body)) => body.to_string().into_bytes(),
            (None, None) => Vec::new(),
        };
        ask.body(&body).send().await
    }

    /// Sends `sample`, with other bytes for its body if there are any, and expects to be refused with
    /// `status` and an error line that begins with `line`.
    async fn refused(&mut self, sample: &Sample, bytes: Option<&[u8]>, status: u16, line: &str) {
        let answer = self.send(sample, bytes).await;
        self.count += 1;
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        let leak = INTERNAL.iter().find(|word| text.contains(*word));
        let named = line.is_empty() || answer.errors().iter().any(|error| error.starts_with(line));
        if answer.status != status || !named || leak.is_some() {
            let shown: String = match bytes {
                Some(bytes) => String::from_utf8_lossy(bytes).chars().take(120).collect(),
                None => sample
                    .body
                    .as_ref()
                    .map(Value::to_string)
                    .unwrap_or_default(),
            };
            self.wrong.push(format!(
                "{} {} {shown}\n    wanted {status} {line:?}, got {} {:?}, leak {leak:?}",
                sample.method,
                sample.path.chars().take(120).collect::<String>(),
                answer.status,
                answer.errors(),
            ));
        }
    }

    fn end(self, least: usize) {
        let Self {
            class,
            count,
            wrong,
            ..
        } = self;
        assert!(wrong.is_empty(), "{class}: {}", wrong.join("\n"));
        assert!(count >= least, "{class}: only {count} cases");
    }
}

fn with_body() -> Vec<Sample> {
    routes()
        .into_iter()
        .filter(|sample| sample.body.is_some())
        .collect()
}

/// The schema of a route's body, with everything inline.
fn schema(sample: &Sample) -> Value {
    let Trigger::Http { describe, .. } = sample.function.trigger else {
        return Value::Null;
    };
    let generator = || {
        SchemaSettings::draft2020_12()
            .with(|settings| settings.inline_subschemas = true)
            .into_generator()
    };
    let description = describe(&mut generator(), &mut generator());
    description
        .body
        .map(|body| body.as_value().clone())
        .unwrap_or_default()
}

/// Every place in a value, with its schema: its path as errors write it, and as a JSON pointer.
fn places(value: &Value, schema: &Value, path: &str, pointer: &str, found: &mut Vec<Place>) {
    let schema = known(schema);
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let inner = schema["properties"].get(name);
                let inner = inner.unwrap_or(&schema["additionalProperties"]);
                let below = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let pointer = format!("{pointer}/{name}");
                found.push(Place {
                    path: below.clone(),
                    pointer: pointer.clone(),
                    schema: known(inner).clone(),
                    value: field.clone(),
                    required: schema["required"]
                        .as_array()
                        .is_some_and(|names| names.iter().any(|one| one == name)),
                });
                places(field, inner, &below, &pointer, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                let pointer = format!("{pointer}/{index}");
                places(item, &schema["items"], &path, &pointer, found);
            }
        }
        _ => {}
    }
}

/// A schema without its null.
fn known(schema: &Value) -> &Value {
    schema["anyOf"]
        .as_array()
        .and_then(|choices| choices.iter().find(|one| one["type"] != "null"))
        .unwrap_or(schema)
}

struct Place {
    path: String,
    pointer: String,
    schema: Value,
    value: Value,
    required: bool,
}

fn all_places(sample: &Sample) -> Vec<Place> {
    let mut found = Vec::new();
    if let Some(body) = &sample.body {
        places(body, &schema(sample), "", "", &mut found);
    }
    found
}

fn changed(sample: &Sample, pointer: &str, value: Value) -> Sample {
    let mut sample = sample.clone();
    if let Some(place) = sample
        .body
        .as_mut()
        .and_then(|body| body.pointer_mut(pointer))
    {
        *place = value;
    }
    sample
}

#[tokio::test(start_paused = true)]
async fn broken_json() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "broken JSON");
    for sample in with_body() {
        for text in [
            "{",
            "}",
            "{\"a\":}",
            "nul",
            "'x'",
            "{\"a\":1,}",
            "[1,2",
            "{\"a\" 1}",
            "\u{feff}{}",
            "{}{}",
            "NaN",
            "{\"a\":1e999}",
            "\"\\ud800\"",
            "{\"a\":\"\n\"}",
        ] {
            verdicts
                .refused(&sample, Some(text.as_bytes()), 400, "body: ")
                .await;
        }
        verdicts
            .refused(&sample, Some(b""), 400, "body: is required")
            .await;
        verdicts
            .refused(&sample, Some(b" \n"), 400, "body: is required")
            .await;
    }
    verdicts.end(100);
}

#[tokio::test(start_paused = true)]
async fn wrong_roots() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "wrong roots");
    for sample in with_body() {
        for text in ["[]", "1", "\"x\"", "null", "true", "[{}]"] {
            let bytes = Some(text.as_bytes());
            verdicts
                .refused(&sample, bytes, 400, "body: must be an object")
                .await;
        }
    }
    verdicts.end(50);
}

#[tokio::test(start_paused = true)]
async fn wrong_types() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "wrong types");
    for sample in with_body() {
        for place in all_places(&sample) {
            for wrong in [
                json!(7),
                json!("x"),
                json!([]),
                json!({}),
                json!(true),
                json!(1.5),
            ] {
                let same_kind =
                    std::mem::discriminant(&wrong) == std::mem::discriminant(&place.value);
                if same_kind && wrong != json!(1.5) {
                    continue;
                }
                if place.value.is_number() && wrong == json!(7) {
                    continue;
                }
                let sample = changed(&sample, &place.pointer, wrong);
                verdicts
                    .refused(&sample, None, 400, &format!("{}: must be", place.path))
                    .await;
            }
        }
    }
    verdicts.end(150);
}

#[tokio::test(start_paused = true)]
async fn missing_fields() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "missing fields");
    for sample in with_body() {
        for place in all_places(&sample)
            .into_iter()
            .filter(|place| place.required)
        {
            let (parent, name) = place.pointer.rsplit_once('/').expect("a parent");
            let mut sample = sample.clone();
            let parent = sample
                .body
                .as_mut()
                .and_then(|body| body.pointer_mut(parent));
            if let Some(Value::Object(fields)) = parent {
                fields.remove(name);
            }
            verdicts
                .refused(&sample, None, 400, &format!("{}: is required", place.path))
                .await;
            let nulled = changed(&sample, &place.pointer, Value::Null);
            verdicts
                .refused(&nulled, None, 400, &format!("{}: ", place.path))
                .await;
        }
    }
    verdicts.end(30);
}

#[tokio::test(start_paused = true)]
async fn unknown_fields() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "unknown fields");
    for sample in with_body() {
        let mut objects = vec![(String::new(), String::new())];
        for place in all_places(&sample) {
            let open = place.schema["additionalProperties"].is_object();
            if place.value.is_object() && !open {
                objects.push((place.path, place.pointer));
            }
        }
        for (path, pointer) in objects {
            for name in ["zzz", "__proto__", "Id", "$ne", "a.b"] {
                let mut sample = sample.clone();
                let object = sample
                    .body
                    .as_mut()
                    .and_then(|body| body.pointer_mut(&pointer));
                if let Some(Value::Object(fields)) = object {
                    fields.insert(name.to_owned(), json!(1));
                }
                let named = if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}.{name}")
                };
                let line = format!("{named}: is not a known field");
                verdicts.refused(&sample, None, 400, &line).await;
            }
        }
    }
    verdicts.end(50);
}

#[tokio::test(start_paused = true)]
async fn huge_and_deep_and_unreadable_bodies() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "huge, deep and unreadable bodies");
    let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(256 * 1024));
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for sample in with_body() {
        verdicts
            .refused(&sample, Some(huge.as_bytes()), 413, "body: must be at most")
            .await;
        for levels in [33, 1_000, 100_000] {
            let body = deep(levels);
            let line = "body: must not nest deeper than 32";
            verdicts
                .refused(&sample, Some(body.as_bytes()), 400, line)
                .await;
            let open = "{\"a\":".repeat(levels);
            verdicts
                .refused(&sample, Some(open.as_bytes()), 400, line)
                .await;
        }
        for bytes in [
            &b"{\"a\":\"\xff\"}"[..],
            b"\xc3\x28",
            b"\xed\xa0\x80",
            b"\xf8\x88\x80\x80\x80",
        ] {
            verdicts
                .refused(&sample, Some(bytes), 400, "body: must be UTF-8")
                .await;
        }
    }
    for sample in routes().into_iter().filter(|sample| sample.body.is_none()) {
        verdicts
            .refused(&sample, Some(b"{}"), 400, "body: must be empty")
            .await;
    }
    verdicts.end(100);
}

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
        let takes_cursor = has_parameter(&sample, "cursor");
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

fn has_parameter(sample: &Sample, name: &str) -> bool {
    let Trigger::Http { describe, .. } = sample.function.trigger else {
        return false;
    };
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut other = SchemaSettings::draft2020_12().into_generator();
    let description = describe(&mut generator, &mut other);
    description.query.as_value()["properties"]
        .get(name)
        .is_some()
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
            verdicts
                .refused(&sample, None, 415, "Content-Type: must be application/json")
                .await;
        }
    }
    verdicts.end(50);
}

#[tokio::test(start_paused = true)]
async fn control_characters() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "control characters");
    for sample in with_body() {
        for place in all_places(&sample) {
            // A password at login is compared, not judged.
            let judged = sample.function.module != "create_session" || place.path != "password";
            let Some(text) = place.value.as_str().filter(|_| judged) else {
                continue;
            };
            for control in ['\u{0}', '\u{7}', '\u{1b}', '\u{7f}'] {
                let sample = changed(&sample, &place.pointer, json!(format!("{text}{control}")));
                verdicts
                    .refused(&sample, None, 422, &format!("{}: ", place.path))
                    .await;
            }
        }
    }
    verdicts.end(80);
}

#[tokio::test(start_paused = true)]
async fn integers_out_of_range() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "integers out of range");
    for sample in with_body() {
        for place in all_places(&sample) {
            if !place.value.is_number() {
                continue;
            }
            for number in [
                "99999999999999999999",
                "-99999999999999999999",
                "9223372036854775808",
                "-9223372036854775808",
                "1e300",
                "4294967296000",
            ] {
                let marked = changed(&sample, &place.pointer, json!("@@"));
                let body = marked.body.map(|body| body.to_string()).unwrap_or_default();
                let body = body.replace("\"@@\"", number);
                // A price may be large; it is the others that must not.
                if place.path.ends_with("amount") && number == "4294967296000" {
                    continue;
                }
                let line = format!("{}: must be", place.path);
                verdicts
                    .refused(&sample, Some(body.as_bytes()), 422, &line)
                    .await;
            }
        }
    }
    verdicts.end(15);
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
    let shop = Shop::open().await;
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
