//! `operate`: what an operator does from a terminal.

use std::io::Write;
use std::process::ExitCode;

use edge::system::SystemClock;
use operate::cli::{self, Command, Wish};
use operate::{Failure, Report};
use store::env::Env;

fn main() -> ExitCode {
    let wish = match cli::parse(std::env::args().skip(1)) {
        Ok(Command::Do(wish)) => wish,
        Ok(Command::Help) => {
            say(&cli::help());
            return ExitCode::SUCCESS;
        }
        Err(misuse) => {
            complain(&misuse.to_string());
            return ExitCode::from(2);
        }
    };
    let json = wish.json;
    let mut report = Report::default();
    let done = carry_out(wish, &mut report);
    if json {
        say(&report.json());
        report.notes().for_each(complain);
    } else {
        say(&report.text());
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn carry_out(wish: Wish, report: &mut Report) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::NoRuntime)?;
    let env = Env::from_process();
    runtime.block_on(operate::run(wish, &env, &SystemClock, report))
}

/// Speaks to the terminal, and does not mind if nobody listens any more.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says what is no result; if nobody listens, the exit code still tells.
fn complain(why: &str) {
    let _ = writeln!(std::io::stderr(), "operate: {why}");
}
