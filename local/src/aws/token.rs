//! The token by which DynamoDB knows a transaction that is sent again.

use bytes::Bytes;

/// A call without the token of its transaction, where it has one. Who is answered does not send it again; and
/// the embedded database goes through all tokens of the last ten minutes with each that comes.
#[must_use]
pub fn without_token(body: Bytes) -> Bytes {
    const NAME: &[u8] = br#","ClientRequestToken":""#;
    let Some(from) = body.windows(NAME.len()).rposition(|part| part == NAME) else {
        return body;
    };
    let value = &body[from + NAME.len()..];
    let Some(length) = value.iter().position(|byte| *byte == b'"') else {
        return body;
    };
    let rest = &value[length + 1..];
    [&body[..from], rest].concat().into()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::without_token;

    #[test]
    fn nothing_else_is_taken_away() {
        let sent = br#"{"TransactItems":[{"Put":{}}],"ClientRequestToken":"a-b","Other":"c"}"#;
        let kept = br#"{"TransactItems":[{"Put":{}}],"Other":"c"}"#;
        assert_eq!(without_token(Bytes::from_static(sent)), kept.as_slice());
        assert_eq!(without_token(Bytes::from_static(kept)), kept.as_slice());
    }
}
