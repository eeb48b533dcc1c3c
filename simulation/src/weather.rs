//! What goes wrong: drawn anew for every call, invocation and delivery, and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
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

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A transaction meets another one.
    Conflict,
    /// A call is refused because there are too many.
    Throttled,
    /// A service fails.
    InternalError,
    /// A call never arrives.
    RequestLost,
    /// What was done is never heard of.
    ReplyLost,
    /// A call is long on its way.
    Slow,
    /// A function dies before a call leaves it.
    DeathBefore,
    /// A function dies after a call was carried out.
    DeathAfter,
    /// The payment provider charges, and does not answer.
    ProviderSilent,
    /// The payment provider is down for a while.
    ProviderDown,
    /// The mail service is down for a while.
    MailDown,
    /// A function begins late.
    LateStart,
    /// A function handles the same event twice.
    RunTwice,
    /// A function's answer is lost.
    AnswerLost,
    /// Messages are late.
    MessagesLate,
    /// Messages come in another order.
    MessagesReordered,
    /// Messages come twice.
    MessagesTwice,
    /// Messages that were dealt with come again.
    MessagesAgain,
    /// Records of a stream come again.
    StreamReplayed,
    /// A clock differs.
    ClockSkew,
    /// A client's request is lost on its way to the shop.
    ClientRequestLost,
    /// The shop's answer to a client is lost.
    ClientAnswerLost,
    /// Functions are replaced by another version.
    Deployment,
    /// An event is of the version before.
    OldEvent,
    /// The provider reports twice.
    ReportTwice,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 25] = [
        Self::Conflict,
        Self::Throttled,
        Self::InternalError,
        Self::RequestLost,
        Self::ReplyLost,
        Self::Slow,
        Self::DeathBefore,
        Self::DeathAfter,
        Self::ProviderSilent,
        Self::ProviderDown,
        Self::MailDown,
        Self::LateStart,
        Self::RunTwice,
        Self::AnswerLost,
        Self::MessagesLate,
        Self::MessagesReordered,
        Self::MessagesTwice,
        Self::MessagesAgain,
        Self::StreamReplayed,
        Self::ClockSkew,
        Self::ClientRequestLost,
        Self::ClientAnswerLost,
        Self::Deployment,
        Self::OldEvent,
        Self::ReportTwice,
    ];
}

/// Where a function waits for a call: what it does on what, how often it did so before, and whether the call
/// is still to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    function: String,
    call: String,
    again: u32,
    is_after: bool,
}

impl Point {
    fn of(at: &At<'_>, is_after: bool) -> Self {
        Self {
            function: at.function.to_owned(),
            call: format!("{} {}", at.operation, at.on),
            again: at.again.min(MOST_AGAIN),
            is_after,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            call,
            again,
            is_after,
        } = self;
        let when = if *is_after { "after" } else { "before" };
        write!(f, "{function}, {when} {call}, done {again} times before")
    }
}

/// The points at which functions wait, and those at which one has died.
#[derive(Debug, Default, Clone)]
pub struct Points {
    /// Where functions waited.
    pub reached: BTreeSet<Point>,
    /// Where they died.
    pub died: BTreeSet<Point>,
}

impl Points {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.reached.extend(other.reached.iter().cloned());
        self.died.extend(other.died.iter().cloned());
    }
}

/// The longest that a call is on its way: longer than anybody waits for it.
const SLOWEST: Duration = Duration::from_secs(4);
const LATEST_START: Duration = Duration::from_secs(3);
const LATEST_MESSAGES: Duration = Duration::from_secs(20);
/// How far two clocks may be apart: as far as tokens may be early.
const SKEW_MS: u32 = 2_000;
/// Calls of an invocation that are alike are the first, or one of those after it.
const MOST_AGAIN: u32 = 1;
/// When a service may be down, and for how long at most: within the time in which people shop.
const DOWN_WITHIN: Duration = Duration::from_secs(60);
const DOWN_FOR: Duration = Duration::from_secs(40);

/// Where a function was that took longer than it may.
pub(crate) const CUT_OFF: &str = "its time";

/// How many deaths of each run are meant for a place, rather than left to chance: without them, what is
/// seldom reached would hardly ever be where somebody dies.
const MARKS: u32 = 6;

/// A place at which the first who comes dies: a function and its call, by their places among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    function: u32,
    call: u32,
    again: u32,
    is_after: bool,
}

/// A time in which a service is down.
#[derive(Debug, Clone, Copy)]
struct Outage {
    from: Duration,
    until: Duration,
}

impl Outage {
    /// In some runs there is one.
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
    marks: Mutex<Vec<Mark>>,
    began: Instant,
    provider_down: Option<Outage>,
    mail_down: Option<Outage>,
    counts: Mutex<BTreeMap<Kind, u64>>,
    points: Mutex<Points>,
    /// Which consumers dealt with which events, and how often.
    handled: Mutex<BTreeMap<(String, String), u32>>,
    /// How often each function was struck at each operation, and cut off.
    struck: Mutex<BTreeMap<(String, String), u64>>,
    mutant: Option<&'static Mutant>,
    trace: Arc<Trace>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Weather {
    pub(crate) fn new(plan: &Plan, trace: Arc<Trace>) -> Self {
        let marks = Chance::new(plan.seed, "marks");
        let mark = |_| Mark {
            function: marks.below(FUNCTIONS),
            call: marks.below(CALLS),
            again: marks.below(MOST_AGAIN + 1),
            is_after: marks.per_mille(500),
        };
        let outages = Chance::new(plan.seed, "outages");
        Self {
            is_on: AtomicBool::new(false),
            chance: Chance::new(plan.seed, "weather"),
            spared: plan.spared.clone(),
            marks: Mutex::new((0..MARKS).map(mark).collect()),
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

    fn strike(&self, function: &str, at: &str) {
        let place = (function.to_owned(), at.to_owned());
        *locked(&self.struck).entry(place).or_default() += 1;
    }

    /// How often a function was struck at an operation, or cut off in the middle of its work.
    pub(crate) fn struck(&self, function: &str, operation: &str) -> u64 {
        let at = (function.to_owned(), operation.to_owned());
        locked(&self.struck).get(&at).copied().unwrap_or(0)
    }

    /// The death that is meant for this place, if one is.
    fn marked(&self, at: &At<'_>) -> Option<(Kind, Fault)> {
        let function = place_of(at.function, FUNCTIONS);
        let call = place_of(at.operation, CALLS) ^ place_of(at.on, CALLS);
        let again = at.again.min(MOST_AGAIN);
        let mut marks = locked(&self.marks);
        let is_here =
            |mark: &Mark| (mark.function, mark.call, mark.again) == (function, call, again);
        let index = marks.iter().position(is_here)?;
        Some(match marks.remove(index).is_after {
            false => (Kind::DeathBefore, Fault::DieBefore),
            true => (Kind::DeathAfter, Fault::DieAfter),
        })
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
            40..43 => (Kind::DeathBefore, Fault::DieBefore),
            43..48 => (Kind::DeathAfter, Fault::DieAfter),
            _ => return None,
        })
    }

    fn pass(&self, at: &At<'_>, fault: Fault) {
        let point = |is_after| Point::of(at, is_after);
        let mut points = locked(&self.points);
        match fault {
            Fault::DieBefore => {
                points.died.insert(point(false));
            }
            Fault::DieAfter => {
                points.died.insert(point(true));
                points.reached.insert(point(true));
            }
            Fault::Drop => {}
            _ => {
                points.reached.insert(point(true));
            }
        }
        points.reached.insert(point(false));
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
        let struck = self.marked(at).or(self.outage(at)).or(by_chance);
        let struck = struck.filter(|(kind, _)| !self.spared.contains(kind));
        if let Some((kind, _)) = struck {
            self.count(kind);
            self.trace.fault(kind, at);
            self.strike(at.function, at.operation);
        }
        let fault = struck.map_or(Fault::None, |(_, fault)| fault);
        self.pass(at, fault);
        fault
    }

    fn sent(&self, at: &At<'_>, fault: Fault, body: Bytes) -> Bytes {
        let body = match fault {
            Fault::None => without_token(body),
            _ => body,
        };
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
        if matches!(answer, Err(InvokeError::TimedOut)) {
            self.strike(function, CUT_OFF);
        }
        // Of all other events there is nothing to know that nobody reads.
        let has_messages = event.contains("\"messageId\"");
        if !has_messages && !self.trace.is_kept() {
            return answer;
        }
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        let said = answer.as_deref().ok();
        let said: Option<Value> = said.and_then(|answer| serde_json::from_str(answer).ok());
        if let Some(said) = &said {
            for id in dealt_with(&event, said) {
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
            twice: self.strikes(Kind::MessagesTwice, 15),
            kept: self.strikes(Kind::MessagesAgain, 10),
        }
    }

    fn replays(&self, _: &str) -> bool {
        self.strikes(Kind::StreamReplayed, 10)
    }
}

/// Among how many places functions, and their calls, are told apart for marks.
const FUNCTIONS: u32 = 64;
const CALLS: u32 = 16;

/// The place of a name among so many: the same in every run.
fn place_of(name: &str, places: u32) -> u32 {
    let sum = name.bytes().fold(7_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    sum % places
}

/// Whether a call is made to the payment provider, whose books are a table of its own.
fn is_books(at: &At<'_>) -> bool {
    at.on.ends_with("test-provider")
}

/// A transaction without the token by which the database knows that it is sent again. Whoever is answered
/// does not send it again, and to remember them all is a good part of the database's work.
fn without_token(body: Bytes) -> Bytes {
    const NAME: &[u8] = br#","ClientRequestToken":""#;
    let Some(from) = body.windows(NAME.len()).rposition(|part| part == NAME) else {
        return body;
    };
    let value = &body[from + NAME.len()..];
    let Some(length) = value.iter().position(|byte| *byte == b'"') else {
        return body;
    };
    let rest = &value[length + 1..];
    [&body[..from], rest].concat().into()
}

/// The ids of the events of a batch that was dealt with.
fn dealt_with(event: &Value, answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array();
    let Some(failures) = failures else {
        return Vec::new();
    };
    let records = event["Records"].as_array().into_iter().flatten();
    records
        .filter(|record| {
            let is_of = |failure: &Value| failure["itemIdentifier"] == record["messageId"];
            record["messageId"].is_string() && !failures.iter().any(is_of)
        })
        .filter_map(|record| {
            let body: Value = serde_json::from_str(record["body"].as_str()?).ok()?;
            Some(body["id"].as_str()?.to_owned())
        })
        .collect()
}
