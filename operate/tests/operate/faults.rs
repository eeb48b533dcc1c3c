//! A function that cannot read what it is handed.

use local::aws::{Fault, Faults};

/// Hands this function something else than it was sent.
pub(crate) struct Garbling(pub(crate) &'static str);

impl Faults for Garbling {
    fn before(&self, _function: &str, _operation: &str) -> Fault {
        Fault::None
    }

    fn handed(&self, function: &str, event: String) -> String {
        if function == self.0 {
            "{}".to_owned()
        } else {
            event
        }
    }
}
