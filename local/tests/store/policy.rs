//! What a function was not granted it cannot do, and that it tried is put down.

use edge::Function;
use local::Options;
use local::aws::Denial;
use registry::policy::{Statement, statements};
use serde_json::Value;

use crate::stage::{SKU, ask, open};

/// Every function's policy, but for one that may do nothing.
fn without_levels(function: &Function) -> Vec<Statement> {
    if function.name() == "inventory-get-level" {
        return Vec::new();
    }
    statements(function)
}

#[tokio::test(start_paused = true)]
async fn a_missing_grant_is_a_failure_and_a_denial() {
    let store = open(Options {
        policy: without_levels,
        ..Options::for_tests()
    })
    .await;
    let target = format!("/api/v1/inventory/{SKU}");
    let (response, body) = ask(&store, "GET", &target, &[], &Value::Null).await;
    assert!(response.status >= 500, "{body}");
    let denials = store.denials();
    assert!(!denials.is_empty());
    for Denial {
        function, action, ..
    } in denials
    {
        assert_eq!(
            (function.as_str(), action.as_str()),
            ("inventory-get-level", "dynamodb:GetItem")
        );
    }
}
