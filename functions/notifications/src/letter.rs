//! What is written to customers: one function for each moment, and how a letter becomes plain text
//! and HTML.

use domain::email::Email;
use domain::notification::NotificationKind;
use domain::payment::Decline;
use store::event::{LineFacts, OrderFacts};
use store::mail::Mail;

/// A letter, before it takes a form.
pub(crate) struct Letter {
    /// What the shop itself shows it as; some letters are for the mail alone.
    pub(crate) kind: Option<NotificationKind>,
    /// One line.
    pub(crate) subject: String,
    /// The paragraphs that say it all.
    pub(crate) body: Vec<String>,
    /// A list that goes with them.
    pub(crate) items: Vec<String>,
    /// What only whoever reads the mail may see.
    pub(crate) secret: Option<Secret>,
    /// The paragraph at the end.
    pub(crate) closing: Option<String>,
}

/// A token, and where to bring it.
pub(crate) struct Secret {
    /// The page that takes it.
    pub(crate) url: String,
    /// The token, for whoever has no browser at hand.
    pub(crate) token: String,
}

/// An order was paid.
pub(crate) fn order_confirmed(order: &OrderFacts) -> Letter {
    Letter {
        kind: Some(NotificationKind::OrderConfirmed),
        subject: format!("Your order {} is confirmed", order.number),
        body: vec![format!(
            "Thank you. Your order {} is paid and is now being prepared.",
            order.number
        )],
        items: lines(order),
        secret: None,
        closing: Some(format!("Total: {}", order.total)),
    }
}

/// An order was called off.
pub(crate) fn order_cancelled(order: &OrderFacts) -> Letter {
    let mut body = vec![format!(
        "Your order {} over {} was cancelled.",
        order.number, order.total
    )];
    body.extend(order.reason.as_deref().map(why));
    body.push("What you have paid for it, if anything, is given back.".to_owned());
    Letter {
        kind: Some(NotificationKind::OrderCancelled),
        subject: format!("Your order {} was cancelled", order.number),
        body,
        items: lines(order),
        secret: None,
        closing: None,
    }
}

/// An order was not paid in time.
pub(crate) fn order_expired(order: &OrderFacts) -> Letter {
    Letter {
        kind: Some(NotificationKind::OrderExpired),
        subject: format!("Your order {} has expired", order.number),
        body: vec![
            format!(
                "Your order {} over {} was not paid in time, so it was closed.",
                order.number, order.total
            ),
            "A payment that still comes in is given back. You can order again at any time."
                .to_owned(),
        ],
        items: lines(order),
        secret: None,
        closing: None,
    }
}

fn lines(order: &OrderFacts) -> Vec<String> {
    let line = |LineFacts {
                    sku,
                    name,
                    quantity,
                }: &LineFacts| format!("{quantity} × {name} ({sku})");
    order.lines.iter().map(line).collect()
}

/// A reason in prose: a declined payment's is a word for machines, all others come from people.
fn why(reason: &str) -> String {
    match Decline::parse(reason) {
        Ok(Decline::CardDeclined) => "The bank declined the payment.".to_owned(),
        Ok(Decline::InsufficientFunds) => {
            "The payment was declined because the account does not hold enough money.".to_owned()
        }
        Ok(Decline::AuthenticationFailed) => {
            "The payment was declined because it was not authenticated.".to_owned()
        }
        Ok(Decline::Other) => "The payment was declined.".to_owned(),
        Err(_) => format!("Reason: {reason}"),
    }
}

impl Letter {
    /// The letter without its list and without anything secret, on one line.
    pub(crate) fn short(&self) -> String {
        self.body.join(" ")
    }

    /// The letter as a mail.
    pub(crate) fn mail(&self, to: Email) -> Mail {
        Mail {
            to,
            subject: self.subject.clone(),
            text: self.text(),
            html: self.html(),
        }
    }

    fn text(&self) -> String {
        let items: Vec<String> = self.items.iter().map(|item| format!("- {item}")).collect();
        let list = (!items.is_empty()).then(|| items.join("\n"));
        let secret = self
            .secret
            .as_ref()
            .map(|Secret { url, token }| format!("{url}\n\nToken: {token}"));
        let blocks: Vec<&str> = self
            .body
            .iter()
            .chain(&list)
            .chain(&secret)
            .chain(&self.closing)
            .map(String::as_str)
            .collect();
        blocks.join("\n\n") + "\n"
    }

    /// Headings, paragraphs and lists only: readable aloud, without images, and in any mail program.
    fn html(&self) -> String {
        let subject = escaped(&self.subject);
        let paragraph = |text: &String| format!("<p>{}</p>\n", escaped(text));
        let body: String = self.body.iter().map(paragraph).collect();
        let closing = self.closing.as_ref().map(paragraph).unwrap_or_default();
        let secret = self.secret.as_ref().map(|Secret { url, token }| {
            let (url, token) = (escaped(url), escaped(token));
            format!("<p><a href=\"{url}\">{url}</a></p>\n<p><code>{token}</code></p>\n")
        });
        let secret = secret.unwrap_or_default();
        let list = if self.items.is_empty() {
            String::new()
        } else {
            let item = |text: &String| format!("<li>{}</li>\n", escaped(text));
            let items: String = self.items.iter().map(item).collect();
            format!("<ul>\n{items}</ul>\n")
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{subject}</title>\n</head>\n<body>\n<h1>{subject}</h1>\n\
             {body}{list}{secret}{closing}</body>\n</html>\n"
        )
    }
}

/// Text as it may stand between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut html, letter| {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        html
    })
}
