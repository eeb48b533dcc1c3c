//! What a new password must be.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::email::Email;
use crate::rule::Broken;

/// Passwords that head published lists of leaked ones, in lower case; what breaks the rules of form is
/// left out. Most are from zxcvbn's list, under the licence beside it.
const KNOWN: &str = include_str!("password/known.txt");

/// A password that somebody chooses: 8 to 128 characters, a capital letter among them.
///
/// It can neither be copied, printed nor serialised: it goes from the request to the hash.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

impl Password {
    /// The schema's `format` keyword for this type.
    pub const FORMAT: &'static str = "password";

    /// Takes a password that keeps the rules of form; see also [`Password::acceptable_for`].
    pub fn parse(text: &str) -> Result<Self, Broken> {
        Self::try_from(text.to_owned())
    }

    /// The password itself, for hashing and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// One of those that attackers try first, in any case.
    #[must_use]
    pub fn is_common(&self) -> bool {
        let lower = self.0.to_lowercase();
        KNOWN.lines().any(|known| known == lower)
    }

    /// The email address or what stands before its `@`, in any case.
    #[must_use]
    pub fn resembles(&self, email: &Email) -> bool {
        let lower = self.0.to_lowercase();
        let address = email.canonical();
        lower == address || lower == email.local_part().to_ascii_lowercase()
    }

    /// Whether the owner of an address may choose this password.
    pub fn acceptable_for(&self, email: &Email) -> Result<(), Broken> {
        if self.is_common() {
            return Err(Broken("must not be a commonly used password"));
        }
        if self.resembles(email) {
            return Err(Broken("must not be the email address"));
        }
        Ok(())
    }
}

impl TryFrom<String> for Password {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        if !(8..=128).contains(&text.chars().count()) {
            return Err(Broken("must be 8 to 128 characters"));
        }
        if text.chars().any(char::is_control) {
            return Err(Broken("must not contain control characters"));
        }
        if !text.chars().any(is_capital) {
            return Err(Broken("must contain an upper-case letter"));
        }
        Ok(Self(text))
    }
}

/// A capital letter of the Latin, Greek or Cyrillic alphabet. The ranges are those of [`PATTERN`]:
/// what a letter's case is in all scripts of the world, no two languages' patterns agree about.
fn is_capital(letter: char) -> bool {
    matches!(letter, 'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ω' | 'Ѐ'..='Я')
}

/// The rules of form as a pattern; only the length stands beside it.
const PATTERN: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f]*",
    r"[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a1\u03a3-\u03a9\u0400-\u042f]",
    r"[^\u0000-\u001f\u007f-\u009f]*$",
);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl JsonSchema for Password {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "password",
            "minLength": 8,
            "maxLength": 128,
            "pattern": PATTERN,
            "description": "8 to 128 characters with an upper-case letter, neither a common password nor the email address.",
            "writeOnly": true,
        })
    }
}
