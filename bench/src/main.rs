//! What the shop costs, measured: `cargo measure functions` writes `docs/benchmarks.md`.
//!
//! It may use everything; nothing depends on it. What functions are compared with stands in `floors`, a
//! workspace of its own, whose wishes of libraries must not become the shop's.

mod builds;
mod functions;
mod plot;
mod process;
mod report;
mod runtime_api;
mod shop;
mod throttle;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use functions::Care;

/// How often each function is started unless it is said.
const ROUNDS: usize = 5;
/// How many warm events each start deals with.
const CALLS: usize = 60;

const USAGE: &str = "\
Usage: cargo measure functions [--rounds N] [--as-built] [FUNCTION ...]

Builds functions for release, all unless some are named, starts each N times, and writes docs/benchmarks.md if
all were measured. With --as-built, the binaries are taken as they lie there.
";

struct Wish {
    rounds: usize,
    as_built: bool,
    names: Vec<String>,
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
    if arguments.next()? != "functions" {
        return None;
    }
    let mut wish = Wish {
        rounds: ROUNDS,
        as_built: false,
        names: Vec::new(),
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                wish.rounds = arguments
                    .next()?
                    .parse()
                    .ok()
                    .filter(|rounds| *rounds > 0)?;
            }
            "--as-built" => wish.as_built = true,
            flag if flag.starts_with('-') => return None,
            name => wish.names.push(name.to_owned()),
        }
    }
    Some(wish)
}

async fn run(wish: Wish) -> Result<(), Box<dyn Error + Send + Sync>> {
    let Wish {
        rounds,
        as_built,
        names,
    } = wish;
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
    say(&format!("See {}.\n", into.join("benchmarks.md").display()));
    Ok(())
}

/// Speaks to the terminal; whoever does not listen still has what was written.
pub(crate) fn say(text: &str) {
    let mut terminal = std::io::stderr();
    let _ = terminal.write_all(text.as_bytes());
    let _ = terminal.flush();
}
