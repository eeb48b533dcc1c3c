//! What goes wrong: drawn anew for every call, invocation and delivery, and counted.

mod kind;
mod points;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use local::InvokeError;
use local::aws::{At, Delivery, Fate, Fault, Faults};
use serde_json::Value;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::mutants::Mutant;
use crate::run::Plan;
use crate::trace::Trace;
use crate::versions;

pub use kind::Kind;
pub use points::{Point, Points};

/// The longest that a call is on its way: longer than anybody waits for it.
const SLOWEST: Duration = Duration::from_secs(4);
const LATEST_START: Duration = Duration::from_secs(3);
const LATEST_MESSAGES: Duration = Duration::from_secs(20);
/// How far two clocks may be apart: as far as tokens may be early.
const SKEW_MS: u32 = 2_000;
/// When a service may be down, and for how long at most: within the time in which people shop.
const DOWN_WITHIN: Duration = Duration::from_secs(60);
const DOWN_FOR: Duration = Duration::from_secs(40);

/// A function that comes to a point where none was before in the run dies there once in a thousand times for
/// each so many points that were come to before, once before the call and once after it. What comes up late is
/// seldom reached at all, and would hardly ever be where one dies otherwise.
const POINTS_A_DEATH: usize = 4;

/// A time in which a service is down.
#[derive(Debug, Clone, Copy)]
struct Outage {
    from: Duration,
    until: Duration,
}

impl Outage {
    /// In three runs of ten there is one.
    fn drawn(chance: &Chance) -> Option<Self> {
        let from = chance.up_to(DOWN_WITHIN);
        let until = from + chance.up_to(DOWN_FOR);
        chance.per_mille(300).then_some(Self { from, until })
    }
}

/// The weather of one run.
pub(crate) struct Weather {
    is_on: AtomicBool,
    chance: Chance,
    /// What does not go wrong in this run.
    spared: BTreeSet<Kind>,
    began: Instant,
    provider_down: Option<Outage>,
    mail_down: Option<Outage>,
    counts: Mutex<BTreeMap<Kind, u64>>,
    points: Mutex<Points>,
    /// Which consumers dealt with which events, and how often.
    handled: Mutex<BTreeMap<(String, String), u32>>,
    /// How often each function was struck at each operation.
    struck: Mutex<BTreeMap<(String, String), u64>>,
    mutant: Option<&'static Mutant>,
    trace: Arc<Trace>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Weather {
    pub(crate) fn new(plan: &Plan, trace: Arc<Trace>) -> Self {
        let outages = Chance::new(plan.seed, "outages");
        Self {
            is_on: AtomicBool::new(false),
            chance: Chance::new(plan.seed, "weather"),
            spared: plan.spared.clone(),
            began: Instant::now(),
            provider_down: Outage::drawn(&outages),
            mail_down: Outage::drawn(&outages),
            counts: Mutex::default(),
            points: Mutex::default(),
            handled: Mutex::default(),
            struck: Mutex::default(),
            mutant: plan.mutant,
            trace,
        }
    }

    /// Lets things go wrong from now on, or no more.
    pub(crate) fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    /// Whether something that happens so often in a thousand times happens now; it is counted.
    pub(crate) fn strikes(&self, kind: Kind, per_mille: u32) -> bool {
        let strikes =
            self.is_on() && self.chance.per_mille(per_mille) && !self.spared.contains(&kind);
        if strikes {
            self.count(kind);
        }
        strikes
    }

    fn count(&self, kind: Kind) {
        *locked(&self.counts).entry(kind).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<Kind, u64> {
        locked(&self.counts).clone()
    }

    pub(crate) fn points(&self) -> Points {
        locked(&self.points).clone()
    }

    /// Which consumers dealt with which events, and how often.
    pub(crate) fn handled(&self) -> BTreeMap<(String, String), u32> {
        locked(&self.handled).clone()
    }

    /// How often a function was struck at an operation.
    pub(crate) fn struck(&self, function: &str, operation: &str) -> u64 {
        let at = (function.to_owned(), operation.to_owned());
        locked(&self.struck).get(&at).copied().unwrap_or(0)
    }

    /// Whether a service is down that the call is made to.
    fn outage(&self, at: &At<'_>) -> Option<(Kind, Fault)> {
        let now = self.began.elapsed();
        let is_down = |outage: Option<Outage>| {
            outage.is_some_and(|outage| (outage.from..outage.until).contains(&now))
        };
        if is_books(at) && is_down(self.provider_down) {
            return Some((Kind::ProviderDown, Fault::Drop));
        }
        if at.operation == "SendEmail" && is_down(self.mail_down) {
            return Some((Kind::MailDown, Fault::InternalError));
        }
        None
    }

    fn fault(&self, at: &At<'_>) -> Option<(Kind, Fault)> {
        let late = self.chance.up_to(SLOWEST);
        let dice = self.chance.below(1_000);
        if at.operation == "UpdateItem" && is_books(at) && dice < 30 {
            return Some((Kind::ProviderSilent, Fault::LoseReply));
        }
        Some(match dice {
            0..20 if at.operation.starts_with("Transact") => (Kind::Conflict, Fault::Conflict),
            20..23 => (Kind::Throttled, Fault::Throttled),
            23..25 => (Kind::InternalError, Fault::InternalError),
            25..29 => (Kind::RequestLost, Fault::Drop),
            29..36 => (Kind::ReplyLost, Fault::LoseReply),
            36..38 => (Kind::Slow, Fault::Slow(late)),
            38..40 => (Kind::Slow, Fault::SlowReply(late)),
            40..42 => (Kind::DeathBefore, Fault::DieBefore),
            42..45 => (Kind::DeathAfter, Fault::DieAfter),
            _ => return None,
        })
    }

    /// What befalls whoever comes first to a point, when so many are known already.
    fn first(&self, known: usize) -> Option<(Kind, Fault)> {
        let dice = self.chance.below(1_000) as usize;
        let deaths = known / POINTS_A_DEATH;
        if dice < deaths {
            return Some((Kind::DeathBefore, Fault::DieBefore));
        }
        (dice < 2 * deaths).then_some((Kind::DeathAfter, Fault::DieAfter))
    }
}

impl Faults for Weather {
    fn before(&self, _: &str, _: &str) -> Fault {
        Fault::None
    }

    fn befalls(&self, at: &At<'_>) -> Fault {
        // The store's own hands, and pollers, are nobody's function.
        if !self.is_on() || !at.function.contains('-') {
            return Fault::None;
        }
        let by_chance = self.fault(at);
        let point = Point::before(at);
        let known = locked(&self.points).come_to(&point);
        let at_first = known.and_then(|known| self.first(known));
        let struck = self.outage(at).or(at_first).or(by_chance);
        let struck = struck.filter(|(kind, _)| !self.spared.contains(kind));
        if let Some((kind, _)) = struck {
            self.count(kind);
            self.trace.fault(kind, at);
            let place = (at.function.to_owned(), at.operation.to_owned());
            *locked(&self.struck).entry(place).or_default() += 1;
        }
        let fault = struck.map_or(Fault::None, |(_, fault)| fault);
        locked(&self.points).pass(point, fault);
        fault
    }

    fn sent(&self, at: &At<'_>, _: Fault, body: Bytes) -> Bytes {
        let Some(mutant) = self.mutant else {
            return body;
        };
        let changed = serde_json::from_slice::<Value>(&body)
            .ok()
            .and_then(|asked| (mutant.sends)(at, asked));
        match changed {
            Some(changed) => changed.to_string().into(),
            None => body,
        }
    }

    fn fate(&self, _: &str) -> Fate {
        let late = match self.strikes(Kind::LateStart, 10) {
            true => self.chance.up_to(LATEST_START),
            false => Duration::ZERO,
        };
        Fate {
            late,
            twice: self.strikes(Kind::RunTwice, 5),
            unheard: self.strikes(Kind::AnswerLost, 5),
        }
    }

    fn handed(&self, function: &str, event: String) -> String {
        if function.ends_with("settle-payment") && self.strikes(Kind::OldEvent, 100) {
            return versions::before(&event).unwrap_or(event);
        }
        event
    }

    fn answered(
        &self,
        function: &str,
        event: &str,
        answer: Result<String, InvokeError>,
    ) -> Result<String, InvokeError> {
        let answer = match self.mutant {
            Some(mutant) => (mutant.answers)(function, answer),
            None => answer,
        };
        // Of all other events there is nothing to know that nobody reads.
        let has_messages = event.contains("\"messageId\"");
        if !has_messages && !self.trace.is_kept() {
            return answer;
        }
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        let said = answer.as_deref().ok();
        let said: Option<Value> = said.and_then(|answer| serde_json::from_str(answer).ok());
        if let Some(said) = &said {
            for id in wire::dealt_with(&event, said) {
                *locked(&self.handled)
                    .entry((function.to_owned(), id))
                    .or_default() += 1;
            }
        }
        let said = said.as_ref();
        self.trace
            .invoked(function, &event, said, answer.as_ref().err());
        answer
    }

    fn skew_ms(&self, _: &str) -> i64 {
        if self.strikes(Kind::ClockSkew, 300) {
            i64::from(self.chance.below(2 * SKEW_MS)) - i64::from(SKEW_MS)
        } else {
            0
        }
    }

    fn delivery(&self, _: &str) -> Delivery {
        let late = match self.strikes(Kind::MessagesLate, 30) {
            true => self.chance.up_to(LATEST_MESSAGES),
            false => Duration::ZERO,
        };
        Delivery {
            late,
            reversed: self.strikes(Kind::MessagesReordered, 100),
            twice: self.strikes(Kind::MessagesTwice, 10),
            kept: self.strikes(Kind::MessagesAgain, 8),
        }
    }

    fn replays(&self, _: &str) -> bool {
        self.strikes(Kind::StreamReplayed, 8)
    }
}

/// Whether a call is made to the payment provider, whose books are a table of its own.
fn is_books(at: &At<'_>) -> bool {
    at.on.ends_with("test-provider")
}
