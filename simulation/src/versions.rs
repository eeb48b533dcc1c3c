//! What other versions of the shop, still running while a new one is put in place, write.

use serde_json::Value;

/// The event as the version before wrote it: without what has come to it since.
pub(crate) fn before(event: &str) -> Option<String> {
    let mut event: Value = serde_json::from_str(event).ok()?;
    let mut changed = false;
    for record in event["Records"].as_array_mut()? {
        let body = record["body"].as_str()?;
        let mut envelope: Value = serde_json::from_str(body).ok()?;
        if !matches!(
            envelope["type"].as_str(),
            Some("PaymentSucceeded" | "PaymentFailed")
        ) {
            continue;
        }
        let data = envelope["data"].as_object_mut()?;
        // Payments of that time were taken at once, and had no refunds of their own.
        let whole = data.get("captured") == data.get("amount") || data["captured"]["amount"] == 0;
        let refunds = data.get("refunds").and_then(Value::as_array);
        if !whole || refunds.is_some_and(|refunds| !refunds.is_empty()) {
            continue;
        }
        for field in ["status", "captured", "refunds", "dispute"] {
            data.shift_remove(field);
        }
        record["body"] = Value::String(envelope.to_string());
        changed = true;
    }
    changed.then(|| event.to_string())
}
