//! Killed at random in the middle of its work, again and again.
//!
//! `cargo test` kills five times. `SOUK_KILLS` says how often instead, and tells of each kill:
//! `SOUK_KILLS=50 cargo test --locked -p local --test crash -- killed --nocapture`.

use std::time::Duration;

use edge::system::SystemClock;

use crate::alone;
use crate::books::{self, Orders};
use crate::buyers::{Buyers, Placed, Shelf};
use crate::process::Process;

const KILLS: &str = "SOUK_KILLS";
const USUAL_KILLS: usize = 5;
const LEAST_ORDERS: usize = 500;
const LEAST_UNFINISHED: usize = 20;
/// How many orders are placed before a kill, at the least, and how many more at random.
const LEAST_PER_KILL: usize = 40;
const MORE_PER_KILL: usize = 20;
const SLOWEST_RECOVERY: Duration = Duration::from_secs(5);

/// The moment at which the store has died.
struct Kill {
    placed: usize,
    at: String,
    recovery: Duration,
}

#[test]
fn nothing_is_lost_when_the_store_is_killed() {
    let _alone = alone();
    let data = tempfile::tempdir().expect("a folder");
    let count = how_often();
    let per_kill = LEAST_PER_KILL.max(LEAST_ORDERS.div_ceil(count));
    let mut process = Process::start(data.path());
    let shelf = Shelf::stocked_up(&process.web());
    let buyers = Buyers::of(shelf.skus());
    let mut kills: Vec<Kill> = Vec::new();
    for _ in 0..count {
        let enough = buyers.placed().len() + per_kill + fastrand::usize(0..=MORE_PER_KILL);
        let web = process.web();
        let reached = |buyers: &Buyers| buyers.placed().len() >= enough;
        buyers.rush(&web, reached, || process.kill());
        let (placed, at) = (buyers.placed().len(), now_text());
        process = Process::start(data.path());
        let recovery = process.recovery;
        assert!(recovery < SLOWEST_RECOVERY, "it took {recovery:?}");
        kills.push(Kill {
            placed,
            at,
            recovery,
        });
        tell(&format!(
            "kill {:2}: {placed} orders placed, there again after {recovery:?}",
            kills.len()
        ));
    }
    tell("settling");
    let orders = books::settle_and_check(&process.web(), &buyers, &shelf);
    check_unfinished(&buyers.placed(), &orders, &kills);
    let slowest = kills.iter().map(|kill| kill.recovery).max();
    let slowest = slowest.unwrap_or_default();
    tell(&format!(
        "{count} kills, {} orders, all settled; there again after {slowest:?} at the slowest",
        orders.len()
    ));
    assert!(orders.len() >= LEAST_ORDERS, "only {}", orders.len());
}

fn how_often() -> usize {
    std::env::var_os(KILLS).map_or(USUAL_KILLS, |count| {
        let count = count.to_str().and_then(|count| count.parse().ok());
        count.expect("a number of kills")
    })
}

/// Kills in thousands of orders take many minutes: whoever asked for them sees how far they are.
#[expect(
    clippy::print_stderr,
    reason = "this is how a test speaks to a terminal"
)]
fn tell(what: &str) {
    if std::env::var_os(KILLS).is_some() {
        eprintln!("{what}");
    }
}

fn now_text() -> String {
    domain::clock::Clock::now(&SystemClock).to_string()
}

/// How many orders were placed, but not yet confirmed or cancelled, at each kill.
fn check_unfinished(placed: &[Placed], orders: &Orders, kills: &[Kill]) {
    for (number, kill) in (1..).zip(kills) {
        let before = &placed[..kill.placed];
        let unfinished = before
            .iter()
            .filter(|order| settled_after(&orders[&order.id], &kill.at))
            .count();
        tell(&format!("kill {number:2}: {unfinished} unfinished"));
        assert!(
            unfinished >= LEAST_UNFINISHED,
            "only {unfinished} of {} at {}",
            kill.placed,
            kill.at
        );
    }
}

fn settled_after(order: &serde_json::Value, at: &str) -> bool {
    let timeline = order["timeline"].as_array().expect("a timeline");
    timeline.iter().any(|entry| {
        let kind = entry["type"].as_str().unwrap_or_default();
        matches!(kind, "confirmed" | "cancelled") && entry["at"].as_str().unwrap_or_default() > at
    })
}
