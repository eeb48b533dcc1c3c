//! The data directory: whose it is, whether there is room in it, and whether what it keeps is whole.
//!
//! What is not whole is never opened: a store on top of it would write over what can still be saved.
//! Nothing here changes the data file, and nothing else may use the directory before it was here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::aws::{CloudError, DATA_FILE};
use crate::error::OpenError;

/// The file that one store at a time holds locked. In it stands whether a store was here, and whether
/// it was closed.
const LOCK: &str = "lock";
/// Of one length, so that one is written over the other even where the disk is full.
const OPEN: &[u8] = b"open  \n";
const CLOSED: &[u8] = b"closed\n";

/// What the database appends to the data file's name for the file of its last writes.
const LOG_SUFFIX: &str = "-wal";
/// How the file of the last writes begins; its last bit is the byte order of its checksums.
const LOG_MAGIC: [u8; 4] = [0x37, 0x7f, 0x06, 0x82];

/// Made and removed at every start.
const PROBE: &str = "room";
/// Half as much again as the demo shop takes with the file of its last writes.
const ROOM_MIB: usize = 8;
const ROOM_BYTES: usize = ROOM_MIB * 1024 * 1024;

/// The data directory of a store. Dropping it says that the store was closed, also if it was never
/// opened: a database that cannot be opened takes the file of its last writes away all the same.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    /// Held for as long as the directory is used.
    lock: File,
    /// Whether there is a store, now or from before.
    opened: bool,
}

impl Directory {
    /// Makes the directory this process's alone, and looks whether a store can be opened on it.
    pub(crate) fn claim(path: &Path) -> Result<Self, OpenError> {
        let unusable = |error| unusable(path, error);
        fs::create_dir_all(path).map_err(unusable)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))
            .map_err(unusable)?;
        if lock.try_lock().is_err() {
            return Err(OpenError::InUse(path.to_owned()));
        }
        let mut mark = Vec::new();
        lock.read_to_end(&mut mark).map_err(unusable)?;
        try_room(path).map_err(unusable)?;
        expect_whole(&path.join(DATA_FILE), &mark)?;
        Ok(Self {
            path: path.to_owned(),
            lock,
            opened: !mark.is_empty(),
        })
    }

    /// Notes that a store is here now. If it does not live to note that it was closed, the file of
    /// its last writes must be there at the next start.
    pub(crate) fn opened(&mut self) -> Result<(), OpenError> {
        self.mark(OPEN)
            .map_err(|error| unusable(&self.path, error))?;
        self.opened = true;
        Ok(())
    }

    fn mark(&mut self, mark: &[u8]) -> io::Result<()> {
        self.lock.rewind()?;
        self.lock.write_all(mark)?;
        self.lock.sync_data()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.opened {
            return;
        }
        if let Err(error) = self.mark(CLOSED) {
            tracing::warn!(%error, "the data directory does not know that the store was closed");
        }
    }
}

/// Takes as much room as a start may, for nothing. A disk that is full is noticed here, in one place, and
/// not by whichever of the many writes of a start comes first.
fn try_room(path: &Path) -> io::Result<()> {
    let probe = path.join(PROBE);
    let taken = File::create(&probe).and_then(|file| take(&file));
    taken.and(fs::remove_file(&probe))
}

/// Where the file system cannot give room to a file without anything being written, something is.
#[cfg(target_os = "linux")]
fn take(file: &File) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::{Errno, retry_on_intr};

    match retry_on_intr(|| fallocate(file, FallocateFlags::empty(), 0, ROOM_BYTES as u64)) {
        Err(Errno::OPNOTSUPP) => fill(file),
        taken => Ok(taken?),
    }
}

#[cfg(not(target_os = "linux"))]
use self::fill as take;

fn fill(mut file: &File) -> io::Result<()> {
    // What can be compressed would fit where nothing else does.
    let mut bytes = vec![0; ROOM_BYTES];
    fastrand::fill(&mut bytes);
    file.write_all(&bytes)?;
    file.sync_all()
}

/// Refuses a data file that is damaged, or that was here and is not any more.
fn expect_whole(data: &Path, mark: &[u8]) -> Result<(), OpenError> {
    let mut log = data.as_os_str().to_owned();
    log.push(LOG_SUFFIX);
    let log = PathBuf::from(log);
    let of = |file: &Path| length(file).map_err(|error| damaged(file, &error.to_string()));
    let (data_length, log_length) = (of(data)?, of(&log)?);
    if data_length.unwrap_or(0) == 0 {
        // A start that was killed at its very beginning leaves an empty file too, but no traces.
        let traces = !mark.is_empty() || log_length.unwrap_or(0) > 0;
        let how = data_length.map_or("is gone", |_| "is empty");
        if traces {
            return Err(damaged(data, &format!("{how}, though there was a store")));
        }
        return Ok(());
    }
    match log_length {
        None if mark == OPEN => {
            let how = "is gone, and with it what was written last before the store was killed";
            return Err(damaged(&log, how));
        }
        None | Some(0) => {}
        Some(_) => expect_log(&log)?,
    }
    match fault(data, log_length.is_some()) {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(damaged(data, &format!("is damaged ({fault})"))),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Err(damaged(data, &format!("is damaged ({error})")))
            }
            _ => Err(damaged(data, &format!("cannot be read ({error})"))),
        },
    }
}

fn length(file: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(file) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The database passes over a file of last writes that does not begin like one, and with it over all
/// that stands there.
fn expect_log(log: &Path) -> Result<(), OpenError> {
    let mut begins = [0; LOG_MAGIC.len()];
    let read = File::open(log).and_then(|mut file| file.read_exact(&mut begins));
    read.map_err(|error| damaged(log, &format!("cannot be read ({error})")))?;
    begins[3] &= !1;
    // Of a machine that lost its power, the file may have its length and nothing else yet.
    if begins == LOG_MAGIC || begins == [0; LOG_MAGIC.len()] {
        return Ok(());
    }
    Err(damaged(log, "is damaged (it does not begin as it should)"))
}

/// The first thing that is wrong with the data file, seen together with its last writes, if there are
/// any.
fn fault(data: &Path, with_log: bool) -> rusqlite::Result<Option<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    // Where there is no file of last writes, even reading would make one. What cannot change needs
    // none, and nothing changes it before this is done.
    let database = if cfg!(unix) && !with_log {
        Connection::open_with_flags(unchanging(data), flags)?
    } else {
        Connection::open_with_flags(data, flags)?
    };
    // Closing would else move the last writes into the file.
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found: String = database.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    let found = found.lines().last().unwrap_or_default();
    Ok((found != "ok").then(|| found.to_owned()))
}

/// The URI of a file that cannot change.
fn unchanging(file: &Path) -> String {
    let name = file.to_string_lossy();
    let name = name.replace('%', "%25").replace('?', "%3f");
    let name = name.replace('#', "%23");
    let scheme = if file.is_absolute() {
        "file://"
    } else {
        "file:"
    };
    format!("{scheme}{name}?immutable=1")
}

fn damaged(file: &Path, how: &str) -> OpenError {
    OpenError::Damaged(file.to_owned(), how.to_owned())
}

fn unusable(path: &Path, error: io::Error) -> OpenError {
    match error.kind() {
        // The second is a quota's, the third a limit's on the size of files.
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            OpenError::NoRoom {
                directory: path.to_owned(),
                needed_mib: ROOM_MIB,
                error,
            }
        }
        _ => CloudError::Directory(error).into(),
    }
}
