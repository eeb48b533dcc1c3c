//! A letter before it takes a form: what it says, not how it looks.

use domain::email::Email;
use domain::notification::NotificationKind;
use domain::text::PersonName;
use mail::Mail;
use store::shop::ShopName;

use crate::{html, plain_text};

/// A letter.
pub(crate) struct Letter {
    /// What the shop itself shows it as; some letters are for the mail alone.
    pub(crate) kind: Option<NotificationKind>,
    /// One line.
    pub(crate) subject: String,
    /// Whom it greets, where that is known.
    pub(crate) greets: Option<PersonName>,
    /// The paragraphs that say it all.
    pub(crate) body: Vec<String>,
    /// What it is about, piece by piece.
    pub(crate) goods: Vec<Goods>,
    /// What it all comes to: each a name and a value.
    pub(crate) sums: Vec<(&'static str, String)>,
    /// What else can be told in a word: each a name and a value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Where its reader may want to go.
    pub(crate) link: Option<Link>,
    /// The paragraph at the end.
    pub(crate) closing: Option<String>,
}

/// Units of one thing.
pub(crate) struct Goods {
    /// What it is called.
    pub(crate) name: String,
    /// What tells it from others of that name.
    pub(crate) details: String,
    /// How many.
    pub(crate) quantity: u32,
    /// What they cost together, where that is told.
    pub(crate) total: Option<String>,
}

/// A page that the letter leads to.
pub(crate) struct Link {
    /// What one does there.
    pub(crate) label: &'static str,
    /// Where it is.
    pub(crate) url: String,
    /// What the page takes, for whoever has no browser at hand. Only whoever reads the mail may see it.
    pub(crate) token: Option<String>,
}

impl Letter {
    /// A letter that says no more than this.
    pub(crate) fn saying(
        kind: impl Into<Option<NotificationKind>>,
        subject: String,
        body: Vec<String>,
    ) -> Self {
        Self {
            kind: kind.into(),
            subject,
            greets: None,
            body,
            goods: Vec::new(),
            sums: Vec::new(),
            facts: Vec::new(),
            link: None,
            closing: None,
        }
    }

    /// What it says in short, without anything secret, on one line.
    pub(crate) fn short(&self) -> String {
        self.body.join(" ")
    }

    /// The letter as a mail of this shop.
    pub(crate) fn mail(&self, shop: &ShopName, to: Email) -> Mail {
        Mail {
            to,
            subject: self.subject.clone(),
            text: plain_text::write(self, shop.as_str()),
            html: html::write(self, shop.as_str()),
        }
    }
}
