//! What the shop as a whole is configured to be.

use domain::currency::Currency;
use domain::email::Email;
use domain::id::OrderId;

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
/// Where people shop.
pub const STOREFRONT_URL: Var = Var::new(
    "STOREFRONT_URL",
    "the URL of the pages that links in mails lead to",
);
/// What the shop is called.
pub const SHOP_NAME: Var = Var::new("SHOP_NAME", "what the shop is called in the mails it sends");
/// Who becomes admin.
pub const ADMIN_EMAIL: Var = Var::new(
    "ADMIN_EMAIL",
    "the address whose owner becomes admin, or none",
);
/// What stands in [`ADMIN_EMAIL`] where nobody does.
const NOBODY: &str = "none";
/// The longest name of a shop, in characters: it stands in subjects.
const LONGEST_NAME: usize = 60;

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

/// Where links in mails lead.
#[derive(Debug, Clone)]
pub struct Storefront(String);

impl Storefront {
    /// The URL of a page that takes a token.
    #[must_use]
    pub fn page(&self, name: &str, token: &str) -> String {
        format!("{}/{name}?token={token}", self.0.trim_end_matches('/'))
    }

    /// The URL of an order's page; a guest's takes the order's token.
    #[must_use]
    pub fn order(&self, order: OrderId, token: Option<&str>) -> String {
        let page = format!("orders/{order}");
        match token {
            Some(token) => self.page(&page, token),
            None => format!("{}/{page}", self.0.trim_end_matches('/')),
        }
    }
}

impl Need for Storefront {
    fn declare(declaration: &mut Declaration) {
        declaration.var(STOREFRONT_URL);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self(wiring.env.get(STOREFRONT_URL)?.to_owned()))
    }
}

/// What the shop is called.
#[derive(Debug, Clone)]
pub struct ShopName(String);

impl ShopName {
    /// A name on one line, of 1 to 60 characters.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let fits = (1..=LONGEST_NAME).contains(&name.chars().count())
            && !name.chars().any(char::is_control)
            && name.trim() == name;
        fits.then(|| Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Need for ShopName {
    fn declare(declaration: &mut Declaration) {
        declaration.var(SHOP_NAME);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Self::parse(wiring.env.get(SHOP_NAME)?).ok_or_else(|| {
            let rule = format!("must be one line of 1 to {LONGEST_NAME} characters");
            StartError::Unusable(SHOP_NAME, rule)
        })
    }
}

/// The address whose owner becomes admin, once they have shown that they read it and that its account
/// is theirs.
#[derive(Debug, Clone)]
pub struct AdminEmail(Option<Email>);

impl AdminEmail {
    /// Whether this is the address.
    #[must_use]
    pub fn is(&self, email: &Email) -> bool {
        self.0
            .as_ref()
            .is_some_and(|admin| admin.canonical() == email.canonical())
    }
}

impl Need for AdminEmail {
    fn declare(declaration: &mut Declaration) {
        declaration.var(ADMIN_EMAIL);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        match wiring.env.get(ADMIN_EMAIL)? {
            NOBODY => Ok(Self(None)),
            address => Email::parse(address)
                .map(|admin| Self(Some(admin)))
                .map_err(|broken| StartError::Unusable(ADMIN_EMAIL, broken.to_string())),
        }
    }
}
