//! Answers of every status that can be brought about by generation: each says what answers say, and is
//! declared.

use edge::route::{Auth, Caching};
use serde_json::{Value, json};

use super::{is_well_mannered, limited, number, says_what_all_say, with_limits};
use crate::contract::{declares, declaring};
use crate::garbage::{all_places, changed};
use crate::samples::{Names, Sample, applied_to, routes, those};
use crate::shop::Shop;

/// Just too large for a body.
const TOO_MANY_BYTES: usize = 256 * 1024 + 1;

#[tokio::test(start_paused = true)]
async fn every_answer_says_what_answers_say() {
    let shop = limited().await;
    for sample in routes() {
        let name = sample.name();
        let done = sample.sent(&shop).await;
        assert!(done.status < 300, "{name}: {done:?}");
        is_well_mannered(&sample, &done);
        let expected = match sample.route().caching {
            Caching::NoStore => "no-store".to_owned(),
            Caching::Revalidate => "private, no-cache".to_owned(),
            Caching::Public(seconds) => format!("public, max-age={seconds}"),
        };
        let caching = done.header("cache-control");
        assert_eq!(caching, Some(expected.as_str()), "{name}");
        // An undeclared parameter is a 400 everywhere, a token that is none a 401 where one is read.
        let odd = sample.asking("surely-undeclared=1").sent(&shop).await;
        assert_eq!(odd.status, 400, "{name}: {odd:?}");
        is_well_mannered(&sample, &odd);
        let forged = sample.with_header("authorization", Some("Bearer none"));
        let forged = forged.sent(&shop).await;
        if sample.route().auth != Auth::Open {
            assert_eq!(forged.status, 401, "{name}: {forged:?}");
            is_well_mannered(&sample, &forged);
        }
    }
}

/// The sample of somebody whom its route does not let in: a key that allows nothing of the kind, or a
/// cookie that a foreign page has sent.
fn by_whom_it_is_refused(sample: &Sample, key: &str) -> Option<Sample> {
    match sample.route().auth {
        Auth::SignedIn | Auth::Mine(_) | Auth::Owner(_) | Auth::Staff(_) => {
            Some(sample.with_header("authorization", Some(&format!("Bearer {key}"))))
        }
        Auth::Open if declares(sample.function, 403) => {
            let mut foreign = sample
                .with_header("cookie", Some("souk_refresh=rt_x"))
                .with_header("origin", Some("https://evil.example"));
            foreign.body = Some(json!({}));
            Some(foreign)
        }
        Auth::Open | Auth::Anyone => None,
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_is_told_so_in_the_same_manner() {
    let shop = limited().await;
    let key = shop.key_with(&["content:publish"]).await;
    let mut applied = Names::new();
    for sample in routes() {
        let Some(sample) = by_whom_it_is_refused(&sample, &key) else {
            continue;
        };
        let refused = sample.sent(&shop).await;
        assert_eq!(refused.status, 403, "{}: {refused:?}", sample.name());
        is_well_mannered(&sample, &refused);
        applied.insert(sample.name());
    }
    let what_it_asks_for = "whether somebody may depends on what they ask for, not on who they are";
    applied_to(
        &applied,
        declaring(403),
        &[
            ("carts-create-cart", what_it_asks_for),
            ("carts-delete-cart", what_it_asks_for),
            ("carts-delete-cart-coupon", what_it_asks_for),
            ("carts-delete-cart-item", what_it_asks_for),
            ("carts-get-cart", what_it_asks_for),
            ("carts-merge-carts", what_it_asks_for),
            ("carts-put-cart-coupon", what_it_asks_for),
            ("carts-put-cart-item", what_it_asks_for),
            ("carts-put-cart-shipping", what_it_asks_for),
            ("catalog-get-category", what_it_asks_for),
            ("catalog-get-category-by-slug", what_it_asks_for),
            ("catalog-get-product", what_it_asks_for),
            ("catalog-get-product-by-slug", what_it_asks_for),
            ("catalog-list-categories", what_it_asks_for),
            ("catalog-list-products", what_it_asks_for),
            ("inventory-get-level", what_it_asks_for),
            ("orders-create-order", what_it_asks_for),
            ("payments-receive-webhook", what_it_asks_for),
            ("pricing-preview-price", what_it_asks_for),
            ("users-register-user", what_it_asks_for),
            ("users-verify-email", what_it_asks_for),
        ],
    );
}

/// The sample with the first character changed of whatever names something: the object then is none.
fn of_what_is_not_there(sample: &Sample) -> Option<Sample> {
    let other = |text: &str| format!("9{}", text.get(1..).unwrap_or_default());
    let route = sample.route();
    let mut elsewhere = sample.clone();
    if route.parameters().is_empty() {
        let body = elsewhere.body.as_mut()?.as_object_mut()?;
        let (_, named) = body
            .iter_mut()
            .find(|(name, _)| ["orderId", "token"].contains(&name.as_str()))?;
        *named = other(named.as_str()?).into();
        return Some(elsewhere);
    }
    let full = route.full_path();
    let (path, query) = sample.path.split_once('?').unwrap_or((&sample.path, ""));
    let segments: Vec<String> = full
        .split('/')
        .zip(path.split('/'))
        .map(|(declared, given)| match declared.starts_with('{') {
            true => other(given),
            false => given.to_owned(),
        })
        .collect();
    Some(elsewhere.at(&format!("{}?{query}", segments.join("/"))))
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_404_in_the_same_manner() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in routes() {
        let Some(sample) = of_what_is_not_there(&sample) else {
            continue;
        };
        let missed = sample.sent(&shop).await;
        assert_eq!(missed.status, 404, "{}: {missed:?}", sample.name());
        is_well_mannered(&sample, &missed);
        applied.insert(sample.name());
    }
    applied_to(&applied, declaring(404), &[]);
}

#[tokio::test(start_paused = true)]
async fn a_body_beyond_the_bound_is_413_in_the_same_manner() {
    let shop = limited().await;
    for mut sample in routes() {
        sample.body = Some(json!("x".repeat(TOO_MANY_BYTES)));
        let refused = sample.sent(&shop).await;
        // Where no body is taken at all, it need not be too large.
        let expected = match declares(sample.function, 413) {
            true => 413,
            false => 400,
        };
        assert_eq!(refused.status, expected, "{}", sample.name());
        is_well_mannered(&sample, &refused);
    }
}

/// The sample with a bell in one of its texts, which no rule allows. Passwords that are compared are
/// judged by no rule.
fn against_a_rule(sample: &Sample) -> Option<Sample> {
    if crate::garbage::schema(sample)["additionalProperties"] == true {
        return None;
    }
    let judged = all_places(sample).into_iter().find(|place| {
        let compared = place.path == "currentPassword" || place.path == "password";
        place.value.is_string() && !compared
    })?;
    let text = judged.value.as_str()?;
    let belled = json!(format!("{text}\u{7}"));
    Some(changed(sample, &judged.pointer, belled))
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_rule_is_422_in_the_same_manner() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in routes() {
        let Some(sample) = against_a_rule(&sample) else {
            continue;
        };
        let refused = sample.sent(&shop).await;
        assert_eq!(refused.status, 422, "{}: {refused:?}", sample.name());
        assert_eq!(refused.code(), "validation_failed", "{}", sample.name());
        is_well_mannered(&sample, &refused);
        applied.insert(sample.name());
    }
    let of_the_query = "it takes no body; what it names in its query may not be there";
    let no_text = "nothing in its body is a text";
    applied_to(
        &applied,
        declaring(422),
        &[
            ("catalog-list-categories", of_the_query),
            ("catalog-list-products", of_the_query),
            ("carts-put-cart-item", no_text),
            ("inventory-configure-level", no_text),
            ("notifications-change-notification", no_text),
            ("notifications-replace-preferences", no_text),
            (
                "payments-receive-webhook",
                "what is taken as it was sent is judged by its signature",
            ),
            ("payments-void-payment", "it takes no body"),
        ],
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_answered_in_the_same_manner() {
    let shop = limited().await;
    let mut taken = Names::new();
    for sample in routes() {
        let name = sample.name();
        sample.sent(&shop).await;
        let again = sample.with_header("idempotency-key", Some("another-key"));
        let again = again.sent(&shop).await;
        assert!(again.status < 500, "{name}: {again:?}");
        is_well_mannered(&sample, &again);
        if again.status == 409 {
            taken.insert(name);
        }
    }
    let once_and_no_more = [
        "catalog-create-category",
        "catalog-create-product",
        "orders-cancel-order",
        "payments-create-payment",
        "payments-void-payment",
        "pricing-create-promotion",
        "users-register-user",
    ];
    assert_eq!(taken, once_and_no_more.map(str::to_owned).into());
}

#[tokio::test(start_paused = true)]
async fn one_request_too_many_is_429_in_the_same_manner() {
    let shop = Shop::with(with_limits("default=1/1,strict=1/1")).await;
    for sample in routes() {
        let name = sample.name();
        sample.sent(&shop).await;
        let refused = sample.sent(&shop).await;
        assert_eq!(refused.status, 429, "{name}: {refused:?}");
        assert_eq!(refused.code(), "rate_limited", "{name}");
        let wait = number(&refused, "retry-after");
        assert!((1..=60).contains(&wait), "{name}: {wait}");
        is_well_mannered(&sample, &refused);
    }
}

#[tokio::test(start_paused = true)]
async fn options_tell_the_methods_and_others_are_405() {
    let shop = limited().await;
    for sample in routes() {
        let (name, path) = (sample.name(), sample.path.as_str());
        let options = shop.anybody().ask("OPTIONS", path).send().await;
        assert_eq!(options.status, 204, "{name}: {options:?}");
        says_what_all_say(&name, &options);
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
                is_well_mannered(&sample, &refused);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_client_cannot_take_is_406_and_what_we_cannot_read_415() {
    let shop = limited().await;
    let (mut answers, mut bodies) = (Names::new(), Names::new());
    for sample in routes() {
        let name = sample.name();
        if !sample.route().produces.contains(&"*/*") {
            let odd = sample.with_header("accept", Some("image/png, application/xml;q=0.9"));
            let odd = odd.sent(&shop).await;
            assert_eq!(odd.status, 406, "{name}: {odd:?}");
            assert_eq!(odd.code(), "not_acceptable", "{name}");
            is_well_mannered(&sample, &odd);
            answers.insert(name.clone());
        }
        if sample.body.is_some() {
            // What is taken as it was sent is of whatever type its sender says.
            let as_sent = crate::garbage::schema(&sample)["additionalProperties"] == true;
            for (header, value) in [
                ("content-type", "application/xml"),
                ("content-encoding", "gzip"),
            ] {
                if as_sent && header == "content-type" {
                    continue;
                }
                let odd = sample.with_header(header, Some(value)).sent(&shop).await;
                assert_eq!(odd.status, 415, "{name}: {odd:?}");
                assert_eq!(odd.code(), "unsupported_media_type", "{name}");
                is_well_mannered(&sample, &odd);
            }
            bodies.insert(name);
        }
    }
    assert_eq!(answers, declaring(406));
    assert_eq!(bodies, those(takes_a_body));
}

/// Whether the description of an operation has a body.
fn takes_a_body(sample: &Sample) -> bool {
    !crate::garbage::schema(sample).is_null()
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_problems_gets_problems() {
    let shop = limited().await;
    for sample in routes() {
        let name = sample.name();
        let asking = |accept| {
            sample
                .with_header("accept", Some(accept))
                .asking("surely-undeclared=1")
        };
        // Where successes come in other media types, problems alone are too little to take.
        let alone = match sample
            .route()
            .produces
            .iter()
            .any(|one| *one == "*/*" || *one == "application/problem+json")
        {
            true => (400, "invalid_request"),
            false => (406, "not_acceptable"),
        };
        for (accept, (status, code)) in [
            ("application/problem+json", alone),
            (
                "application/problem+json, */*;q=0.1",
                (400, "invalid_request"),
            ),
        ] {
            let odd = asking(accept).sent(&shop).await;
            assert_eq!(odd.status, status, "{name}: {odd:?}");
            let media_type = odd.header("content-type");
            assert_eq!(media_type, Some("application/problem+json"), "{name}");
            is_well_mannered(&sample, &odd);
            let problem = odd.json();
            assert_eq!(problem["status"], status, "{name}");
            assert_eq!(problem["code"], code, "{name}");
            for field in ["type", "title", "detail"] {
                assert!(problem[field].is_string(), "{name}: {problem}");
            }
            assert!(!odd.errors().is_empty(), "{name}: {problem}");
            assert_eq!(problem["traceId"].as_str(), odd.header("x-trace-id"));
            assert_eq!(problem["success"], Value::Null, "{name}: {problem}");
        }
        let enveloped = asking("application/json, application/problem+json;q=0.5, */*;q=0.1");
        let enveloped = enveloped.sent(&shop).await;
        let media_type = enveloped.header("content-type");
        assert_eq!(media_type, Some("application/json"), "{name}");
    }
}
