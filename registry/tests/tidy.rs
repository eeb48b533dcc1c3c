//! Holds the house in order: what every source file and every manifest must and must not have.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

/// Rooms whose sources are looked at, with whatever is below them.
const ROOMS: [&str; 7] = [
    "shared",
    "functions",
    "registry",
    "local",
    "operate",
    "simulation",
    "tests",
];
/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "utils", "util", "helpers", "helper", "common", "manager", "misc", "shared",
];
/// More than anyone reads in one sitting.
const MOST_LINES: usize = 700;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

struct Source {
    path: String,
    text: String,
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let skipped = path
                .file_name()
                .is_some_and(|name| name == "target" || name == "node_modules");
            if !skipped {
                collect(&path, sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(repository()).unwrap();
            sources.push(Source {
                path: below.to_string_lossy().into_owned(),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for room in ROOMS {
        collect(&repository().join(room), &mut sources);
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// Fails with the path of every source that `breaks` the rule.
fn no_source(rule: &str, breaks: impl Fn(&Source) -> bool) {
    let broken: Vec<String> = sources()
        .into_iter()
        .filter(breaks)
        .map(|source| source.path)
        .collect();
    assert!(broken.is_empty(), "{rule}:\n{}\n", broken.join("\n"));
}

#[test]
fn every_source_says_what_it_owns() {
    no_source("line 1 must begin with `//! `", |source| {
        !source.text.starts_with("//! ")
    });
}

#[test]
fn every_source_has_a_telling_name() {
    no_source("the name says nothing", |source| {
        let path = Path::new(&source.path);
        path.components()
            .skip(1)
            .filter_map(|part| Path::new(part.as_os_str()).file_stem())
            .any(|stem| EMPTY_NAMES.iter().any(|empty| stem == *empty))
    });
}

#[test]
fn every_source_can_be_read_in_one_sitting() {
    no_source("longer than 700 lines", |source| {
        source.text.lines().count() > MOST_LINES
    });
}

#[test]
fn functions_are_tested_through_the_api() {
    let marker = format!("#[cfg({})]", "test");
    no_source("tests of functions stand in tests/", |source| {
        source.path.starts_with("functions") && source.text.contains(&marker)
    });
}

#[test]
fn lints_are_expected_with_a_reason_and_never_silenced() {
    let markers = [format!("#[{}(", "allow"), format!("#![{}(", "allow")];
    no_source("use `#[expect(.., reason = \"..\")]`", |source| {
        markers.iter().any(|marker| source.text.contains(marker))
    });
}

/// The crates that a package depends on when it is built; its tests may use others.
fn dependencies(package: &str) -> BTreeSet<String> {
    let path = repository().join(package).join("Cargo.toml");
    let manifest: DocumentMut = fs::read_to_string(path).unwrap().parse().unwrap();
    let table = manifest.get("dependencies").and_then(Item::as_table_like);
    table
        .into_iter()
        .flat_map(|table| table.iter())
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn packages(folder: &str) -> Vec<String> {
    let mut packages: Vec<String> = fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    packages.sort();
    packages
}

/// The crates of this repository.
fn ours() -> BTreeSet<String> {
    let functions = packages("functions");
    let shared = packages("shared");
    let above = ["registry", "local", "operate", "simulation", "tests"].map(str::to_owned);
    functions.into_iter().chain(shared).chain(above).collect()
}

fn depends_only_on(package: &str, allowed: &[&str]) {
    let ours = ours();
    for dependency in dependencies(package).intersection(&ours) {
        assert!(
            allowed.contains(&dependency.as_str()),
            "{package} must not depend on {dependency}"
        );
    }
}

#[test]
fn dependencies_point_one_way() {
    depends_only_on("shared/domain", &[]);
    depends_only_on("shared/store", &["domain"]);
    depends_only_on("shared/mail", &["domain", "store"]);
    depends_only_on("shared/edge", &["domain", "store"]);
    let functions = packages("functions");
    for function in &functions {
        let mut below = vec!["domain", "store", "edge"];
        if function == "notifications" {
            // Nobody else is linked with the SDK of SES.
            below.push("mail");
        }
        depends_only_on(&format!("functions/{function}"), &below);
    }
    let functions = functions.iter().map(String::as_str);
    let below: Vec<&str> = functions
        .chain(["domain", "store", "mail", "edge"])
        .collect();
    depends_only_on("registry", &below);
    let below: Vec<&str> = below.into_iter().chain(["registry"]).collect();
    depends_only_on("local", &below);
    depends_only_on("operate", &["domain", "store", "edge", "registry"]);
    let below: Vec<&str> = below.into_iter().chain(["local"]).collect();
    depends_only_on("simulation", &below);
}

#[test]
fn the_domain_knows_neither_aws_nor_a_runtime() {
    for dependency in dependencies("shared/domain") {
        let foreign = ["aws", "lambda", "tokio", "http", "futures"];
        let is_foreign = foreign.iter().any(|start| dependency.starts_with(start));
        assert!(!is_foreign, "shared/domain must not depend on {dependency}");
    }
}

#[test]
fn only_the_store_and_mail_name_an_aws_sdk() {
    let functions = packages("functions")
        .into_iter()
        .map(|name| format!("functions/{name}"));
    let others = [
        "shared/domain",
        "shared/edge",
        "registry",
        "local",
        "operate",
        "tests",
    ];
    let others = others.map(str::to_owned);
    for package in functions.chain(others) {
        for dependency in dependencies(&package) {
            let is_sdk = dependency.starts_with("aws-sdk") || dependency == "aws-config";
            assert!(!is_sdk, "{package} must not depend on {dependency}");
        }
    }
}

#[test]
fn one_package_is_what_cargo_run_starts() {
    let mut members = vec![
        "registry".to_owned(),
        "local".to_owned(),
        "operate".to_owned(),
        "simulation".to_owned(),
        "tests".to_owned(),
    ];
    members.extend(
        packages("shared")
            .into_iter()
            .map(|name| format!("shared/{name}")),
    );
    let starts: Vec<String> = members
        .into_iter()
        .filter(|package| {
            let path = repository().join(package).join("Cargo.toml");
            let manifest: DocumentMut = fs::read_to_string(path).unwrap().parse().unwrap();
            manifest["package"].get("default-run").is_some()
        })
        .collect();
    assert_eq!(
        starts,
        ["local"],
        "`cargo run` starts the one package with a default-run"
    );
}
