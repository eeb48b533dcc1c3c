//! What can be known of a provider without calling it: its payment methods, what it can charge, and
//! when the shop wants its money.

use domain::money::Money;
use domain::payment::CaptureMethod;
use domain::rule::Broken;
use domain::text::PaymentMethod;

use super::{CAPTURE_METHOD, Entry, PAYMENT_PROVIDER, chosen};
use crate::need::{Declaration, Need, StartError, Wiring};

/// The payment methods that the provider knows, for those who charge nothing themselves.
pub struct PaymentMethods {
    entry: &'static Entry,
}

impl PaymentMethods {
    /// Whether the provider knows a payment method.
    #[must_use]
    pub fn accept(&self, method: &PaymentMethod) -> bool {
        (self.entry.accepts)(method)
    }

    /// Whether an amount can be charged. Nothing always can: no provider is asked for it.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn can_charge(&self, amount: Money) -> Result<(), Broken> {
        if amount.is_zero() {
            return Ok(());
        }
        (self.entry.can_charge)(amount)
    }
}

impl Need for PaymentMethods {
    fn declare(declaration: &mut Declaration) {
        declaration.var(PAYMENT_PROVIDER);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            entry: chosen(wiring)?,
        })
    }
}

/// When the shop takes the money of payments that do not say so.
#[derive(Debug, Clone, Copy)]
pub struct CaptureDefault(pub CaptureMethod);

impl Need for CaptureDefault {
    fn declare(declaration: &mut Declaration) {
        declaration.var(CAPTURE_METHOD);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        CaptureMethod::parse(wiring.env.get(CAPTURE_METHOD)?)
            .map(Self)
            .map_err(|broken| StartError::Unusable(CAPTURE_METHOD, broken.to_string()))
    }
}
