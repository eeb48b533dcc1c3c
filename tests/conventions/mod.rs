//! What every operation keeps to, tried on every operation there is: the registry lists them, the sample
//! events say how each is called, and the description says what each may answer.

mod failures;
mod preconditions;
mod refusals;
mod representations;

use local::Options;

use crate::contract::undeclared;
use crate::samples::Sample;
use crate::shop::{Answer, Shop};

/// A shop with limits that nobody reaches, so that their headers are there.
async fn limited() -> Shop {
    Shop::with(with_limits("default=1000000/10,strict=1000000/1")).await
}

fn with_limits(rate_limits: &str) -> Options {
    Options {
        demo_orders: true,
        warm: true,
        rate_limits: rate_limits.to_owned(),
        ..Options::for_tests()
    }
}

/// What every answer of an operation says, of whatever status, and that it says only what is declared.
fn is_well_mannered(sample: &Sample, answer: &Answer) {
    says_what_all_say(&sample.name(), answer);
    let left = number(answer, "x-ratelimit-remaining");
    assert!(left < number(answer, "x-ratelimit-limit"), "{answer:?}");
    let state = answer.header("ratelimit").expect("a state");
    assert!(state.contains(&format!(";r={left};t=")), "{state}");
    is_declared(sample, answer);
}

/// The same of a request that could not be counted: what is left is known to nobody.
fn is_well_mannered_uncounted(sample: &Sample, answer: &Answer) {
    says_what_all_say(&sample.name(), answer);
    for header in ["x-ratelimit-remaining", "ratelimit"] {
        assert_eq!(answer.header(header), None, "{}", sample.name());
    }
    is_declared(sample, answer);
}

fn is_declared(sample: &Sample, answer: &Answer) {
    let undeclared = undeclared(sample.function, answer);
    assert!(undeclared.is_empty(), "{}: {undeclared:?}", sample.name());
}

fn says_what_all_say(name: &str, answer: &Answer) {
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
    let limit = number(answer, "x-ratelimit-limit");
    assert_eq!(number(answer, "x-ratelimit-reset") % 60, 0, "{name}");
    let policy = answer.header("ratelimit-policy").expect("a policy");
    assert!(policy.ends_with(&format!(";q={limit};w=60")), "{policy}");
    if answer.status >= 400 {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        let body = answer.json();
        // That the shop is not ready is no failure of the request.
        if body["success"] == true {
            return;
        }
        let status = ["statusCode", "status"].map(|field| body[field].as_u64());
        assert!(
            status.contains(&Some(answer.status.into())),
            "{name}: {body}"
        );
        assert_eq!(body["traceId"].as_str(), Some(trace), "{name}: {body}");
    }
}

fn number(answer: &Answer, header: &str) -> u64 {
    let value = answer.header(header);
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("{header} is {value:?}: {answer:?}"))
}
