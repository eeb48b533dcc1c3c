//! Moments and the ids made of them.

use std::time::Duration;

use domain::{OrderId, Timestamp};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::given::{Seeded, now};

#[test]
fn reads_rfc_3339_and_nothing_looser() {
    for (text, printed) in [
        ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00.000Z"),
        ("2026-11-20t08:30:00z", "2026-11-20T08:30:00.000Z"),
        ("2026-11-20T08:30:00.123456789Z", "2026-11-20T08:30:00.123Z"),
        ("2026-11-20T08:30:00.9999+02:00", "2026-11-20T06:30:00.999Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(Timestamp::parse(text).unwrap().to_string(), printed);
    }
    for text in [
        "",
        "2026-11-20",
        "2026-11-20T08:30Z",
        "2026-11-20 08:30:00Z",
        "2026-11-20T08:30:00",
        "2026-11-20T08:30:00.Z",
        "2026-11-20T08:30:00.1234567890Z",
        "2026-11-20T08:30:00.12x4Z",
        "2026-1x-20T08:30:00Z",
        "2026-11-20T08:30:00+0x:00",
        "2026-11-20T08:30:00,5Z",
        "2026-11-20T08:30:00+0200",
        "2026-11-20T08:30:00Z[UTC]",
        "2026-13-20T08:30:00Z",
        "2026-02-30T08:30:00Z",
        "2026-11-20T25:30:00Z",
        "0000-01-01T00:00:00Z",
        "-000001-01-01T00:00:00Z",
        "1763627400000",
        "2026-11-20T08:30:00Zé",
    ] {
        assert!(Timestamp::parse(text).is_err(), "{text}");
    }
}

#[test]
fn stops_at_the_ends_of_time() {
    let last = Timestamp::EPOCH.plus(Duration::MAX);
    assert_eq!(last.plus(Duration::from_secs(1)), last);
    assert_eq!(last.to_string(), "9999-12-30T00:00:00.000Z");
    let first = Timestamp::EPOCH.minus(Duration::MAX);
    assert_eq!(first.to_string(), "0001-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::from_millis(i64::MAX), None);
    assert_eq!(first.since(last), Duration::ZERO);
}

#[test]
fn ids_are_uuids_of_version_7_in_one_form_only() {
    let id = OrderId::new(now(), &Seeded::new(7));
    assert_eq!(id.as_uuid().get_version_num(), 7);
    let text = id.to_string();
    assert_eq!(text.len(), 36);
    assert_eq!(OrderId::parse(&text), Ok(id));
    assert_eq!(text.parse(), Ok(id));
    for other in [
        text.replace('-', ""),
        format!("{{{text}}}"),
        format!("urn:uuid:{text}"),
        format!("{text} "),
        text.replace('-', "_"),
        "x".repeat(36),
        String::new(),
    ] {
        assert!(OrderId::parse(&other).is_err(), "{other}");
    }
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
}

const MILLIS: std::ops::Range<i64> = -62_135_596_800_000..253_402_128_000_000;

#[test]
fn what_is_written_is_what_is_printed() {
    assert_eq!(String::from(now()), now().to_string());
}

proptest! {
    #[test]
    fn moments_survive_text_and_sort_like_it(a in MILLIS, b in MILLIS) {
        let (a, b) = (Timestamp::from_millis(a).unwrap(), Timestamp::from_millis(b).unwrap());
        prop_assert_eq!(Timestamp::parse(&a.to_string()), Ok(a));
        prop_assert_eq!(a.to_string().len(), 24);
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn later_is_later_by_as_much(start in MILLIS, millis in 0_u64..1_000_000_000) {
        let start = Timestamp::from_millis(start).unwrap();
        let length = Duration::from_millis(millis);
        let end = start.plus(length);
        if end < Timestamp::EPOCH.plus(Duration::MAX) {
            prop_assert_eq!(end.since(start), length);
            prop_assert_eq!(end.minus(length), start);
        }
    }

    #[test]
    fn ids_sort_by_the_moment_they_were_made(
        first in 0_i64..1 << 47,
        later in 1_i64..1 << 40,
        seed in any::<u64>(),
    ) {
        let entropy = Seeded::new(seed);
        let at = |millis| OrderId::new(Timestamp::from_millis(millis).unwrap(), &entropy);
        prop_assert!(at(first) < at(first + later));
    }

    #[test]
    fn no_text_makes_a_parser_fall_over(text in "\\PC{0,50}") {
        let _ = Timestamp::parse(&text);
        let _ = OrderId::parse(&text);
    }
}
