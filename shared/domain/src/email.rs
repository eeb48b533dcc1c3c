//! Email addresses, as far as one can judge them without sending a mail.

use crate::id::UserId;
use crate::rule::Broken;
use crate::value::string_value;

string_value! {
    /// An email address, kept as it was written; compare and look up by [`Email::canonical`].
    pub struct Email {
        format: "email",
        length: 6..=254,
        pattern: PATTERN,
        check: check,
    }
}

/// [`check`] as a pattern; only the length of the whole stands beside it.
const PATTERN: &str = concat!(
    r"^(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*",
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$",
);

impl Email {
    /// What stands for the address of an account that is erased: unique, and of a domain in which no
    /// mail is ever delivered (RFC 2606).
    #[must_use]
    pub fn of_erased(id: UserId) -> Self {
        Self(format!("erased+{id}@erased.invalid"))
    }

    /// The address in lower case: two addresses are one when their canonical forms are equal.
    ///
    /// By the book the part before the `@` may tell cases apart; no mail service does, and two
    /// accounts for one mailbox would be the greater evil.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

fn check(text: &str) -> Result<(), Broken> {
    const RULE: Broken = Broken("must be an email address");
    if text.len() > 254 {
        return Err(RULE);
    }
    let (local, domain) = text.split_once('@').ok_or(RULE)?;
    if is_local_part(local) && is_domain(domain) {
        Ok(())
    } else {
        Err(RULE)
    }
}

/// The unquoted form of RFC 5321: atoms between single dots.
fn is_local_part(local: &str) -> bool {
    local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    // A numeric top label would be an IP address, where no mail is delivered to customers; those of
    // names all begin with a letter.
    domain.split('.').all(is_label)
        && top.len() >= 2
        && top.starts_with(|c: char| c.is_ascii_alphabetic())
}
