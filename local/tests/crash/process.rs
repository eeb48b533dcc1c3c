//! The store as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::web::Web;

/// How long a store may take that does not start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A store that runs.
pub(crate) struct Process {
    child: Child,
    port: u16,
    /// How long it took from the start of the process to the first good answer.
    pub(crate) recovery: Duration,
}

/// How a store said that it does not start.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
}

/// Under which no file may become larger than so many bytes: a write that would make it so fails.
#[cfg(unix)]
#[derive(Clone, Copy)]
pub(crate) struct LargestFile(pub(crate) u64);

impl Process {
    /// Starts the store on `data`, on a free port, and waits until it serves.
    pub(crate) fn start(data: &Path) -> Self {
        Self::serving(Command::new(env!("CARGO_BIN_EXE_souk")), data)
    }

    /// Starts it likewise, under a limit.
    #[cfg(unix)]
    pub(crate) fn start_under(limit: LargestFile, data: &Path) -> Self {
        Self::serving(under(limit), data)
    }

    fn serving(mut command: Command, data: &Path) -> Self {
        let began = Instant::now();
        let mut child = arguments(&mut command, data)
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the store starts");
        let stdout = child.stdout.take().expect("its output");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines
            .by_ref()
            .find_map(|line| {
                let (_, rest) = line.split_once("http://127.0.0.1:")?;
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().ok()
            })
            .expect("it says where it listens");
        // Whatever else it says is read away, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Web { port }.wait();
        Self {
            child,
            port,
            recovery: began.elapsed(),
        }
    }

    /// Starts the store on `data`, which it has to refuse.
    pub(crate) fn refused(data: &Path) -> Refusal {
        refusal(Command::new(env!("CARGO_BIN_EXE_souk")), data)
    }

    /// Starts it likewise, under a limit.
    #[cfg(unix)]
    pub(crate) fn refused_under(limit: LargestFile, data: &Path) -> Refusal {
        refusal(under(limit), data)
    }

    pub(crate) fn web(&self) -> Web {
        Web { port: self.port }
    }

    /// Kills it, without a word.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is dead");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let killed = self.child.kill();
        let waited = self.child.wait();
        drop((killed, waited));
    }
}

fn arguments<'a>(command: &'a mut Command, data: &Path) -> &'a mut Command {
    command
        .arg("--data")
        .arg(data)
        // All buyers come from one address.
        .args(["--port", "0", "--rate-limit", "off"])
}

/// The store under a limit. The shell is there to set it, and to have writes beyond it fail instead of
/// ending the process; then it becomes the store.
#[cfg(unix)]
fn under(LargestFile(bytes): LargestFile) -> Command {
    let mut command = Command::new("sh");
    let blocks = (bytes / 512).to_string();
    let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
    command.args(["-c", script, "sh", &blocks, env!("CARGO_BIN_EXE_souk")]);
    command
}

fn refusal(mut command: Command, data: &Path) -> Refusal {
    let mut child = arguments(&mut command, data)
        .env_remove("RUST_LOG")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the store starts");
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().expect("it can be looked after") {
            Some(status) => break status,
            None if Instant::now() < deadline => {
                std::thread::park_timeout(Duration::from_millis(10));
            }
            None => {
                child.kill().expect("it can be killed");
                panic!("the store does not refuse {}", data.display());
            }
        }
    };
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("its complaints");
    stderr.read_to_string(&mut said).expect("text");
    Refusal {
        code: status.code(),
        said,
    }
}
