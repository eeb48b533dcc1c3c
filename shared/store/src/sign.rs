//! Signs of trouble outside the shop. A handle declares the signs it may give, and every function that has
//! the handle gets an alarm on them.

/// Something that a person should know of, found by what is logged.
#[derive(Debug, PartialEq, Eq)]
pub struct Sign {
    /// What its metric is called.
    pub name: &'static str,
    /// The words that are logged, and looked for.
    pub words: &'static str,
    /// What it means, and what to do.
    pub says: &'static str,
}

/// The payment provider keeps failing.
pub static PROVIDER_RESTS: Sign = Sign {
    name: "ProviderRests",
    words: "the payment provider is left alone",
    says: "The payment provider fails, and is left alone for ten seconds at a time. Payments wait and go on \
           by themselves: look at the provider's status page.",
};

/// The mail service takes no mail.
pub static MAIL_DOWN: Sign = Sign {
    name: "MailDown",
    words: "the mail service takes no mail",
    says: "The mail service takes no mail. What could not be sent waits, and is tried again every few \
           minutes: look at the account's sending status, and whether the sender is verified.",
};

impl Sign {
    /// Gives it.
    pub fn give(&self) {
        tracing::warn!(sign = self.name, "{}", self.words);
    }
}
