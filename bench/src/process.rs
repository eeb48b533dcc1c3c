//! A function's process, and what the kernel says of it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::runtime_api::{Answer, RuntimeApi};
use crate::throttle::Throttle;

/// A running function.
pub(crate) struct Process {
    child: Child,
    id: u32,
    api: RuntimeApi,
}

/// How a function began.
pub(crate) struct Start {
    /// From its start to its first answer.
    pub(crate) wall: Duration,
    /// What it computed before it asked for an event.
    pub(crate) init_cpu: Duration,
    /// What its first event cost it.
    pub(crate) first_cpu: Duration,
    /// What it answered.
    pub(crate) body: Bytes,
}

/// One event of a function that has started.
pub(crate) struct Call {
    pub(crate) cpu: Duration,
    pub(crate) body: Bytes,
}

impl Process {
    /// Starts a function, has it deal with its first event, and waits until it is idle again. With a
    /// throttle, all but its start has only that share of a processor.
    pub(crate) async fn start(
        binary: &Path,
        environment: &BTreeMap<&str, String>,
        event: &Bytes,
        throttle: Option<&Throttle>,
    ) -> io::Result<(Self, Start)> {
        let mut api = RuntimeApi::open().await?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let spawned = Instant::now();
        let child = command.spawn()?;
        let id = child.id().unwrap_or_default();
        let ready = api.idle().await?;
        let mut process = Self { child, id, api };
        let init_cpu = process.cpu()?;
        if let Some(throttle) = throttle {
            throttle.limit(id)?;
        }
        let Answer {
            body,
            asked,
            answered,
        } = process.api.invoke(event.clone()).await?;
        process.api.idle().await?;
        let first_cpu = process.cpu()?.saturating_sub(init_cpu);
        let start = Start {
            // Without the time between, in which its share was set.
            wall: (ready - spawned) + (answered - asked),
            init_cpu,
            first_cpu,
            body,
        };
        Ok((process, start))
    }

    /// Has the function deal with one more event.
    pub(crate) async fn call(&mut self, event: Bytes) -> io::Result<Call> {
        let before = self.cpu()?;
        let Answer { body, .. } = self.api.invoke(event).await?;
        self.api.idle().await?;
        Ok(Call {
            cpu: self.cpu()?.saturating_sub(before),
            body,
        })
    }

    fn cpu(&self) -> io::Result<Duration> {
        cpu(self.id)
    }

    /// The most memory that it had, in KiB.
    pub(crate) fn peak_memory_kib(&self) -> io::Result<u64> {
        memory_kib(self.id, "VmHWM:")
    }

    /// Ends it, as kindly as Lambda does: whoever watches it can still say what it saw.
    pub(crate) async fn end(self) -> io::Result<()> {
        end(self.child).await
    }
}

/// The processor time that a process has had.
pub(crate) fn cpu(id: u32) -> io::Result<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        let on_cpu = times.split_whitespace().next();
        nanoseconds += on_cpu.and_then(|time| time.parse().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// What the kernel says of a process's memory under a name, in KiB.
pub(crate) fn memory_kib(id: u32, name: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| io::Error::other("the kernel does not say how much memory it had"))
}

/// Asks a process to end, and waits until it has.
pub(crate) async fn end(mut child: Child) -> io::Result<()> {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.and_then(Pid::from_raw) {
        kill_process(id, Signal::TERM)?;
    }
    child.wait().await?;
    Ok(())
}
