//! What was measured of functions, as a page of the documentation.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::functions::Measured;
use crate::plot::{Bar, bars, rounded};

/// The floor that the shop's functions are compared with.
const COMPARED: &str = "lean";
/// Where the plots are, from where the page is.
const PLOTS: &str = "benchmarks";

const INTRODUCTION: &str = "\
# What functions cost

Every function of the shop, built as it is deployed, against what it cannot be faster than. Each answers its \
sample event from a database of its own; all are started in turns, so that whatever the machine does meanwhile \
befalls all alike. **Compare figures of one run only:** another machine, or another hour, has others.

- `bare`: `lambda_runtime` alone, which answers with an empty body.
- `lean`: one item read through the SDK, with nothing that can be left out: one thread, ring, the few roots of \
AWS, region and credentials given. It checks nothing and knows nobody.
- `default`: the same with the SDK as its examples have it.

**Cold** is from the start of the process to its first answer, in the clear, on a whole processor. **Throttled** \
is the same over TLS, where all but the start has the share of a processor that a function with 128 MB has: \
1.4 ms of every 20. **Init** is what is computed before the first event is asked for, **first** what that costs, \
**warm** what every further one costs, each over TLS. **Memory** is the most that was resident. Times are medians.

Made by `cargo measure functions`.

";

/// Writes the page and its plots into a directory.
pub(crate) fn write(measured: &[Measured], into: &Path) -> std::io::Result<()> {
    let plots = into.join(PLOTS);
    std::fs::create_dir_all(&plots)?;
    for (file, title, unit, figure) in FIGURES {
        let all: Vec<Bar> = measured
            .iter()
            .filter_map(|one| {
                Some(Bar {
                    label: one.name.clone(),
                    value: figure(one)?,
                    is_floor: one.is_floor,
                })
            })
            .collect();
        std::fs::write(plots.join(file), bars(title, unit, &all))?;
    }
    std::fs::write(into.join("benchmarks.md"), page(measured))
}

type Figure = fn(&Measured) -> Option<f64>;

const FIGURES: [(&str, &str, &str, Figure); 3] = [
    ("cold.svg", "Cold start", "ms", |one| Some(ms(one.cold))),
    (
        "warm.svg",
        "Processor time of a warm event, over TLS",
        "µs",
        |one| one.warm_cpu_tls.map(us),
    ),
    ("binary.svg", "Binary", "MiB", |one| {
        Some(mib(one.binary_bytes))
    }),
];

fn page(measured: &[Measured]) -> String {
    let floor = measured.iter().find(|one| one.name == COMPARED);
    let mut page = INTRODUCTION.to_owned();
    page.push_str(
        "| function | answer | cold, ms | of lean | throttled, ms | init, µs | first, µs | warm, µs | of lean | memory, MiB | binary, MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for one in measured {
        let of_floor = |figure: Figure| {
            let floor = floor.and_then(figure)?;
            Some(figure(one)? / floor)
        };
        // A text that is written into memory is never refused.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            match one.is_floor {
                true => format!("*{}*", one.name),
                false => format!("`{}`", one.name),
            },
            match one.status {
                0 => "–".to_owned(),
                status => status.to_string(),
            },
            rounded(ms(one.cold)),
            or_nothing(of_floor(|one| Some(ms(one.cold)))),
            or_nothing(one.throttled.map(ms)),
            rounded(us(one.init_cpu)),
            rounded(us(one.first_cpu)),
            or_nothing(one.warm_cpu_tls.map(us)),
            or_nothing(of_floor(|one| one.warm_cpu_tls.map(us))),
            rounded(mib(one.peak_memory_kib * 1024)),
            rounded(mib(one.binary_bytes)),
        );
    }
    for (file, title, _, _) in FIGURES {
        let _ = write!(page, "\n![{title}]({PLOTS}/{file})\n");
    }
    page
}

fn or_nothing(figure: Option<f64>) -> String {
    figure.map_or_else(|| "–".to_owned(), rounded)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "no binary is that large")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
