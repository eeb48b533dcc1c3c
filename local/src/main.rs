//! `souk`: the shop on this machine.

use std::process::ExitCode;

use local::cli::{self, Command};

mod start;

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

#[expect(
    clippy::print_stderr,
    reason = "this is how a program speaks to a terminal"
)]
fn complain(why: &str) {
    eprintln!("souk: {why}");
}
