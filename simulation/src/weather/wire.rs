//! What goes over the wire, and what it says.

use serde_json::Value;

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
