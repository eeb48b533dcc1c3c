//! Writes the description of the API as it is served: without the white space between its tokens, which is
//! half of it and of what it takes to send.

use std::path::Path;
use std::{env, error, fs};

/// The description as people and their tools read it.
const DESCRIPTION: &str = "../../openapi.json";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={DESCRIPTION}");
    println!("cargo::rerun-if-changed=build.rs");
    let served = compact(&fs::read_to_string(DESCRIPTION)?);
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how cargo tells a build script where to write"
    )]
    let directory = env::var("OUT_DIR")?;
    fs::write(Path::new(&directory).join("openapi.json"), served)?;
    Ok(())
}

/// JSON without white space outside of its strings.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|letter| {
            let kept = in_string || !letter.is_ascii_whitespace();
            if *letter == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = in_string && *letter == '\\' && !escaped;
            kept
        })
        .collect()
}
