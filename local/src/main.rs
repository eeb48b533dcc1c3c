//! `souk`: the shop on this machine.

use std::io::Write;
use std::process::ExitCode;

use local::cli::{self, Command};

mod start;

/// Every request makes and drops thousands of small things.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(misuse) => {
            complain(&misuse.to_string());
            return ExitCode::from(2);
        }
    };
    let settings = match command {
        Command::Help => {
            start::say(&cli::help());
            return ExitCode::SUCCESS;
        }
        Command::Start(settings) => settings,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(start::start(settings)),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Speaks to the terminal; if nobody listens, the exit code still says it.
fn complain(why: &str) {
    let _ = writeln!(std::io::stderr(), "souk: {why}");
}
