//! What costs nothing: nobody is asked to charge it.

use domain::payment::{Report, Standing};
use domain::text::ProviderRef;

use super::{NewCharge, ProviderError};

/// What the names of such charges begin with. No provider's do.
const PREFIX: &str = "free:";

/// The name of a charge, if it costs nothing.
pub(super) fn name(charge: &NewCharge) -> Option<Result<ProviderRef, ProviderError>> {
    charge.amount.is_zero().then(|| {
        let name = ProviderRef::parse(&format!("{PREFIX}{}", charge.payment));
        name.map_err(|broken| ProviderError::Refused(broken.to_string()))
    })
}

/// What became of a charge that costs nothing: all of it is taken.
pub(super) fn charged(charge: &NewCharge) -> Option<Report> {
    let free = charge.amount.is_zero();
    free.then(|| Standing::Captured(charge.amount).into())
}

/// What becomes of one that is given up, if it is one: it never was charged.
pub(super) fn voided(name: &ProviderRef) -> Option<Report> {
    is_free(name).then(|| Standing::Voided.into())
}

/// What is known of one by this name, if it is one: it can be sent again.
pub(super) fn look_up(name: &ProviderRef) -> Option<Report> {
    is_free(name).then(|| Standing::Idle.into())
}

fn is_free(name: &ProviderRef) -> bool {
    name.as_str().starts_with(PREFIX)
}
