//! What is inside an access token.

use serde_json::Value;

/// The header of a token.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

/// The claims of a token.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("three parts");
    let bytes = data_encoding::BASE64URL_NOPAD
        .decode(part.as_bytes())
        .expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
