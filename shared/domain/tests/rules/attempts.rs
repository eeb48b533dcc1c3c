//! Passwords can be tried a few times, and strangers cannot keep the owner out.

use std::time::Duration;

use domain::Timestamp;
use domain::attempts::{
    Attempts, Budget, MOST, MOST_FROM_ONE, MOST_KNOWN, TooMany, WINDOW, met, network,
};
use proptest::prelude::{prop, prop_assert, proptest};

use crate::given::now;

fn after(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

/// Tries as often as there is something to try, each as early as it may be.
fn exhaust(budget: Budget, from: &str) -> (Attempts, Vec<u64>, Timestamp) {
    let (mut attempts, mut at, mut pauses) = (Attempts::default(), now(), Vec::new());
    loop {
        match attempts.reserve(budget, from, at) {
            Ok(reserved) => attempts = reserved.attempts.failed(from, at),
            Err(TooMany { until }) if until.since(now()) >= WINDOW => {
                return (attempts, pauses, at);
            }
            Err(TooMany { until }) => {
                pauses.push(until.since(at).as_secs());
                at = until;
            }
        }
    }
}

#[test]
fn one_foreign_address_has_five_tries_with_growing_pauses() {
    let (attempts, pauses, last) = exhaust(Budget::Foreign, "eve");
    assert_eq!(attempts.tries.len(), MOST_FROM_ONE);
    assert_eq!(pauses, [2, 4]);
    assert_eq!(
        attempts.reserve(Budget::Foreign, "eve", last),
        Err(TooMany {
            until: now().plus(WINDOW)
        })
    );
    // The owner, from wherever they are, is not kept out by it.
    assert!(attempts.reserve(Budget::Foreign, "ada", last).is_ok());
    assert!(
        attempts
            .reserve(Budget::Foreign, "eve", now().plus(WINDOW))
            .is_ok()
    );
}

#[test]
fn a_known_address_has_ten_tries_with_growing_pauses() {
    let (attempts, pauses, _) = exhaust(Budget::Known, "home");
    assert_eq!(attempts.tries.len(), MOST);
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128]);
}

#[test]
fn what_is_used_up_by_many_is_reported_once_in_a_window() {
    let mut attempts = Attempts::default();
    let mut reports = Vec::new();
    for second in 0..3_000 {
        let from = format!("eve {second}");
        if let Ok(reserved) = attempts.reserve(Budget::Foreign, &from, after(second)) {
            attempts = reserved.attempts;
            if reserved.to_report {
                reports.push(second);
            }
        }
    }
    assert_eq!(reports, [9, 909, 1809, 2709]);
}

#[test]
fn tries_that_are_still_looked_at_make_nobody_wait() {
    let mut attempts = Attempts::default();
    for _ in 0..MOST_FROM_ONE {
        let reserved = attempts.reserve(Budget::Foreign, "ada", now()).unwrap();
        attempts = reserved.attempts;
    }
    assert!(attempts.reserve(Budget::Foreign, "ada", now()).is_err());
}

#[test]
fn success_forgives_the_failures_of_its_address_alone() {
    let mut attempts = Attempts::default();
    for from in ["ada", "ada", "eve", "ada"] {
        attempts = attempts
            .reserve(Budget::Foreign, from, now())
            .unwrap()
            .attempts;
    }
    let cleared = attempts.cleared("ada");
    assert_eq!(cleared.tries.len(), 1);
    assert_eq!(cleared.tries[0].from, "eve");
    assert_eq!(cleared.version, attempts.version + 1);
    assert_eq!(cleared.expires_at(), now().plus(WINDOW));
}

#[test]
fn the_last_address_met_comes_first_and_the_oldest_is_forgotten() {
    let mut known = Vec::new();
    for number in 0..=MOST_KNOWN {
        known = met(&known, &number.to_string());
    }
    assert_eq!(known.len(), MOST_KNOWN);
    assert!(!known.contains(&"0".to_owned()));
    let again = met(&known, "3");
    assert_eq!(again[0], "3");
    assert_eq!(again.len(), MOST_KNOWN);
}

#[test]
fn an_ipv6_network_counts_as_one_address() {
    assert_eq!(network("203.0.113.9"), "203.0.113.9");
    assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
    assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    assert_eq!(
        network("2001:db8:1:2::1"),
        network("2001:DB8:1:2:ffff:ffff:ffff:ffff")
    );
    assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    assert_eq!(network("somewhere"), "somewhere");
}

#[test]
fn every_change_counts() {
    let reserved = |attempts: &Attempts| {
        let reserved = attempts.reserve(Budget::Known, "home", now()).unwrap();
        reserved.attempts
    };
    let first = reserved(&Attempts::default());
    assert_eq!(first.version, Attempts::default().version + 1);
    let failed = first.failed("home", now());
    assert_eq!(failed.version, first.version + 1);
    assert_eq!(failed.failed("home", now()).version, first.version + 2);
    let (attempts, _, _) = exhaust(Budget::Known, "home");
    assert_eq!(attempts.version, 2 * MOST as u64);
}

proptest! {
    #[test]
    fn no_window_sees_more_tries_than_its_budget(
        steps in prop::collection::vec((0_u64..200, 0_u8..4, 0_u8..8), 1..150),
        known in proptest::bool::ANY,
    ) {
        let budget = if known { Budget::Known } else { Budget::Foreign };
        let mut attempts = Attempts::default();
        let mut granted: Vec<(Timestamp, String)> = Vec::new();
        let mut second = 0;
        for (wait, from, luck) in steps {
            second += wait;
            let at = after(second);
            let from = if known { "home".to_owned() } else { from.to_string() };
            match attempts.reserve(budget, &from, at) {
                Ok(reserved) if luck == 1 => attempts = reserved.attempts,
                Ok(reserved) => attempts = reserved.attempts.failed(&from, at),
                Err(TooMany { until }) => {
                    prop_assert!(until > at, "a refusal says when to come back");
                    continue;
                }
            }
            if luck == 0 && known {
                // Right: what came before from here is forgiven.
                attempts = attempts.cleared(&from);
                granted.clear();
                continue;
            }
            granted.push((at, from.clone()));
            let recent = granted.iter().filter(|(when, _)| at < when.plus(WINDOW));
            let (mut all, mut own) = (0, 0);
            for (_, who) in recent {
                all += 1;
                own += usize::from(*who == from);
            }
            prop_assert!(all <= MOST);
            let most_of_own = if known { MOST } else { MOST_FROM_ONE };
            prop_assert!(own <= most_of_own);
            prop_assert!(attempts.tries.len() <= MOST);
        }
    }
}
