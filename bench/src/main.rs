//! What the shop costs, measured: `cargo measure functions` writes `docs/benchmarks.md`, `cargo measure scale`
//! `docs/scale.md`, and `cargo measure store` `docs/store.md`.
//!
//! It may use everything; nothing depends on it. What functions are compared with stands in `floors`, a
//! workspace of its own, whose wishes of libraries must not become the shop's.

mod builds;
mod functions;
mod plot;
mod process;
mod report;
mod runtime_api;
mod scale;
mod shop;
mod store;
mod throttle;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use functions::Care;

/// How often each function is started unless it is said.
const ROUNDS: usize = 5;
/// How many warm events each start deals with.
const CALLS: usize = 60;

const USAGE: &str = "\
Usage: cargo measure functions [--rounds N] [--as-built] [FUNCTION ...]
       cargo measure scale [--rounds N] [--as-built] [SIZE ...]
       cargo measure store [--as-built]

functions: builds functions for release, all unless some are named, starts each N times, and writes
docs/benchmarks.md if all were measured.
scale: fills shops with SIZE products and as many orders each, 1000, 100000 and 1000000 unless they are named,
measures what everybody does in each, and writes docs/scale.md unless they were. A million takes an hour and
some 15 GB of disk.
store: builds the store on one machine for release, has several clients ask it for as much as they can get, and
writes docs/store.md.

With --as-built, the binaries are taken as they lie there.
";

struct Wish {
    of: Subject,
    rounds: usize,
    as_built: bool,
}

enum Subject {
    /// These functions, all if there are none.
    Functions(Vec<String>),
    /// Shops of these sizes.
    Scale(Vec<u32>),
    /// The store on one machine.
    Store,
}

fn main() -> ExitCode {
    let Some(wish) = wish(std::env::args().skip(1)) else {
        say(USAGE);
        return ExitCode::from(2);
    };
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(wish)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Option<Wish> {
    let mut of = match arguments.next()?.as_str() {
        "functions" => Subject::Functions(Vec::new()),
        "scale" => Subject::Scale(Vec::new()),
        "store" => Subject::Store,
        _ => return None,
    };
    let (mut rounds, mut as_built) = (ROUNDS, false);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), &mut of) {
            ("--rounds", Subject::Functions(_) | Subject::Scale(_)) => {
                let wished = arguments.next()?.parse().ok();
                rounds = wished.filter(|rounds| *rounds > 0)?;
            }
            ("--as-built", _) => as_built = true,
            (flag, _) if flag.starts_with('-') => return None,
            (_, Subject::Store) => return None,
            (name, Subject::Functions(names)) => names.push(name.to_owned()),
            (size, Subject::Scale(sizes)) => sizes.push(size.parse().ok()?),
        }
    }
    if let Subject::Scale(sizes) = &mut of
        && sizes.is_empty()
    {
        sizes.extend(scale::SIZES);
    }
    Some(Wish {
        of,
        rounds,
        as_built,
    })
}

async fn run(wish: Wish) -> Result<(), Box<dyn Error + Send + Sync>> {
    let page = match wish.of {
        Subject::Functions(names) => measure_functions(names, wish.rounds, wish.as_built).await?,
        Subject::Scale(sizes) => scale::measure(&sizes, wish.rounds, wish.as_built).await?,
        Subject::Store => store::measure(wish.as_built).await?,
    };
    say(&format!("See {}.\n", page.display()));
    Ok(())
}

async fn measure_functions(
    names: Vec<String>,
    rounds: usize,
    as_built: bool,
) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let are_all = names.is_empty();
    let names = match are_all {
        true => registry::functions().map(edge::Function::name).collect(),
        false => names,
    };
    let care = Care {
        rounds,
        calls: CALLS,
    };
    let measured = functions::measure(&names, as_built, care).await?;
    let docs = builds::root().join("docs");
    let into = match are_all {
        true => docs,
        false => builds::root().join("target/measured"),
    };
    report::write(&measured, &into)?;
    Ok(into.join("benchmarks.md"))
}

/// Speaks to the terminal; whoever does not listen still has what was written.
pub(crate) fn say(text: &str) {
    let mut terminal = std::io::stderr();
    let _ = terminal.write_all(text.as_bytes());
    let _ = terminal.flush();
}
