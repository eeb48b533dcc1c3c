//! The store as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::web::Web;

/// A store that runs.
pub(crate) struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// Starts the store on `data`, on a free port, and waits until it serves.
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_souk"))
            .arg("--data")
            .arg(data)
            // All buyers come from one address.
            .args(["--port", "0", "--rate-limit", "off"])
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
        let process = Self { child, port };
        process.web().wait();
        process
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
