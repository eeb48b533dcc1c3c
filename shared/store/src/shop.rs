//! What the shop as a whole is configured to be.

use domain::currency::Currency;

use crate::env::Var;
use crate::need::{Declaration, Need, StartError, Wiring};

/// The currency of orders that name none.
pub const STORE_CURRENCY: Var = Var::new(
    "STORE_CURRENCY",
    "the ISO 4217 code of the shop's own currency",
);
/// Who issues access tokens.
pub const ISSUER: Var = Var::new(
    "ISSUER",
    "the shop's public URL, which issues access tokens",
);

/// The shop's settings.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The currency of orders that name none.
    pub currency: Currency,
}

impl Need for Shop {
    fn declare(declaration: &mut Declaration) {
        declaration.var(STORE_CURRENCY);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let code = wiring.env.get(STORE_CURRENCY)?;
        let currency = Currency::parse(code)
            .map_err(|broken| StartError::Unusable(STORE_CURRENCY, broken.to_string()))?;
        Ok(Self { currency })
    }
}
