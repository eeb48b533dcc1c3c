//! Runs many seeds, or plants faults and looks how soon they are noticed.
//!
//! `cargo run --release -p simulation -- [SEEDS [FIRST]]` runs seeds; `-- mutants [SEEDS [WORD]]` plants
//! the mutants one by one, or those with a word in their names, and prints which seed notices each;
//! `-- trace SEED` shows what happens in a run, `-- shrink SEED` the smallest run found that breaks the
//! same rule. `-- sale [PIECES [RATE [SHARDS...]]]` sells one SKU at a rate of orders a second, on a
//! DynamoDB with its limits.
#![expect(
    clippy::print_stdout,
    reason = "this is how a program speaks to a terminal"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use simulation::{Kind, MUTANTS, Mutant, Outcome, Plan, Points, Sale, run, shrink};

/// How many seeds run unless told.
const SEEDS: u64 = 10_000;
/// How many of the points are named at which nobody died.
const MOST_SHOWN: usize = 40;
/// How many seeds a mutant is tried with unless told.
const MOST_TRIES: u64 = 1_000;
/// What is sold in a flash sale unless told, at how many orders a second, from how many shards.
const PIECES: u64 = 50_000;
const RATE: u64 = 10_000;
const SHARDS: [u16; 5] = [0, 16, 64, 256, 1_000];
/// How many partitions of a sale are named.
const BUSIEST: usize = 12;
/// The page that has the table of mutants, and where in it.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/simulation.md");
const TABLE_BEGINS: &str = "<!-- mutants: written by the run -->";
const TABLE_ENDS: &str = "<!-- end of mutants -->";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, fallback: u64| {
        let given = arguments.get(index);
        given.and_then(|text| text.parse().ok()).unwrap_or(fallback)
    };
    let is_well = match arguments.first().map(String::as_str) {
        Some("mutants") => hunt(number(1, MOST_TRIES), arguments.get(2)),
        Some("trace") => show(&run(&Plan::of(number(1, 0)))),
        Some("shrink") => smallest(number(1, 0)),
        Some("sale") => {
            let shards = arguments
                .iter()
                .skip(3)
                .map(|text| text.parse().unwrap_or(0));
            sell(number(1, PIECES), number(2, RATE), shards.collect())
        }
        _ => all(number(0, SEEDS), number(1, 0)),
    };
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Sells `pieces`, and a tenth more is asked for, from more and more shards.
fn sell(pieces: u64, rate: u64, shards: Vec<u16>) -> bool {
    let whole = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let shards = if shards.is_empty() {
        SHARDS.to_vec()
    } else {
        shards
    };
    let mut busiest = Vec::new();
    let mut is_well = true;
    println!(
        "| shards | orders | refused | gave up | held | left | seconds | orders a second | median wait | 1 in 100 | conflicts | throttled | calls |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for shards in shards {
        let sale = Sale {
            pieces: whole(pieces),
            buyers: whole(pieces + pieces / 10),
            rate: whole(rate),
            shards,
        };
        let sold = sale.hold();
        let [median, slow] = sold.waited;
        println!(
            "| {shards} | {} | {} | {} | {} | {} | {:.2} | {:.0} | {:.2} s | {:.2} s | {} | {} | {} |",
            sold.orders,
            sold.refused,
            sold.gave_up,
            sold.held,
            sold.left,
            sold.took.as_secs_f64(),
            sold.rate(),
            median.as_secs_f64(),
            slow.as_secs_f64(),
            sold.borne.conflicts,
            sold.borne.throttled,
            sold.borne.calls,
        );
        busiest.push((shards, sold.loads));
        is_well &= sold.orders == sale.pieces && sold.held == sold.orders && sold.left == 0;
    }
    for (shards, loads) in busiest {
        println!("\nasked for most, with {shards} shards:");
        for load in loads.iter().take(BUSIEST) {
            println!(
                "  {:?} units of {}: {:.0} in the busiest second, {:.0} in all; {} times refused",
                load.unit, load.name, load.peak, load.total, load.refused
            );
        }
    }
    is_well
}

/// What came of many runs.
#[derive(Default)]
struct Sum {
    runs: u64,
    orders: usize,
    fewest: Option<usize>,
    faults: BTreeMap<Kind, u64>,
    points: Points,
    broken: Vec<u64>,
}

impl Sum {
    fn add(&mut self, seed: u64, outcome: &Outcome) {
        self.runs += 1;
        self.orders += outcome.orders;
        let fewest = self
            .fewest
            .map_or(outcome.orders, |few| few.min(outcome.orders));
        self.fewest = Some(fewest);
        for (kind, times) in &outcome.faults {
            *self.faults.entry(*kind).or_default() += times;
        }
        self.points.add(&outcome.points);
        if let Some(first) = outcome.broken.first() {
            self.broken.push(seed);
            println!("seed {seed}: {}: {}", first.rule, first.how);
            println!("  see it again with: trace {seed}, or smaller with: shrink {seed}");
            for line in outcome.life(first) {
                println!("  {line}");
            }
        }
    }
}

fn all(count: u64, first: u64) -> bool {
    let began = Instant::now();
    let next = AtomicU64::new(first);
    let sum = Mutex::new(Sum::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return;
            }
            let outcome = lived(seed);
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.add(seed, &outcome);
            if sum.runs.is_multiple_of(100) {
                let took = began.elapsed().as_secs();
                println!("{} of {count} runs after {took} s", sum.runs);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(work);
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    report(&sum, began.elapsed().as_secs());
    sum.broken.is_empty()
}

/// The run of a seed, told in full if it broke a rule.
fn lived(seed: u64) -> Outcome {
    let outcome = run(&untold(seed));
    match outcome.broken.is_empty() {
        true => outcome,
        false => run(&Plan::of(seed)),
    }
}

fn untold(seed: u64) -> Plan {
    Plan {
        is_traced: false,
        ..Plan::of(seed)
    }
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn report(sum: &Sum, took: u64) {
    println!(
        "{} runs in {took} s; {} orders, {} at least in each; {} runs broke a rule {:?}",
        sum.runs,
        sum.orders,
        sum.fewest.unwrap_or(0),
        sum.broken.len(),
        sum.broken
    );
    for kind in Kind::ALL {
        let times = sum.faults.get(&kind).copied().unwrap_or(0);
        println!("{times:>9}  {kind:?}");
    }
    let Points { reached, died } = &sum.points;
    println!(
        "functions died at {} of the {} points they reached",
        died.len(),
        reached.len()
    );
    for spared in reached.difference(died).take(MOST_SHOWN) {
        println!("           never at {spared}");
    }
}

fn show(outcome: &Outcome) -> bool {
    for line in &outcome.trace {
        println!("{line}");
    }
    outcome.broken.is_empty()
}

fn smallest(seed: u64) -> bool {
    let Some((plan, outcome)) = shrink(&Plan::of(seed)) else {
        println!("seed {seed} breaks no rule");
        return true;
    };
    println!("{} orders each; spared: {:?}", plan.orders, plan.spared);
    show(&outcome)
}

/// By which run a mutant is noticed, and by what.
struct Noticed {
    mutant: &'static Mutant,
    by: Option<(u64, &'static str)>,
}

impl Noticed {
    fn row(&self) -> String {
        let name = self.mutant.name;
        match self.by {
            Some((seed, rule)) => format!("| {name} | {seed} | {rule} |"),
            None => format!("| {name} | not noticed | |"),
        }
    }
}

/// How soon each mutant is noticed, or those alone whose names have a word in them. When all have had their
/// thousand tries, the table goes into the docs.
fn hunt(tries: u64, word: Option<&String>) -> bool {
    let is_wanted = |mutant: &&Mutant| word.is_none_or(|word| mutant.name.contains(word.as_str()));
    let mutants: Vec<&'static Mutant> = MUTANTS.iter().filter(is_wanted).collect();
    let all: Mutex<BTreeMap<usize, Noticed>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(index).copied() else {
                return;
            };
            let noticed = Noticed {
                mutant,
                by: (0..tries).find_map(|seed| Some((seed, first_broken(mutant, seed)?))),
            };
            println!("{}", noticed.row());
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(index, noticed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(work);
        }
    });
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let are_all_noticed = all.values().all(|noticed| noticed.by.is_some());
    let is_partial = tries < MOST_TRIES || word.is_some();
    let is_written = is_partial || write_down(&all);
    are_all_noticed && is_written
}

/// The first rule that a mutant breaks in a run that breaks none without it.
fn first_broken(mutant: &'static Mutant, seed: u64) -> Option<&'static str> {
    let plan = Plan {
        mutant: Some(mutant),
        ..untold(seed)
    };
    let rule = run(&plan).broken.first()?.rule;
    run(&untold(seed)).broken.is_empty().then_some(rule)
}

/// Puts the table of mutants into the page about the simulation.
fn write_down(all: &BTreeMap<usize, Noticed>) -> bool {
    let rows: Vec<String> = all.values().map(Noticed::row).collect();
    let table = format!(
        "{TABLE_BEGINS}\n| planted fault | first seed that notices it | by the rule |\n|---|---|---|\n{}\n{TABLE_ENDS}",
        rows.join("\n")
    );
    let Ok(page) = std::fs::read_to_string(PAGE) else {
        println!("{PAGE} cannot be read");
        return false;
    };
    let parts = page.split_once(TABLE_BEGINS).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(TABLE_ENDS)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        println!("{PAGE} has no place for the table");
        return false;
    };
    std::fs::write(PAGE, format!("{before}{table}{after}")).is_ok()
}
