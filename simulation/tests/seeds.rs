//! The shop in bad weather, for a few seeds; many more run by the command that docs/simulation.md names.
#![cfg(test)]

use std::sync::atomic::{AtomicU64, Ordering};

use simulation::{MUTANTS, Plan, run, shrink};

const SEEDS: u64 = 50;
const LEAST_ORDERS: usize = 20;

/// Does something for each number, on all the cores there are.
fn for_each(numbers: u64, what: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers {
                        return;
                    }
                    what(number);
                }
            });
        }
    });
}

#[test]
fn nothing_is_lost_in_any_weather() {
    for_each(SEEDS, |seed| {
        let outcome = run(&Plan::of(seed));
        if let Some(broken) = outcome.broken.first() {
            let life = outcome.life(broken).join("\n");
            panic!("seed {seed}: {}: {}\n{life}", broken.rule, broken.how);
        }
        assert!(
            outcome.orders >= LEAST_ORDERS,
            "seed {seed} has {} orders",
            outcome.orders
        );
    });
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for_each(3, |seed| {
        let (one, other) = (run(&Plan::of(seed)), run(&Plan::of(seed)));
        assert_eq!(one.trace, other.trace, "seed {seed}");
        assert!(one.trace.len() > 100, "{:?}", one.trace);
    });
}

/// Planted faults that show in almost any run; the others are looked for by the command.
#[test]
fn what_is_plainly_wrong_is_noticed_at_once() {
    let plain = [
        "stock is taken whether it is there or not",
        "an order's idempotency key is not kept",
        "a message is acknowledged before its work is done",
        "goods leave without an entry in the ledger",
        "the provider's key is not derived from the payment",
        "a confirmed order tells nobody",
    ];
    let mutants: Vec<_> = MUTANTS
        .iter()
        .filter(|mutant| plain.contains(&mutant.name))
        .collect();
    assert_eq!(mutants.len(), plain.len());
    for_each(mutants.len() as u64, |index| {
        let mutant = usize::try_from(index)
            .ok()
            .and_then(|index| mutants.get(index));
        let noticed = (0..20).any(|seed| {
            let plan = Plan {
                mutant: mutant.copied(),
                ..Plan::of(seed)
            };
            !run(&plan).broken.is_empty()
        });
        assert!(noticed, "{mutant:?}");
    });
}

#[test]
fn a_failure_shrinks_to_fewer_orders_and_faults() {
    let plan = Plan {
        orders: 3,
        mutant: MUTANTS
            .iter()
            .find(|mutant| mutant.name == "a confirmed order tells nobody"),
        ..Plan::of(0)
    };
    let (smallest, outcome) = shrink(&plan).expect("it breaks a rule");
    assert_eq!(smallest.orders, 1, "{:?}", outcome.broken);
    assert!(smallest.spared.len() > 10, "{:?}", smallest.spared);
}
