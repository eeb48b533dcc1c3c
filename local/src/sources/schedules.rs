//! The clock's functions: one event for each, once a minute.

use domain::clock::Clock;
use domain::id::EventId;
use edge::Function;
use serde_json::json;

use crate::functions::Functions;
use crate::stack::Stack;

/// Runs a function as its schedule does. A run that fails is not repeated: the next minute looks at
/// the same things again.
pub(crate) async fn run(stack: &Stack, functions: &Functions, function: &Function) {
    let now = stack.clock.now();
    let event = json!({
        "version": "0",
        "id": EventId::new(now, stack.entropy.as_ref()).to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": stack.naming.account,
        "time": now,
        "region": stack.naming.region,
        "resources": [],
        "detail": "{}",
    });
    let name = function.name();
    if let Err(error) = functions.deliver(&name, event.to_string()).await {
        tracing::warn!(function = name, %error, "a scheduled run failed");
    }
}
