//! What cannot be done to an order's goods, on the wire.

use domain::order::GoodsError;
use edge::{Code, Failure};
use serde_json::{Value, json};

/// A rule of the domain that goods would break.
pub(crate) fn refused(error: GoodsError) -> Failure {
    let line = format!("status: {error}");
    let in_this_state = |detail: Value| Failure::new(Code::InvalidState).error(line).detail(detail);
    match error {
        GoodsError::Unknown => Failure::new(Code::NotFound),
        GoodsError::Barred { status, allowed } => {
            in_this_state(json!({ "from": status, "to": allowed.first(), "allowed": allowed }))
        }
        GoodsError::Fulfilment(forbidden) => {
            in_this_state(json!({ "from": forbidden.from, "to": forbidden.to }))
        }
        GoodsError::Return(forbidden) => {
            in_this_state(json!({ "from": forbidden.from, "to": forbidden.to }))
        }
        GoodsError::Faults(faults) => Failure::rules(faults),
    }
}
