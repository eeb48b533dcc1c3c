//! The binaries that are measured, built as they are deployed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What nothing here can be faster than, by name.
pub(crate) const FLOORS: [&str; 3] = ["bare", "lean", "default"];

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Builds functions for release, and gives where each is.
pub(crate) fn functions(names: &[String], as_built: bool) -> Fallible<Vec<PathBuf>> {
    let mut build = cargo(&root());
    for name in names {
        let service = registry::functions()
            .find(|function| function.name() == *name)
            .map(|function| function.service)
            .ok_or_else(|| format!("there is no function {name}"))?;
        build.args(["--package", service, "--bin", name]);
    }
    if !as_built {
        run(build)?;
    }
    let built = root().join("target/release");
    Ok(names.iter().map(|name| built.join(name)).collect())
}

/// Builds the store on one machine for release, and gives where it is.
pub(crate) fn store(as_built: bool) -> Fallible<PathBuf> {
    let mut build = cargo(&root());
    build.args(["--package", "local", "--bin", "souk"]);
    if !as_built {
        run(build)?;
    }
    Ok(root().join("target/release/souk"))
}

/// Builds the floors, and gives where each is. Each is built by itself: what one wants of a library, the
/// others would get as well.
pub(crate) fn floors(as_built: bool) -> Fallible<Vec<PathBuf>> {
    let target = root().join("target/floors");
    for name in FLOORS {
        let mut build = cargo(&root().join("bench/floors"));
        build
            .args(["--package", name])
            .arg("--target-dir")
            .arg(&target);
        if !as_built {
            run(build)?;
        }
    }
    let built = target.join("release");
    Ok(FLOORS.iter().map(|name| built.join(name)).collect())
}

fn cargo(workspace: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--locked"])
        .current_dir(workspace);
    cargo
}

fn run(mut build: Command) -> Fallible<()> {
    match build.status()?.success() {
        true => Ok(()),
        false => Err("a build failed".into()),
    }
}
