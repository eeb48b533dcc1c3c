//! The guide "Add a route" of CONTRIBUTING.md, followed to the letter in a copy of the project: what
//! it says compiles, passes, and makes the generated files that it promises.
#![cfg(test)]

use std::env::consts::EXE_EXTENSION;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// What a copy does without.
const LEFT_OUT: [&str; 4] = ["target", ".git", ".local", ".github"];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Makes `to` equal to `from`, touching only what differs, so that a second run builds little.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    let names = |folder: &Path| -> Vec<_> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect()
    };
    let wanted = names(from);
    for stale in names(to).iter().filter(|name| !wanted.contains(name)) {
        let stale = to.join(stale);
        let removed = if stale.is_dir() {
            fs::remove_dir_all(stale)
        } else {
            fs::remove_file(stale)
        };
        removed.expect("what is gone in the project goes here as well");
    }
    for name in wanted {
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            write(&to, &fs::read(&from).expect("a file"));
        }
    }
}

/// Writes a file, unless it says so already.
fn write(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file is written");
}

/// The files of the guide: a line with a path in backquotes and a colon, and a fenced block after it.
fn files(guide: &str) -> Vec<(&str, &str)> {
    let (_, guide) = guide.split_once("\n## Add a route\n").expect("the guide");
    let guide = guide.split("\n## ").next().unwrap_or_default();
    let mut files = Vec::new();
    let mut rest = guide;
    while let Some((before, after)) = rest.split_once("`:\n\n```") {
        let path = before.rsplit('`').next().unwrap_or_default();
        let (_, block) = after.split_once('\n').expect("a block");
        let (block, after) = block.split_once("\n```\n").expect("the block's end");
        files.push((path, block));
        rest = after;
    }
    files
}

/// Where the copy is built: in a folder of its own, as in a shared one Cargo takes the copy's crates for
/// the project's.
fn build() -> PathBuf {
    project().join("target/guide-build")
}

/// The folder that this test was built in: its profile's.
fn built() -> PathBuf {
    let this = std::env::current_exe().expect("this test");
    let built = this.ancestors().nth(2).expect("the folder of its profile");
    built.to_owned()
}

fn profile() -> OsString {
    let built = built();
    built.file_name().expect("the profile's name").to_owned()
}

/// Gives a build folder that is new what this test was built with: the libraries of others, which are the
/// same for the copy, need no second build.
fn begin_with_what_is_built() {
    let built = built();
    let build = build().join(profile());
    if !build.exists() {
        for folder in [".fingerprint", "build", "deps"] {
            carry(&built.join(folder), &build.join(folder));
        }
    }
}

/// What is compiled is linked, as compilers replace what they write. Cargo and build scripts write into
/// what is there: theirs is copied, with its age, by which Cargo tells what is older than what it is of.
fn carry(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            carry(&from, &to);
            continue;
        }
        // What Cargo removes meanwhile belongs to nobody else.
        let _ = if from.parent().is_some_and(|folder| folder.ends_with("deps"))
            && from.extension().is_none_or(|kind| kind != "d")
        {
            fs::hard_link(&from, &to)
        } else {
            copy_with_its_age(&from, &to)
        };
    }
}

fn copy_with_its_age(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let age = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(age)
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    succeeds(command.args(arguments).current_dir(folder));
}

/// What `cargo run -p registry --bin generate` runs; the tests of its package have built it.
fn generate(folder: &Path) {
    let profile = profile();
    let generate = build().join(profile).join("generate");
    succeeds(Command::new(generate.with_extension(EXE_EXTENSION)).current_dir(folder));
}

fn succeeds(command: &mut Command) {
    let run = command.env("CARGO_TARGET_DIR", build()).output();
    let run = run.expect("it runs");
    assert!(
        run.status.success(),
        "{command:?}:\n{}\n{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn the_guide_adds_a_route() {
    begin_with_what_is_built();
    let copied = project().join("target/guide");
    copy(&project(), &copied);
    let guide = fs::read_to_string(project().join("CONTRIBUTING.md")).expect("the guide");
    let files = files(&guide);
    assert!(files.len() >= 6, "only {} files in the guide", files.len());
    for (path, block) in files {
        write(&copied.join(path), format!("{block}\n").as_bytes());
    }
    // Whatever is built here is built as `cargo test` builds it in the project: of one package alone,
    // Cargo would build the libraries of others again, with other features.
    cargo(&copied, &["test", "--quiet", "--no-run", "--test", "drift"]);
    generate(&copied);
    let template = fs::read_to_string(copied.join("functions/catalog/template.yaml"));
    assert!(template.is_ok_and(|template| template.contains("CatalogListVariantsFunction")));
    let binary = "catalog-list-variants";
    cargo(
        &copied,
        &["test", "--quiet", "--test", "drift", "--bin", binary],
    );
    cargo(
        &copied,
        &[
            "test",
            "--quiet",
            "--test",
            "souk",
            "--",
            "list_variants",
            "authorization::",
            "events::",
        ],
    );
}
