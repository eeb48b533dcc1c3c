//! How a broken rule is told: the rule itself, and where it was broken.

use std::fmt;

use crate::address::{AddressLine, PostalCode};
use crate::api_key::KeyName;
use crate::clock::Timestamp;
use crate::country::Country;
use crate::currency::Currency;
use crate::email::Email;
use crate::id::OrderId;
use crate::order::{Actor, Carrier, NoteText, OrderNumber, TrackingNumber, TrackingUrl};
use crate::password::Password;
use crate::pricing::promotion::CouponCode;
use crate::search::SearchText;
use crate::sku::Sku;
use crate::slug::Slug;
use crate::text::{
    Description, ImageUrl, OptionName, OptionValue, PaymentMethod, PersonName, ProviderRef, Reason,
    TaxCategory, Title, Token, Url,
};

/// The rule that a value breaks, phrased to follow the name of a field:
/// "must be an email address".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub &'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

/// A broken rule and the path of the field that breaks it, such as `variants[0].prices`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path of the field in camelCase, list positions in brackets.
    pub field: String,
    /// The rule, phrased to follow the field's name.
    pub rule: String,
}

impl Fault {
    /// A fault at `field`.
    pub fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

/// Tells whether a text keeps a rule.
pub type Check = fn(&str) -> Result<(), Broken>;

/// Every string format of the domain with the parser that decides on it.
///
/// The edge walks a request along its schema and asks here, so that all broken rules of a request
/// are named at once, with the same words that the parser itself would use.
const RULES: &[(&str, Check)] = &[
    ("actor", |text| Actor::parse(text).map(drop)),
    ("address-line", |text| AddressLine::parse(text).map(drop)),
    ("carrier", |text| Carrier::parse(text).map(drop)),
    ("country", |text| Country::parse(text).map(drop)),
    ("coupon-code", |text| CouponCode::parse(text).map(drop)),
    ("currency", |text| Currency::parse(text).map(drop)),
    ("date-time", |text| Timestamp::parse(text).map(drop)),
    ("description", |text| Description::parse(text).map(drop)),
    ("email", |text| Email::parse(text).map(drop)),
    ("image-url", |text| ImageUrl::parse(text).map(drop)),
    ("key-name", |text| KeyName::parse(text).map(drop)),
    ("note-text", |text| NoteText::parse(text).map(drop)),
    ("option-name", |text| OptionName::parse(text).map(drop)),
    ("option-value", |text| OptionValue::parse(text).map(drop)),
    ("order-number", |text| OrderNumber::parse(text).map(drop)),
    ("password", |text| Password::parse(text).map(drop)),
    ("payment-method", |text| {
        PaymentMethod::parse(text).map(drop)
    }),
    ("person-name", |text| PersonName::parse(text).map(drop)),
    ("postal-code", |text| PostalCode::parse(text).map(drop)),
    ("provider-ref", |text| ProviderRef::parse(text).map(drop)),
    ("reason", |text| Reason::parse(text).map(drop)),
    ("search-text", |text| SearchText::parse(text).map(drop)),
    ("sku", |text| Sku::parse(text).map(drop)),
    ("slug", |text| Slug::parse(text).map(drop)),
    ("tax-category", |text| TaxCategory::parse(text).map(drop)),
    ("token", |text| Token::parse(text).map(drop)),
    ("title", |text| Title::parse(text).map(drop)),
    ("tracking-number", |text| {
        TrackingNumber::parse(text).map(drop)
    }),
    ("tracking-url", |text| TrackingUrl::parse(text).map(drop)),
    ("url", |text| Url::parse(text).map(drop)),
    // All ids share one form; any of their parsers decides for the rest.
    ("uuid", |text| OrderId::parse(text).map(drop)),
];

/// The rule behind a schema's `format` keyword, if the domain has one.
#[must_use]
pub fn rule_of(format: &str) -> Option<Check> {
    RULES
        .iter()
        .find(|(name, _)| *name == format)
        .map(|(_, check)| *check)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every format that a schema in this crate's sources names.
    fn formats_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                formats_in(&path, found);
                continue;
            }
            if path.ends_with("rule.rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for line in source.lines().map(str::trim) {
                let literal = line
                    .strip_prefix("format: \"")
                    .or_else(|| line.strip_prefix("pub const FORMAT: &'static str = \""));
                if let Some((format, _)) = literal.and_then(|literal| literal.split_once('"')) {
                    found.insert(format.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_format_of_a_schema_has_its_rule_and_every_rule_its_format() {
        let mut formats = BTreeSet::new();
        formats_in(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut formats,
        );
        let rules: BTreeSet<String> = RULES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(formats, rules);
        assert_eq!(
            rules.len(),
            RULES.len(),
            "a format stands twice in the table"
        );
    }

    #[test]
    fn a_rule_speaks_with_the_words_of_its_parser() {
        let check = rule_of("email").unwrap();
        assert_eq!(check("a@b.example"), Ok(()));
        assert_eq!(check("nobody"), Err(Email::parse("nobody").unwrap_err()));
        assert!(rule_of("binary").is_none());
    }
}
