//! The token by which DynamoDB knows a transaction that is sent again.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

const NAME: &[u8] = br#","ClientRequestToken":""#;

/// Which transactions the database is told the token of. The embedded one goes through all tokens of the last
/// ten minutes with each that comes, so it hears only of those that may come again: what is answered is not
/// sent a second time.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashSet<Vec<u8>>>);

impl Tokens {
    /// What of a call goes on to the database. Once something `befalls` a transaction it keeps its token, then
    /// and whenever it is sent again.
    pub(super) fn sent_on(&self, body: &Bytes, befallen: bool) -> Bytes {
        let Some(parts) = parts(body) else {
            return body.clone();
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = &body[parts.value];
        if befallen {
            kept.insert(token.to_vec());
        }
        if kept.contains(token) {
            return body.clone();
        }
        without(body, parts.member)
    }
}

/// A call without the token of its transaction, where it has one.
#[must_use]
pub fn without_token(body: Bytes) -> Bytes {
    match parts(&body) {
        Some(parts) => without(&body, parts.member),
        None => body,
    }
}

/// Where in a call the token is.
struct Parts {
    member: Range<usize>,
    value: Range<usize>,
}

fn parts(body: &[u8]) -> Option<Parts> {
    let begins = body.windows(NAME.len()).rposition(|part| part == NAME)?;
    let value = begins + NAME.len();
    let length = body[value..].iter().position(|byte| *byte == b'"')?;
    Some(Parts {
        member: begins..value + length + 1,
        value: value..value + length,
    })
}

fn without(body: &[u8], member: Range<usize>) -> Bytes {
    [&body[..member.start], &body[member.end..]].concat().into()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Tokens, without_token};

    const SENT: &[u8] = br#"{"TransactItems":[{"Put":{}}],"ClientRequestToken":"a-b","Other":"c"}"#;
    const KEPT: &[u8] = br#"{"TransactItems":[{"Put":{}}],"Other":"c"}"#;

    #[test]
    fn nothing_else_is_taken_away() {
        assert_eq!(without_token(Bytes::from_static(SENT)), KEPT);
        assert_eq!(without_token(Bytes::from_static(KEPT)), KEPT);
    }

    #[test]
    fn what_may_come_again_keeps_its_token_for_good() {
        let tokens = Tokens::default();
        let sent = Bytes::from_static(SENT);
        assert_eq!(tokens.sent_on(&sent, false), KEPT);
        assert_eq!(tokens.sent_on(&sent, true), SENT);
        assert_eq!(tokens.sent_on(&sent, false), SENT);
        let other = Bytes::from_static(br#"{"T":[],"ClientRequestToken":"c"}"#);
        assert_eq!(tokens.sent_on(&other, false), br#"{"T":[]}"#.as_slice());
    }
}
