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

/// The mail service keeps failing.
pub static MAIL_RESTS: Sign = Sign {
    name: "MailRests",
    words: "the mail service is left alone",
    says: "The mail service fails, and is left alone for ten seconds at a time. Mail waits, and goes out \
           when it is back: look at the account's sending status.",
};

/// Mail cannot go out now.
pub static MAIL_WAITS: Sign = Sign {
    name: "MailWaits",
    words: "a mail waits for the mail service",
    says: "The mail service takes no mail. What could not be sent is tried again every few minutes: look \
           at the account's sending status, and whether the sender is verified.",
};

impl Sign {
    /// Gives it.
    pub fn give(&self) {
        tracing::warn!(sign = self.name, "{}", self.words);
    }
}
