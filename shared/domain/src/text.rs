//! Plain text that people or providers write, each kind with its length and its rule.

use crate::rule::Broken;
use crate::value::string_value;

/// [`line`] as a pattern: no control characters, and one character at least that is no space.
pub(crate) const LINE: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f]*$",
);
/// [`paragraphs`] as a pattern.
const PARAGRAPHS: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// What follows the scheme in [`url`], as a pattern: a first character that begins a host, and then
/// whatever does not end an attribute.
pub(crate) const HOST: &str = concat!(
    r#"[^/?#\u0000-\u0020"<>\\`\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"#,
    r#"[^\u0000-\u0020"<>\\`\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$"#,
);

string_value! {
    /// A person's name, 1 to 100 characters.
    pub struct PersonName {
        format: "person-name",
        length: 1..=100,
        pattern: LINE,
        check: |text| line(text, 100, "must be 1 to 100 characters"),
    }
}

impl PersonName {
    /// What stands for the name of a person whose account is erased.
    #[must_use]
    pub fn of_erased() -> Self {
        Self("Erased".to_owned())
    }
}

string_value! {
    /// A secret that we gave out and that comes back, 1 to 512 characters.
    pub struct Token {
        format: "token",
        length: 1..=512,
        pattern: LINE,
        check: |text| line(text, 512, "must be 1 to 512 characters"),
    }
}

string_value! {
    /// What a product is called, 1 to 100 characters.
    pub struct Title {
        format: "title",
        length: 1..=100,
        pattern: LINE,
        check: |text| line(text, 100, "must be 1 to 100 characters"),
    }
}

string_value! {
    /// What a product is about: up to 5,000 characters, line breaks and tabs among them.
    pub struct Description {
        format: "description",
        length: 0..=5_000,
        pattern: PARAGRAPHS,
        check: paragraphs,
    }
}

string_value! {
    /// Why somebody did something, 1 to 200 characters.
    pub struct Reason {
        format: "reason",
        length: 1..=200,
        pattern: LINE,
        check: |text| line(text, 200, "must be 1 to 200 characters"),
    }
}

string_value! {
    /// What tells variants apart, such as "colour"; 1 to 50 characters.
    pub struct OptionName {
        format: "option-name",
        length: 1..=50,
        pattern: LINE,
        check: |text| line(text, 50, "must be 1 to 50 characters"),
    }
}

string_value! {
    /// What a variant is in one respect, such as "red"; 1 to 50 characters.
    pub struct OptionValue {
        format: "option-value",
        length: 1..=50,
        pattern: LINE,
        check: |text| line(text, 50, "must be 1 to 50 characters"),
    }
}

string_value! {
    /// Where an image can be fetched: an `https` URL of up to 2,048 characters.
    pub struct ImageUrl {
        format: "image-url",
        length: 9..=2_048,
        pattern: format!("^https://{HOST}"),
        check: |text| url(text, &["https://"], "must be an https URL of up to 2048 characters"),
    }
}

string_value! {
    /// Where a browser can be sent: an `http` or `https` URL of up to 2,048 characters.
    pub struct Url {
        format: "url",
        length: 8..=2_048,
        pattern: format!("^https?://{HOST}"),
        check: |text| {
            url(text, &["https://", "http://"], "must be a URL of up to 2048 characters")
        },
    }
}

string_value! {
    /// A payment provider's token for a means of payment: `[A-Za-z0-9_]{1,64}`.
    pub struct PaymentMethod {
        format: "payment-method",
        length: 1..=64,
        pattern: "^[A-Za-z0-9_]+$",
        check: |text| {
            word(text, "_", "must be 1 to 64 letters, digits or underscores")
        },
    }
}

string_value! {
    /// What a payment provider calls a charge, 1 to 255 letters, digits or one of `_ - : .`.
    pub struct ProviderRef {
        format: "provider-ref",
        length: 1..=255,
        pattern: "^[A-Za-z0-9_:.-]+$",
        check: |text| {
            let fits = (1..=255).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-:.".contains(c));
            if fits {
                Ok(())
            } else {
                Err(Broken("must be 1 to 255 letters, digits or one of _ - : ."))
            }
        },
    }
}

string_value! {
    /// What kind of goods a variant is for the tax man: `[A-Za-z0-9_-]{1,64}`.
    pub struct TaxCategory {
        format: "tax-category",
        length: 1..=64,
        pattern: "^[A-Za-z0-9_-]+$",
        check: |text| {
            word(text, "_-", "must be 1 to 64 letters, digits, hyphens or underscores")
        },
    }
}

impl Default for TaxCategory {
    fn default() -> Self {
        Self("standard".to_owned())
    }
}

/// One line of 1 to `max` code points that is not blank.
pub(crate) fn line(text: &str, max: usize, length: &'static str) -> Result<(), Broken> {
    if text.chars().any(char::is_control) {
        return Err(Broken("must not contain control characters"));
    }
    if text.is_empty() || text.chars().count() > max {
        return Err(Broken(length));
    }
    if text.trim().is_empty() {
        return Err(Broken("must not be blank"));
    }
    Ok(())
}

/// 1 to 64 ASCII letters, digits or characters of `others`.
pub(crate) fn word(text: &str, others: &str, rule: &'static str) -> Result<(), Broken> {
    let fits = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    if fits { Ok(()) } else { Err(Broken(rule)) }
}

pub(crate) fn paragraphs(text: &str) -> Result<(), Broken> {
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Broken(
            "must not contain control characters other than line breaks and tabs",
        ));
    }
    if text.chars().count() > 5_000 {
        return Err(Broken("must be at most 5000 characters"));
    }
    Ok(())
}

/// Deliberately short of a full URL grammar: enough that the text can stand in an attribute and
/// names a host.
pub(crate) fn url(text: &str, schemes: &[&str], rule: &'static str) -> Result<(), Broken> {
    if text.chars().any(char::is_control) {
        return Err(Broken("must not contain control characters"));
    }
    let Some(rest) = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) else {
        return Err(Broken(rule));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let forbidden = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\' | '`');
    if host.is_empty() || text.chars().count() > 2_048 || text.chars().any(forbidden) {
        return Err(Broken(rule));
    }
    Ok(())
}

#[expect(
    clippy::derivable_impls,
    reason = "the struct is made by a macro that derives no default"
)]
impl Default for Description {
    fn default() -> Self {
        Self(String::new())
    }
}
