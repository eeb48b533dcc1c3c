//! Writes every generated file, and says which have changed.

use std::error::Error;
use std::fs;
use std::path::Path;

use registry::generated::{File, files};

#[expect(
    clippy::print_stdout,
    reason = "this command tells a person what it has written"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let present = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    for File { path, content } in files(present)? {
        let target = root.join(&path);
        if fs::read_to_string(&target).is_ok_and(|current| current == content) {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&target, content)?;
        println!("{path}");
    }
    Ok(())
}
