//! Digests of what is compared and never shown again: secrets, addresses.

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{Context, SHA256};

/// The SHA-256 of some parts, of which no two lists run together.
#[must_use]
pub fn digest(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    BASE64URL_NOPAD.encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn no_two_lists_run_together() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["ab"]), digest(&["a", "b"]));
        assert_eq!(digest(&["a"]).len(), 43);
    }
}
