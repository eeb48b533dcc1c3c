//! Writes every generated file, and says which have changed.

use std::error::Error;
use std::fs;
use std::path::Path;

use registry::generated::{File, MANIFEST, files};

#[expect(
    clippy::print_stdout,
    reason = "this command tells a person what it has written"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = fs::read_to_string(root.join(MANIFEST))?;
    for File { path, content } in files(&manifest)? {
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
