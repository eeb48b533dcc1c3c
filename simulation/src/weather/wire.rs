//! What goes over the wire, and what it says.

use bytes::Bytes;
use serde_json::Value;

/// A transaction without the token by which the database knows that it is sent again. Whoever is answered
/// does not send it again, and to remember them all is a good part of the database's work.
pub(crate) fn without_token(body: Bytes) -> Bytes {
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

/// The ids of the events of a batch that was dealt with.
pub(super) fn dealt_with(event: &Value, answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array();
    let Some(failures) = failures else {
        return Vec::new();
    };
    let records = event["Records"].as_array().into_iter().flatten();
    records
        .filter(|record| {
            let is_of = |failure: &Value| failure["itemIdentifier"] == record["messageId"];
            record["messageId"].is_string() && !failures.iter().any(is_of)
        })
        .filter_map(|record| {
            let body: Value = serde_json::from_str(record["body"].as_str()?).ok()?;
            Some(body["id"].as_str()?.to_owned())
        })
        .collect()
}
