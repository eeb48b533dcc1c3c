//! How broken rules of zones and promotions are told.

use domain::rule::Fault;
use edge::{Code, Failure};

/// The failure that names every one of these faults.
pub(crate) fn broken(faults: Vec<Fault>) -> Failure {
    faults
        .into_iter()
        .fold(Failure::new(Code::ValidationFailed), |failure, fault| {
            let Fault { field, rule } = fault;
            failure.error(format!("{field}: {rule}"))
        })
}

/// What was drafted, if it breaks no rule.
pub(crate) fn sound<T>(thing: T, faults: Vec<Fault>) -> Result<T, Failure> {
    if faults.is_empty() {
        Ok(thing)
    } else {
        Err(broken(faults))
    }
}
