//! Bodies that must never reach a handler.

use serde_json::{Value, json};

use super::{Verdicts, all_places, changed, needs_body, with_body};
use crate::samples::routes;
use crate::shop::Shop;

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
        // Where nothing in a body is required, none is as good as an empty one.
        if needs_body(&sample) {
            verdicts
                .refused(&sample, Some(b""), 400, "body: is required")
                .await;
        }
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
            // What a patch leaves out stays as it is.
            .filter(|place| sample.method != "PATCH" || place.pointer.matches('/').count() > 1)
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
        for levels in [33, 1_000, 40_000] {
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
        let coded = sample.with_header("content-encoding", Some("gzip"));
        for (sample, body) in [(&sample, "{}"), (&sample, &huge), (&coded, "{}")] {
            verdicts
                .refused(sample, Some(body.as_bytes()), 400, "body: must be empty")
                .await;
        }
    }
    verdicts.end(100);
}

#[tokio::test(start_paused = true)]
async fn control_characters() {
    let shop = Shop::open().await;
    let mut verdicts = Verdicts::of(&shop, "control characters");
    for sample in with_body() {
        for place in all_places(&sample) {
            // A password that is there already is compared, not judged.
            let compared = match sample.function.module {
                "create_session" => place.path == "password",
                _ => place.path == "currentPassword",
            };
            let Some(text) = place.value.as_str().filter(|_| !compared) else {
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
