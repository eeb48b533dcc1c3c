//! How broken rules of zones and promotions are told.

use domain::rule::Fault;
use edge::Failure;

/// What was drafted, if it breaks no rule.
pub(crate) fn sound<T>(thing: T, faults: Vec<Fault>) -> Result<T, Failure> {
    if faults.is_empty() {
        Ok(thing)
    } else {
        Err(Failure::rules(faults))
    }
}
