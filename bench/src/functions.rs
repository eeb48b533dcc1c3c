//! Functions against their floors: each is started again and again, in turns, so that whatever the machine
//! does meanwhile befalls all of them alike.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::builds::{self, FLOORS};
use crate::process::{Process, Start};
use crate::say;
use crate::shop::Services;
use crate::throttle::Throttle;

pub(crate) type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The memory of the smallest function.
const SMALLEST_MB: u64 = 128;
/// How many events a started function deals with before it is warm.
pub(crate) const WARMING: usize = 20;

/// How thoroughly to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Care {
    /// How often each function is started, plainly and throttled.
    pub(crate) rounds: usize,
    /// How many events it deals with each time when it is warm.
    pub(crate) calls: usize,
}

/// What is measured.
struct Subject {
    name: String,
    is_floor: bool,
    binary: PathBuf,
    event: Bytes,
}

/// What was measured of one function. Times are medians.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// Whether others are compared with it.
    pub(crate) is_floor: bool,
    /// From its start to its first answer.
    pub(crate) cold: Duration,
    /// The same at the processor's share of the smallest function, over TLS. Nothing where the kernel
    /// does not let this process limit others.
    pub(crate) throttled: Option<Duration>,
    /// What it computes before it asks for an event, over TLS.
    pub(crate) init_cpu: Duration,
    /// What its first event costs it, over TLS.
    pub(crate) first_cpu: Duration,
    /// What an event costs it, over TLS, when it is warm; nothing where it cannot be repeated.
    pub(crate) warm_cpu_tls: Option<Duration>,
    pub(crate) peak_memory_kib: u64,
    pub(crate) binary_bytes: u64,
    /// What its sample event was answered with; 0 for what answers no request.
    pub(crate) status: u64,
}

#[derive(Default)]
struct Samples {
    cold: Vec<Duration>,
    throttled: Vec<Duration>,
    init_cpu: Vec<Duration>,
    first_cpu: Vec<Duration>,
    warm_cpu_tls: Vec<Duration>,
    memory: Vec<u64>,
    status: u64,
}

/// Measures functions, and the floors with them.
pub(crate) async fn measure(
    names: &[String],
    as_built: bool,
    care: Care,
) -> Fallible<Vec<Measured>> {
    let throttles = Throttle::of(SMALLEST_MB).map(drop);
    if let Err(error) = &throttles {
        say(&format!(
            "No throttled starts: this process may not limit others ({error}).\n"
        ));
    }
    let subjects = subjects(names, as_built)?;
    let mut samples: BTreeMap<&str, Samples> = BTreeMap::new();
    for round in 1..=care.rounds {
        for (index, subject) in subjects.iter().enumerate() {
            progress(round, care.rounds, index + 1, subjects.len(), &subject.name);
            let samples = samples.entry(&subject.name).or_default();
            round_of(subject, care, throttles.is_ok(), samples).await?;
        }
    }
    say("\n");
    subjects
        .iter()
        .map(|subject| {
            let samples = samples.remove(subject.name.as_str()).unwrap_or_default();
            samples.summed_up(subject)
        })
        .collect()
}

fn subjects(names: &[String], as_built: bool) -> Fallible<Vec<Subject>> {
    let event = |name: &str| -> Fallible<Bytes> {
        let file = builds::root().join("events").join(format!("{name}.json"));
        Ok(std::fs::read(file)?.into())
    };
    let floors = builds::floors(as_built)?;
    let floors = FLOORS.into_iter().zip(floors).map(|(name, binary)| {
        Ok(Subject {
            name: name.to_owned(),
            is_floor: true,
            binary,
            event: event("catalog-get-product")?,
        })
    });
    let functions = builds::functions(names, as_built)?;
    let functions = names.iter().zip(functions).map(|(name, binary)| {
        Ok(Subject {
            name: name.clone(),
            is_floor: false,
            binary,
            event: event(name)?,
        })
    });
    floors.chain(functions).collect()
}

async fn round_of(
    subject: &Subject,
    care: Care,
    throttles: bool,
    samples: &mut Samples,
) -> Fallible<()> {
    let begin = async |services: &Services, over_tls, throttle| {
        let environment = services.environment(over_tls);
        Process::start(&subject.binary, &environment, &subject.event, throttle)
            .await
            .map_err(|error| format!("{}: {error}", subject.name))
    };
    // Whether the kernel still has its pages in memory is a matter of what else was read meanwhile.
    std::fs::read(&subject.binary)?;
    // Each start finds the shop as it was, whatever the one before it made of it.
    let services = Services::open().await?;
    let (process, Start { wall, body, .. }) = begin(&services, false, None).await?;
    samples.cold.push(wall);
    samples.status = status(&body);
    samples.memory.push(process.peak_memory_kib()?);
    process.end().await?;

    let services = Services::open().await?;
    let (mut process, start) = begin(&services, true, None).await?;
    samples.init_cpu.push(start.init_cpu);
    samples.first_cpu.push(start.first_cpu);
    for number in 0..WARMING + care.calls {
        let call = process.call(renewed(&subject.event, number)).await?;
        if status(&call.body) != samples.status {
            break;
        }
        if number >= WARMING {
            samples.warm_cpu_tls.push(call.cpu);
        }
    }
    process.end().await?;

    if throttles {
        let services = Services::open().await?;
        // A share that was used up is only handed out again with the next period.
        let throttle = Throttle::of(SMALLEST_MB)?;
        let (process, start) = begin(&services, true, Some(&throttle)).await?;
        samples.throttled.push(start.wall);
        process.end().await?;
    }
    Ok(())
}

impl Samples {
    fn summed_up(self, subject: &Subject) -> Fallible<Measured> {
        Ok(Measured {
            name: subject.name.clone(),
            is_floor: subject.is_floor,
            cold: median(self.cold).unwrap_or_default(),
            throttled: median(self.throttled),
            init_cpu: median(self.init_cpu).unwrap_or_default(),
            first_cpu: median(self.first_cpu).unwrap_or_default(),
            warm_cpu_tls: median(self.warm_cpu_tls),
            peak_memory_kib: self.memory.into_iter().max().unwrap_or_default(),
            binary_bytes: std::fs::metadata(&subject.binary)?.len(),
            status: self.status,
        })
    }
}

pub(crate) fn median(mut samples: Vec<Duration>) -> Option<Duration> {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied()
}

/// The event as another client would send it: with an idempotency key of its own.
pub(crate) fn renewed(event: &Bytes, number: usize) -> Bytes {
    let Ok(mut renewed) = serde_json::from_slice::<Value>(event) else {
        return event.clone();
    };
    if let Some(key) = renewed.pointer_mut("/headers/idempotency-key") {
        *key = format!("bench-{number}").into();
    }
    renewed.to_string().into()
}

pub(crate) fn status(body: &Bytes) -> u64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer["statusCode"].as_u64().unwrap_or_default()
}

pub(crate) fn progress(round: usize, rounds: usize, index: usize, of: usize, name: &str) {
    say(&format!(
        "\r\x1b[Kround {round} of {rounds}, {index} of {of}: {name}"
    ));
}
