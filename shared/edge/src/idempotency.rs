//! `Idempotency-Key`: <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>.

use std::time::Duration;

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use domain::clock::Timestamp;
use store::once::Once;

/// How long an outcome is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest key.
const MOST_CHARACTERS: usize = 255;

/// The key of a header, bare or as a quoted string.
///
/// # Errors
/// The rule that the header breaks.
pub(crate) fn key(header: &[u8]) -> Result<&str, &'static str> {
    const RULE: &str = "Idempotency-Key: must be 1 to 255 visible characters";
    let text = std::str::from_utf8(header).map_err(|_| RULE)?.trim();
    let bare = match text.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').ok_or(RULE)?,
        None => text,
    };
    let fits = (1..=MOST_CHARACTERS).contains(&bare.len());
    if fits && bare.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(bare)
    } else {
        Err(RULE)
    }
}

/// The record of one request.
pub(crate) fn once(
    caller: &str,
    method: &str,
    path: &str,
    key: &str,
    body: &[u8],
    now: Timestamp,
) -> Once {
    Once {
        scope: scope(caller, method, path, key),
        fingerprint: fingerprint(key, body),
        expires_at: now.plus(REMEMBERED),
    }
}

/// Whose key it is, and for what.
pub(crate) fn scope(caller: &str, method: &str, path: &str, key: &str) -> String {
    let mut digest = Context::new(&SHA256);
    for part in [caller, method, path, key] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    HEXLOWER.encode(digest.finish().as_ref())
}

/// What was asked. Equal JSON in another spelling is another body.
///
/// The key goes in too, and is itself not stored: whoever reads the table cannot try out passwords
/// on the digest of a body that held one, unless they guess the key as well.
fn fingerprint(key: &str, body: &[u8]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(&(key.len() as u64).to_be_bytes());
    digest.update(key.as_bytes());
    digest.update(body);
    HEXLOWER.encode(digest.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::{fingerprint, key, scope};

    #[test]
    fn keys_are_bare_or_quoted_and_visible() {
        assert_eq!(key(b"abc-1"), Ok("abc-1"));
        assert_eq!(key(b"\"abc-1\""), Ok("abc-1"));
        for bad in [
            &b""[..],
            b"\"\"",
            b"\"",
            b"\"a",
            b"a b",
            "\u{e4}".as_bytes(),
            &[b'a'; 256],
        ] {
            assert!(key(bad).is_err(), "{bad:?}");
        }
        assert!(key(&[b'a'; 255]).is_ok());
    }

    #[test]
    fn no_two_scopes_run_together() {
        assert_ne!(scope("a", "b", "c", "de"), scope("a", "b", "cd", "e"));
    }

    #[test]
    fn a_fingerprint_is_of_the_body_and_the_key() {
        let known = fingerprint("key", b"{}");
        assert_eq!(known, fingerprint("key", b"{}"));
        assert_ne!(known, fingerprint("key", b"[]"));
        assert_ne!(known, fingerprint("other", b"{}"));
        assert_ne!(fingerprint("ab", b"c"), fingerprint("a", b"bc"));
    }
}
