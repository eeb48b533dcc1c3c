//! The share of a processor that a small function has, by the kernel's own means.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Memory at which a function has one whole processor, in MB.
///
/// Source: AWS Lambda Developer Guide, configure Lambda function memory.
const WHOLE_MB: u64 = 1_769;
/// How often the share is handed out anew, in microseconds.
const PERIOD_US: u64 = 20_000;

/// A group of processes that has no more than its share.
pub(crate) struct Throttle {
    group: PathBuf,
}

impl Throttle {
    /// The share of a function with so much memory. An error where this process may not limit others.
    pub(crate) fn of(memory_mb: u64) -> io::Result<Self> {
        let quota = PERIOD_US * memory_mb / WHOLE_MB;
        static GROUPS: AtomicU32 = AtomicU32::new(0);
        let number = GROUPS.fetch_add(1, Ordering::Relaxed);
        let name = format!("souk-bench-{}-{number}", std::process::id());
        let first = PathBuf::from("/sys/fs/cgroup/cpu");
        let (group, limits) = if first.join("cpu.cfs_quota_us").exists() {
            let limits = vec![
                ("cpu.cfs_period_us", PERIOD_US.to_string()),
                ("cpu.cfs_quota_us", quota.to_string()),
            ];
            (first.join(name), limits)
        } else {
            let limits = vec![("cpu.max", format!("{quota} {PERIOD_US}"))];
            (PathBuf::from("/sys/fs/cgroup").join(name), limits)
        };
        fs::create_dir(&group)?;
        let throttle = Self { group };
        for (file, limit) in limits {
            fs::write(throttle.group.join(file), limit)?;
        }
        Ok(throttle)
    }

    /// Limits a process from now on.
    pub(crate) fn limit(&self, process: u32) -> io::Result<()> {
        fs::write(self.group.join("cgroup.procs"), process.to_string())
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        // It stays, empty, if a process in it still ends.
        let _ = fs::remove_dir(&self.group);
    }
}
