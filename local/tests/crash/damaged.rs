//! On data that is damaged or gone: the store says which file it is and what to do, and touches
//! nothing, for what is left may be worth saving.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use local::{Options, Store};
use tempfile::TempDir;

use crate::alone;
use crate::process::Process;

const DATA: &str = "aws.db";
const LOG: &str = "aws.db-wal";

/// The data of a store that was stopped: everything is in one file.
fn stopped() -> TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = Options {
        data: Some(data.path().to_owned()),
        ..Options::demo()
    };
    drop(runtime.block_on(Store::open(options)).expect("a store"));
    drop(runtime);
    assert!(!data.path().join(LOG).exists());
    data
}

/// The data of a store that was killed: the last writes are in a file of their own.
fn killed() -> TempDir {
    let data = tempfile::tempdir().expect("a folder");
    Process::start(data.path()).kill();
    assert!(length(&data.path().join(LOG)) > 0);
    data
}

#[test]
fn a_data_file_that_is_cut_short_is_refused() {
    let _alone = alone();
    for data in [stopped(), killed()] {
        let file = data.path().join(DATA);
        open(&file).set_len(length(&file) / 2).expect("cut");
        refused(data.path(), DATA, "is damaged");
    }
}

#[test]
fn a_data_file_with_garbage_in_it_is_refused() {
    let _alone = alone();
    for data in [stopped(), killed()] {
        let file = data.path().join(DATA);
        garble(&file, length(&file) / 4, length(&file) / 2);
        refused(data.path(), DATA, "is damaged");
        garble(&file, 0, length(&file));
        refused(data.path(), DATA, "is damaged");
    }
}

#[test]
fn an_empty_data_file_is_no_new_store_where_there_was_one() {
    let _alone = alone();
    for data in [stopped(), killed()] {
        let file = data.path().join(DATA);
        open(&file).set_len(0).expect("emptied");
        refused(data.path(), DATA, "is empty, though there was a store");
        fs::remove_file(&file).expect("removed");
        refused(data.path(), DATA, "is gone, though there was a store");
    }
}

/// A start that is killed before it wrote anything leaves an empty file, and nothing to be lost.
#[test]
fn an_empty_data_file_is_a_new_store_where_there_was_none() {
    let _alone = alone();
    let data = tempfile::tempdir().expect("a folder");
    File::create(data.path().join(DATA)).expect("a file");
    File::create(data.path().join("lock")).expect("a file");
    let process = Process::start(data.path());
    process.web().log_in("admin@example.com", "Admin-demo-1");
}

#[test]
fn last_writes_that_are_missing_are_missed() {
    let _alone = alone();
    let data = killed();
    let log = data.path().join(LOG);
    garble(&log, 0, 100);
    refused(data.path(), LOG, "is damaged");
    fs::remove_file(&log).expect("removed");
    refused(data.path(), LOG, "is gone");
    // Whoever knows what is lost can do without.
    fs::remove_file(data.path().join("lock")).expect("removed");
    assert!(Process::start(data.path()).web().reads());
}

#[test]
fn a_copy_of_the_whole_directory_is_a_store_again() {
    let _alone = alone();
    for data in [stopped(), killed()] {
        // Its name is no one's business, not even where it becomes part of a URI.
        let copy = data.path().join("copy #1 of 100%?");
        fs::create_dir(&copy).expect("a folder");
        for (name, bytes) in files(data.path()) {
            fs::write(copy.join(name), bytes).expect("copied");
        }
        assert!(Process::start(&copy).web().reads());
    }
}

fn refused(data: &Path, file: &str, how: &str) {
    let before = files(data);
    let refusal = Process::refused(data);
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert_eq!(refusal.said.lines().count(), 1, "{refusal:?}");
    let begins = format!("souk: {} ", data.join(file).display());
    assert!(refusal.said.starts_with(&begins), "{refusal:?}");
    for part in [how, "restore a copy of the whole directory", "--data"] {
        assert!(refusal.said.contains(part), "{refusal:?}");
    }
    assert!(files(data) == before, "something changed: {refusal:?}");
}

/// Every file of the directory, but the index of the last writes, which is made anew at every start.
fn files(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(data).expect("a folder");
    let named = entries.map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a name")
    });
    named
        .filter(|name| !name.ends_with("-shm") && data.join(name).is_file())
        .map(|name| (name.clone(), fs::read(data.join(&name)).expect("a file")))
        .collect()
}

fn garble(file: &Path, from: u64, bytes: u64) {
    let mut garbage = vec![0; usize::try_from(bytes).expect("a small file")];
    fastrand::Rng::with_seed(7).fill(&mut garbage);
    let mut file = open(file);
    file.seek(SeekFrom::Start(from)).expect("found");
    file.write_all(&garbage).expect("written");
}

fn open(file: &Path) -> File {
    let opened = OpenOptions::new().write(true).open(file);
    opened.expect("a file")
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("a file").len()
}
