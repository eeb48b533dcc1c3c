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

/// The shop's public URL, which issues access tokens.
#[derive(Debug, Clone)]
pub struct Issuer(String);

impl Issuer {
    /// The URL as tokens name it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of a path at the root.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.trim_end_matches('/'))
    }
}

impl Need for Issuer {
    fn declare(declaration: &mut Declaration) {
        declaration.var(ISSUER);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self(wiring.env.get(ISSUER)?.to_owned()))
    }
}
