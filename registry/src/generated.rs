//! The files that are made of the index, as pure text: who writes them and who holds them to be
//! current both ask here.

use std::fmt;

use serde_json::Value;

use crate::{SERVICES, gateway, machines, manifests, openapi, pages, postman, router, templates};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the repository's root.
    pub path: String,
    /// Its content.
    pub content: String,
}

/// A file that cannot be written as text.
#[derive(Debug)]
pub struct Unwritable {
    /// Its path below the repository's root.
    pub path: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.why)
    }
}

impl std::error::Error for Unwritable {}

const NOTE: &str =
    "# Generated from the index of functions by `cargo run -p registry --bin generate`.\n";

/// Every generated file. Manifests hold hand-written text too: `present` gives a file as it stands.
///
/// # Errors
/// The first file that cannot be written.
pub fn files(present: impl Fn(&str) -> String) -> Result<Vec<File>, Unwritable> {
    let document = openapi::document(&present);
    let examples: Value = serde_json::from_str(&present(openapi::EXAMPLES)).unwrap_or_default();
    let mut files = vec![
        File {
            path: "Cargo.toml".to_owned(),
            content: router::put_into(&present("Cargo.toml")),
        },
        json("openapi.json", &document)?,
        json(
            "docs/souk.postman_collection.json",
            &postman::collection(&document, &examples),
        )?,
        json(
            "functions/platform/assets/routes.json",
            &gateway::routes_json(),
        )?,
        yaml("template.yaml", &templates::root())?,
        File {
            path: machines::PAGE.to_owned(),
            content: machines::page(),
        },
    ];
    for service in SERVICES {
        let path = templates::path(service);
        files.push(yaml(&path, &templates::nested(service))?);
        let path = format!("functions/{}/Cargo.toml", service.name);
        let content = manifests::put_into(&present(&path), service.name);
        files.push(File { path, content });
    }
    let pages = pages::pages(&present).map_err(|(path, why)| Unwritable {
        path: path.to_owned(),
        why,
    })?;
    files.extend(
        pages
            .into_iter()
            .map(|(path, content)| File { path, content }),
    );
    Ok(files)
}

fn json(path: &str, value: &Value) -> Result<File, Unwritable> {
    serde_json::to_string_pretty(value)
        .map(|text| File {
            path: path.to_owned(),
            content: text + "\n",
        })
        .map_err(|error| Unwritable {
            path: path.to_owned(),
            why: error.to_string(),
        })
}

fn yaml(path: &str, value: &Value) -> Result<File, Unwritable> {
    serde_norway::to_string(value)
        .map(|text| File {
            path: path.to_owned(),
            content: format!("{NOTE}{}", quoted(&text)),
        })
        .map_err(|error| Unwritable {
            path: path.to_owned(),
            why: error.to_string(),
        })
}

/// The YAML with quotes around what readers of YAML 1.1, as AWS's tools are, would take for a truth
/// value or a date.
fn quoted(yaml: &str) -> String {
    let mut lines = String::with_capacity(yaml.len());
    for line in yaml.lines() {
        let (start, scalar) = line.rsplit_once(' ').unwrap_or(("", line));
        let is_date = scalar.len() == 10
            && scalar.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let is_whole = start.ends_with(':') || start.ends_with('-');
        if is_whole && (is_date || TRUTHS.contains(&scalar)) {
            lines.extend([start, " '", scalar, "'"]);
        } else {
            lines.push_str(line);
        }
        lines.push('\n');
    }
    lines
}

/// Words that YAML 1.1 takes for truth values and YAML 1.2 does not.
const TRUTHS: [&str; 12] = [
    "ON", "On", "on", "OFF", "Off", "off", "YES", "Yes", "yes", "NO", "No", "no",
];
