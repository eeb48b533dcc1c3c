//! Where something is sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::country::Country;
use crate::text::{LINE, PersonName, line};
use crate::value::string_value;

string_value! {
    /// A line of an address, a city or a region; 1 to 100 characters.
    pub struct AddressLine {
        format: "address-line",
        length: 1..=100,
        pattern: LINE,
        check: |text| line(text, 100, "must be 1 to 100 characters"),
    }
}

string_value! {
    /// A postal code in whatever form its country has; 1 to 16 characters.
    pub struct PostalCode {
        format: "postal-code",
        length: 1..=16,
        pattern: LINE,
        check: |text| line(text, 16, "must be 1 to 16 characters"),
    }
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Who receives it.
    pub name: PersonName,
    /// Street and number.
    pub line1: AddressLine,
    /// Whatever else the carrier must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<AddressLine>,
    /// Town.
    pub city: AddressLine,
    /// State, province or county, where the country has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Country.
    pub country: Country,
}
